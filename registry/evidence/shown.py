"""Facts as a bundle shows them, read back: leaves for the tree, records for the rules, and what is withheld."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from registry.columns import day_of
from registry.evidence.bundle import ShownFact, ShownPart, packed, unpacked
from registry.ledger.facts import SALT_LENGTH, SEALED, Part, Shown, canonical, sealed, shown_leaf
from registry.ledger.merkle import ProofError
from registry.reading_tables import MeterReadings
from traceability.accounting import Reading
from traceability.interchange import Entry, collect
from traceability.problems import InputError, TraceabilityError
from traceability.records import SECTIONS, Certificate, Record, Records, Withdrawal

_WITHDRAWALS = "withdrawals"
READINGS = "meter_readings"
# The fields that can be withheld, and whether each is a list of parts.
_LISTS = {"name": False, "scope": True, **dict.fromkeys(MeterReadings.sealed_columns, False)}


class ReadingRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reading as its leaf says it: days and the instant as stored (registry.columns)."""

    entry: int
    id: str
    metering_point: str
    first_day: int
    last_day: int
    value: Decimal
    unit: str
    recorded_at: int
    recording: int
    replaces: str | None = None
    reason: str | None = None
    recorded_by: str | None = None
    source: str | None = None

    def measured(self) -> Reading:
        """What counts in an account."""
        return Reading(id=self.id, start=day_of(self.first_day), until=day_of(self.last_day), value=self.value, unit=self.unit)


class Withheld(NamedTuple):
    """What a verifier is not shown: the record, the field, and how many parts of it out of how many."""

    section: str
    id: str
    field: str
    hidden: int
    parts: int


class Enclosed(NamedTuple):
    """What the facts of a bundle come to."""

    leaves: dict[int, bytes]
    records: Records
    readings: tuple[ReadingRow, ...]
    withheld: tuple[Withheld, ...]


def as_shown(index: int, fact: Shown, places: dict[str, list[int]]) -> ShownFact:
    """A fact for a bundle; `places`: which parts of a field are shown, all of them where nothing is said of a field."""
    parts = {}
    for field, held in fact.parts.items():
        chosen = places.get(field, range(len(held)))
        if chosen:
            parts[field] = tuple(_as_shown(place, held[place]) for place in chosen)
    return ShownFact(index=index, salt=packed(fact.salt), text=fact.text.decode(), parts=parts)


def enclosed(facts: Sequence[ShownFact]) -> Enclosed:
    """What the facts say; ProofError where a part is not the one that its text commits to, or a text is no record."""
    leaves: dict[int, bytes] = {}
    lists: dict[str, list[Record]] = {name: [] for name in SECTIONS}
    withdrawals: dict[str, Withdrawal] = {}
    readings: list[ReadingRow] = []
    withheld: list[Withheld] = []
    last = -1
    for fact in facts:
        if fact.index <= last:
            raise ProofError("the facts are not in the order of the tree", "记录未按树的次序排列")
        last = fact.index
        leaves[fact.index] = shown_leaf(unpacked(fact.salt, SALT_LENGTH), fact.text.encode())
        section, body, digests = _read(fact)
        if section == _WITHDRAWALS:
            certificate = str(body.pop("certificate", ""))
            if certificate in withdrawals or digests or fact.parts:
                raise _no_record()
            withdrawals[certificate] = _converted(body, Withdrawal)
            continue
        body |= _parts(fact, digests)
        record: Record | ReadingRow = _converted(body, ReadingRow if section == READINGS else SECTIONS[section])
        if isinstance(record, ReadingRow):
            readings.append(record)
        else:
            lists[section].append(record)
        hidden = ((field, len(each) - len(fact.parts.get(field, ())), len(each)) for field, each in digests.items())
        withheld += (Withheld(section, record.id, field, count, parts) for field, count, parts in hidden if count)
    return Enclosed(leaves, _records(lists, withdrawals), tuple(readings), tuple(withheld))


def _as_shown(place: int, part: Part) -> ShownPart:
    return ShownPart(place=place, salt=packed(part.salt), text=part.text.decode())


def _read(fact: ShownFact) -> tuple[str, dict[str, Any], dict[str, list[str]]]:
    """The list that a fact belongs to, what it says openly, and the digests of its parts."""
    text = fact.text.encode()
    try:
        document = msgspec.json.decode(text, type=dict[str, dict[str, Any]])
        digests = msgspec.convert(document.pop(SEALED, {}), dict[str, list[str]])
        is_canonical = canonical({**document, **({SEALED: digests} if digests else {})}) == text
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _no_record() from error
    ((section, body),) = document.items() if len(document) == 1 else [("", {})]
    if "withdrawal" in body:  # A certificate's is a fact of its own; inside its text none could tell whether it came later.
        raise _no_record()
    if section not in {*SECTIONS, _WITHDRAWALS, READINGS} or not is_canonical or digests.keys() - _LISTS.keys():
        raise _no_record()
    return section, body, digests


def _parts(fact: ShownFact, digests: dict[str, list[str]]) -> dict[str, Any]:
    """The parts that are shown, by field, each the one that the text commits to."""
    if fact.parts.keys() - digests.keys():
        raise ProofError("a part is shown that the record does not have", "所出示的部分不属于该记录")
    fields: dict[str, Any] = {}
    for field, parts in fact.parts.items():
        places = [part.place for part in parts]
        if not places or places != sorted(set(places)) or places[-1] >= len(digests[field]):
            raise ProofError("the parts of a record are not in order", "记录各部分的次序不对")
        for part in parts:
            if sealed(Part(unpacked(part.salt, SALT_LENGTH), part.text.encode())) != digests[field][part.place]:
                raise ProofError("a part is not the one that the record commits to", "所出示的部分与记录承诺的不同")
        values = [_value(part.text) for part in parts]
        fields[field] = values if _LISTS[field] else values[0]
    return fields


def _value(text: str) -> Any:
    try:
        value = msgspec.json.decode(text)
        is_canonical = canonical(value) == text.encode()
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _no_record() from error
    if not is_canonical:
        raise _no_record()
    return value


def _converted(body: dict[str, Any], kind: Any) -> Any:
    try:
        return msgspec.convert(body, kind)
    except (msgspec.MsgspecError, TraceabilityError, ValueError, ArithmeticError) as error:
        raise _no_record() from error


def _records(lists: dict[str, list[Record]], withdrawals: dict[str, Withdrawal]) -> Records:
    """The records as the rules take them, certificates with their withdrawals."""
    certificates = lists["certificates"]
    for place, certificate in enumerate(certificates):
        withdrawal = withdrawals.pop(certificate.id, None)
        if withdrawal is not None and isinstance(certificate, Certificate):
            certificates[place] = msgspec.structs.replace(certificate, withdrawal=withdrawal)
    if withdrawals:
        raise ProofError("a withdrawal is of no certificate in the bundle", "撤销记录没有对应的证书")
    try:
        return collect(Entry(name, place, record) for name, each in lists.items() for place, record in enumerate(each))
    except InputError as error:
        raise ProofError(f"the records contradict each other: {error.en}", f"记录相互矛盾：{error.zh}") from error


def _no_record() -> ProofError:
    return ProofError("a fact is no record of this registry", "有一条内容不是登记记录")
