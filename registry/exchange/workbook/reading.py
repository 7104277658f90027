"""A workbook -> records: every row's records or every row's errors, none hidden by another."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from registry.exchange.workbook import mapping as layout
from registry.exchange.workbook.book import Book
from registry.exchange.workbook.notes import Mark, Note, Place
from traceability.interchange import Entry


def _none_known(_: Collection[str]) -> Mapping[str, Sequence[str]]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookups:
    """What the caller's store can tell; each is asked at most once per reading, for all texts that the workbook does not explain.

    `items`: serial numbers (as `registry.spelling.compared` spells them) -> the ids of the items held under each.
    `organizations`: names or ids of organizations, likewise. What is found nowhere is taken as an id (SEMANTICS 2: it may
    arrive later), respectively gives a derived id.
    """

    items: Callable[[Collection[str]], Mapping[str, Sequence[str]]] = _none_known
    organizations: Callable[[Collection[str]], Mapping[str, Sequence[str]]] = _none_known


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a workbook says.

    `entries`: the records of all sound rows, lists in the order of the format, `index` counted within this reading.
    `places`: the rows of each entry, in the order of `entries`. `notes`: every error, located; rows with one gave no record.
    `rows`: how many rows held something (example rows and headers apart), `bad_rows`: how many of them have an error.
    """

    entries: tuple[Entry, ...]
    places: tuple[tuple[Place, ...], ...]
    notes: tuple[Note, ...]
    rows: int
    bad_rows: int
    _by_path: dict[str, int] = field(default_factory=dict)

    def rows_of(self, path: str) -> tuple[Place, ...]:
        """The rows behind a path of the records document (`$.certificates[3].results[0]`); none for an unknown one."""
        raise NotImplementedError

    def note(self, path: str, mark: Mark, en: str, zh: str) -> tuple[Note, ...]:
        """The same remark on every row behind a path: how a store's answer about an entry reaches the report."""
        raise NotImplementedError


def read_records(
    book: Book, *, organization: str, mapping: layout.Mapping | None = None, lookups: Lookups | None = None
) -> Reading:
    """The records of the book as the mapping says (None: as `propose_mapping` proposes).

    `organization` (an id) is who imports: the owner of metering points and competences and the issuer of certificates where the
    cell is empty, and the name space of derived ids. Never raises for what a cell says: that becomes a note.
    """
    raise NotImplementedError
