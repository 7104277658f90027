"""The ledger against the records: everything is computed anew, and the first difference is named.

What it finds: a value that was changed, a row that was removed, added or put in another place, a subtree or a checkpoint that
does not belong to the leaves, an original file that is not the one which was read. What no look at one database can find is a
whole history that was made anew, or an old copy put in place: for that it takes a checkpoint that left the machine before.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from registry.ledger.facts import Text, leaf
from registry.ledger.merkle import EMPTY_ROOT, root
from registry.ledger.notes import Checkpoint
from registry.ledger.writing import Facts, append_facts
from registry.repositories import ledger, originals
from registry.repositories.ledger import KeptCheckpoint, Leaf, Origin
from registry.spelling import compared
from registry.tables import Recordings
from registry.unit_of_work import UnitOfWork
from traceability.problems import TraceabilityError

# What the values of the core say to columns that do not go together; nothing else than the store writes rows.
_NO_RECORD = (TraceabilityError, ArithmeticError, LookupError, TypeError, ValueError)
_RECORDINGS = str(Recordings.__tablename__)
_BATCH = 2_000  # Leaves that are looked at together; bounds memory.
_CHECKPOINTS = 10_000  # Checkpoints that are compared: one a day for 27 years.


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where ledger and records part: the leaf (its index in the tree) or the row, and what is wrong, in both languages."""

    leaf: int | None
    section: str | None
    record: int | None
    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReport:
    """What the check came to: the tree that the records make, and the first difference, None when there is none."""

    size: int
    root: bytes
    checkpoints: int
    originals: int
    difference: Difference | None


def check_ledger(work: UnitOfWork, outside: tuple[Checkpoint, ...] = ()) -> LedgerReport:
    """Compute everything anew. `outside`: checkpoints that were kept elsewhere, their signatures checked before."""
    size = ledger.tree_size(work)
    kept = ledger.checkpoints(work, _CHECKPOINTS)
    difference = next(_differences(work, size, kept, outside), None)
    wrong, looked_at = (None, 0) if difference is not None else _of_originals(work)
    difference = difference or wrong
    is_whole = difference is None and size > 0
    return LedgerReport(
        size=size,
        root=root(size, ledger.nodes_of(work)) if is_whole else EMPTY_ROOT,
        checkpoints=len(kept) + len(outside),
        originals=looked_at,
        difference=difference,
    )


def make_up_leaves(work: UnitOfWork) -> int:
    """Append leaves for facts that a store held before there was a ledger; how many."""
    made = 0
    for section in ledger.sections():
        after = 0
        while records := ledger.without_leaf(work, section, after, _BATCH):
            texts = ledger.texts_of(work, section, records)
            append_facts(work, [Facts(section, records, [texts[record] for record in records])])
            made, after = made + len(records), records[-1]
    return made


def _differences(
    work: UnitOfWork, size: int, kept: Sequence[KeptCheckpoint], outside: Sequence[Checkpoint]
) -> Iterator[Difference]:
    """The differences in the order in which they are looked for: leaves, rows without a leaf, subtrees, checkpoints."""
    yield from _of_leaves(work, size)
    for section in ledger.sections():
        for record in ledger.without_leaf(work, section, 0, 1):
            yield Difference(
                leaf=None, section=section, record=record, en="a row that no leaf stands for", zh="有一行没有对应的叶"
            )
    yield from _of_subtrees(work, size)
    nodes = ledger.nodes_of(work)
    every: list[Checkpoint | KeptCheckpoint] = [*kept, *outside]
    for each in sorted(every, key=lambda checkpoint: checkpoint.size):
        if each.size > size:
            yield _of_tree(
                each.size,
                f"a checkpoint knows {each.size} leaves, there are {size}",
                f"检查点记有 {each.size} 叶，现只有 {size} 叶",
            )
        elif root(each.size, nodes) != each.root:
            yield _of_tree(
                each.size, f"the checkpoint of {each.size} leaves has another root", f"第 {each.size} 叶处检查点的根不同"
            )
    for told in kept:
        signed_text = Checkpoint(origin=told.note.partition("\n")[0], size=told.size, root=told.root).text()
        if not told.note.startswith(f"{signed_text}\n"):  # Everybody who asks is given the note, and not the row.
            yield _of_tree(
                told.size,
                f"the checkpoint of {told.size} leaves was signed as another",
                f"第 {told.size} 叶处检查点的签署文本不同",
            )


def _of_leaves(work: UnitOfWork, size: int) -> Iterator[Difference]:
    expected, turns = 1, _Turns()
    for batch in ledger.leaves_in_order(work, _BATCH):
        by_section: dict[str, list[int]] = defaultdict(list)
        for each in batch:
            by_section[each.section].append(each.record)
        texts = {section: _texts(work, section, records) for section, records in by_section.items()}
        origins = {section: ledger.origins_of(work, section, records) for section, records in by_section.items()}
        for each in batch:
            entry, section, record, salt, hashed = each
            if entry != expected:
                yield _of_leaf(each, f"leaf {expected - 1} is missing", f"缺第 {expected - 1} 叶")
            text = texts[section].get(record)
            if text is None:
                yield _of_leaf(
                    each, "the row that it stands for is gone, or is none any more", "所对应的行已不存在或已不成记录"
                )
            elif leaf(salt, text) != hashed:
                yield _of_leaf(each, "the row that it stands for says something else", "所对应的行内容不同")
            yield from turns.of_leaf(each, origins[section].get(record))
            expected += 1
    if expected != size + 1:  # pragma: no cover - the last leaf is the one with the largest number.
        yield _of_tree(size, "leaves are missing", "缺叶")


class _Turns:
    """Whose turn it was at each leaf. What a recording brings follows on its own leaf, before that of the next recording, as
    writers take turns; so the order of the leaves says by which recording, and so by whom and from which file, a record came.

    A store from before the ledger got the leaves of its recordings in one run: of the records that follow on the first run of
    recordings the order says only that they came by one of these.
    """

    def __init__(self) -> None:
        self._recording = 0
        self._has_records = False
        self._is_first = True

    def of_leaf(self, each: Leaf, origin: Origin | None) -> Iterator[Difference]:
        """What is wrong with where the row of a leaf says that it came from."""
        if each.section == _RECORDINGS:
            self._recording, self._is_first = each.record, not self._has_records
        if origin is None:
            return
        self._has_records = True
        is_of_turn = origin.recording == self._recording or (self._is_first and 0 < origin.recording < self._recording)
        if not is_of_turn:
            yield _of_leaf(
                each,
                f"the row says that it came by recording {origin.recording}, its leaf is one of recording {self._recording}",
                f"该行自称由第 {origin.recording} 次登记而来，其叶却属于第 {self._recording} 次登记",
            )
        if origin.key != (None if origin.stated is None else compared(origin.stated)):
            yield _of_leaf(each, "the key by which the row is found is another one", "检索该行所用的键不同")


def _texts(work: UnitOfWork, section: str, records: list[int]) -> dict[int, Text]:
    """The texts of rows; without those that somebody changed into something that is no record."""
    try:
        return ledger.texts_of(work, section, records)
    except _NO_RECORD:
        if len(records) == 1:
            return {}
    middle = len(records) // 2
    return _texts(work, section, records[:middle]) | _texts(work, section, records[middle:])


def _of_subtrees(work: UnitOfWork, size: int) -> Iterator[Difference]:
    for level, position, is_right in ledger.kept_subtrees(work, size):
        if not is_right:
            first = position << level
            yield _of_tree(
                first, f"the subtree of level {level} at leaf {first} is wrong", f"第 {first} 叶处第 {level} 层子树有误"
            )


def _of_originals(work: UnitOfWork) -> tuple[Difference | None, int]:
    """The first kept file that is another one than a leaf says, or is gone; else how many were looked at."""
    count = 0
    for table, sha256, is_right in originals.kept(work):
        count += 1
        if not is_right:
            en, zh = f"file {sha256} has another SHA-256", f"文件 {sha256} 的 SHA-256 不同"
            return Difference(leaf=None, section=table, record=None, en=en, zh=zh), count
    for table, record, sha256 in originals.missing(work):
        en, zh = f"file {sha256} that it names is gone", f"其所指文件 {sha256} 已不存在"
        return Difference(leaf=None, section=table, record=record, en=en, zh=zh), count
    return None, count


def _of_leaf(each: Leaf, en: str, zh: str) -> Difference:
    return Difference(leaf=each.entry - 1, section=each.section, record=each.record, en=en, zh=zh)


def _of_tree(index: int, en: str, zh: str) -> Difference:
    return Difference(leaf=index, section=None, record=None, en=en, zh=zh)
