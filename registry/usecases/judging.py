"""What recording some records would come to, looked at before it is done: permitted, new, contradictory.

Everything is looked up for all records together, in a number of queries that does not depend on theirs. Nothing is written: the
judgement says what would be, and on what it rests, so that a writer can see in its turn whether that still holds.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

from registry.access import Party, Permission
from registry.errors import ConflictError, NotPermittedError, RegistryError
from registry.repositories import beside, stored
from registry.repositories.chains import load_above, load_around
from registry.repositories.holdings import held_among, holders_of
from registry.repositories.horizon import NUMBER, Horizon, Touched, horizon
from registry.spelling import compared
from registry.unit_of_work import UnitOfWork
from registry.usecases.contradictions import Beside, Contradiction, Guard
from traceability.interchange import Entry
from traceability.known import Known, known_records
from traceability.problems import InputError
from traceability.records import SECTIONS, Certificate, Competence, Event, Item, MeteringPoint, Organization, Record, Records

_MICROSECOND = timedelta(microseconds=1)
_R = TypeVar("_R", Organization, Competence, Item, Certificate, Event, MeteringPoint)


class Reason(NamedTuple):
    """Why something is corrected, and the place where that is said."""

    text: str | None
    path: str = "reason"


class State(StrEnum):
    """What a record is to the store: not there, there as it is, there with an earlier version, or not to be recorded."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One record: `entry` holds it as it would be written, `path` is its place in what was sent.

    `before`: the version that counts until now. `problem`: why it cannot be recorded; `contradictions` are what it can be
    recorded in spite of.
    """

    entry: Entry
    path: str
    state: State
    before: Record | None = None
    problem: InputError | RegistryError | None = None
    contradictions: tuple[Contradiction, ...] = ()

    @property
    def is_written(self) -> bool:
        """Whether recording it writes something."""
        return self.state in {State.NEW, State.CHANGED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All records of a submission, in their order; `records` are those on file that they meet, with the new ones.

    It holds as long as nothing that it `touches` was recorded after `seen`.
    """

    judged: tuple[Judged, ...]
    records: Records
    known: Known
    seen: Horizon
    touches: Callable[[], Iterable[Touched]]

    @property
    def written(self) -> tuple[Judged, ...]:
        """Those that recording writes."""
        return tuple(each for each in self.judged if each.is_written)

    @property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """All that were found."""
        return tuple(found for each in self.judged for found in each.contradictions)

    def holds(self, since: set[Touched] | None) -> bool:
        """Whether it still holds after what was recorded since (registry.repositories.horizon)."""
        return since is not None and (not since or since.isdisjoint(self.touches()))


_NO_REASON = Reason(None)


def judge(
    work: UnitOfWork,
    entries: Sequence[Entry],
    *,
    party: Party,
    at: datetime,
    guard: Guard,
    reason: Reason = _NO_REASON,
    path_of: Callable[[Entry], str] = lambda entry: entry.path,
    loads_chains: bool = False,
) -> Judgement:
    """What recording the entries at the instant `at` would come to.

    `recorded_at` is `at` for everything new, whatever the records say. A record with a problem does not hinder the others.
    `loads_chains`: bring all that the new ones rest on, as verdicts need it, instead of one step.
    """
    seen = horizon(work)
    standing = _Standing(work, entries, party, at, reason)
    settled = _all_settled(standing, entries, path_of)
    new = [each.entry.record for each in settled if each.is_written]
    # What a bad record names is of no concern to whoever sent it.
    names = _Names(new)
    load = load_above if loads_chains else load_around
    records = _with(load(work, names.items, names.issuers), new)
    known = known_records(records, max([at, *(each for r in new if (each := getattr(r, "recorded_at", None)) is not None)]))
    guard.forget(_renewed(new))
    around = _beside(work, party, new, standing)
    checked = tuple(_checked(guard, known, around, each) for each in settled)
    return Judgement(judged=checked, records=records, known=known, seen=seen, touches=lambda: _touched(entries, names, records))


class _Standing:
    """What is stored under the ids of the entries, what of it the party's organization holds, and who may correct what."""

    def __init__(self, work: UnitOfWork, entries: Sequence[Entry], party: Party, at: datetime, reason: Reason) -> None:
        self.party, self.at = party, at
        self.reason, self.reason_path = reason
        self.versions: dict[tuple[str, str], list[Record]] = {}
        ids: dict[str, list[str]] = {section: [] for section in SECTIONS}
        for entry in entries:
            ids[entry.section].append(entry.record.id)
        for section in (section for section in SECTIONS if ids[section]):
            for each in stored.with_ids(work, section, ids[section]):
                self.versions.setdefault((section, each.record.id), []).append(each.record)
        # Ids of items and metering points are unique together (SEMANTICS 2).
        self.taken: dict[str, set[str]] = {
            section: {id_ for id_, *_ in stored.identities(work, other, ids[section])} if ids[section] else set()
            for section, other in (("items", "metering_points"), ("metering_points", "items"))
        }
        self._seen: set[tuple[str, str]] = set()
        self.fresh: dict[tuple[str, str], Record] = {}  # What was found good so far and is not stored.
        # An id stays with who holds it, also when all records under it were taken back with an import.
        self.reserved = {
            (section, id_)
            for section in (SECTIONS if party.organization is not None else ())
            for _, id_ in holders_of(work, section, ids[section])
        }
        self._held = self._look_up_holdings(work, ids, entries)
        corrected = {
            id_
            for entry in entries
            if isinstance(entry.record, Certificate)
            for id_ in (entry.record.replaces, entry.record.id if entry.record.withdrawal is not None else None)
            if id_ is not None
        }
        self.corrected = {
            each.record.id: cast("Certificate", each.record)
            for each in (stored.with_ids(work, "certificates", sorted(corrected)) if corrected else ())
        }
        own = party.organization
        origins = beside.recorded_for(work, self.corrected) if own is not None else {}
        self._correctable = {id_ for id_, each in self.corrected.items() if own in {each.issuer, origins.get(id_)}}
        issuers = {entry.record.issuer for entry in entries if isinstance(entry.record, Certificate)} - {own}
        self.members = beside.members_among(work, issuers) if own is not None else set()

    def holds(self, section: str, id_: str) -> bool:
        """Whether the party may add to a record: it is the operator, or its own organization holds it."""
        return self._held is None or (section, id_) in self._held

    def may_correct(self, id_: str) -> bool:
        """Whether a stored certificate is the party's to replace or withdraw: it issued it, or it recorded it."""
        return self._held is None or id_ in self._correctable

    def is_second(self, entry: Entry) -> bool:
        """Whether an id comes a second time."""
        key = ("items" if entry.section == "metering_points" else entry.section, entry.record.id)
        is_second = key in self._seen
        self._seen.add(key)
        return is_second

    def _look_up_holdings(
        self, work: UnitOfWork, ids: dict[str, list[str]], entries: Sequence[Entry]
    ) -> set[tuple[str, str]] | None:
        if self.party.organization is None:
            return None
        asked = {section: {id_ for id_ in ids[section] if (section, id_) in self.reserved} for section in SECTIONS}
        for entry in entries:
            match entry.record:
                case Certificate(item=item, replaces=replaces):
                    asked["items"].add(item)
                    asked["certificates"] |= {replaces} - {None}  # type: ignore[arg-type]
                case Event(item=item):
                    asked["items"].add(item)
                case MeteringPoint(branches=branches):
                    asked["items"] |= {branch.item for branch in branches if branch.item is not None}
                case _:
                    pass
        own = [self.party.organization]
        return {(section, id_) for section, wanted in asked.items() for id_ in held_among(work, section, wanted, own)}


class _Names:
    """The items, issuers and certificate numbers that new records name."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.items: set[str] = set()
        self.issuers: set[str] = set()
        self.numbers: set[str] = set()
        self.replaced: set[str] = set()
        for record in records:
            match record:
                case Certificate():
                    self.items |= {record.item, *(reference.item for reference in record.references)}
                    self.issuers.add(record.issuer)
                    self.numbers.add(compared(record.number))
                    self.replaced |= {record.replaces} - {None}  # type: ignore[arg-type]
                case Event(item=item) | Item(id=item):
                    self.items.add(item)
                case MeteringPoint():
                    self.items |= {record.id, *(branch.item for branch in record.branches if branch.item is not None)}
                case Competence(organization=organization):
                    self.issuers.add(organization)
                case _:
                    pass


def _all_settled(standing: _Standing, entries: Sequence[Entry], path_of: Callable[[Entry], str]) -> list[Judged]:
    """What the records are to the store, in their order; items before certificates, and those before what replaces them."""
    order = {section: number for number, section in enumerate(SECTIONS)}

    def place(position: int) -> tuple[int, bool]:
        entry = entries[position]
        return order[entry.section], getattr(entry.record, "replaces", None) is not None

    settled: dict[int, Judged] = {}
    for position in sorted(range(len(entries)), key=place):
        entry = entries[position]
        settled[position] = each = _settled(standing, entry, path_of(entry))
        if each.is_written:
            standing.fresh[entry.section, entry.record.id] = each.entry.record
    return [settled[position] for position in range(len(entries))]


def _settled(standing: _Standing, entry: Entry, path: str) -> Judged:
    """What one record is to the store; BAD with the reason where it is not to be recorded."""
    state: State
    record: Record
    try:
        _check_first(standing, entry, path)
        is_permitted = _is_permitted(standing, entry)
        if not is_permitted and not _is_seen(standing, entry):
            raise _not_permitted(entry)
        _check_id(standing, entry, path)
        match entry.record:
            case Certificate() as certificate:
                state, record = _settled_certificate(standing, certificate, path)
            case Event() as event:
                _check_item(standing, event.item, f"{path}.item")
                state, record = _settled_once(standing, entry.section, event, path)
            case Organization() as organization:
                state, record = _settled_version(standing, entry.section, organization)
            case MeteringPoint() as point:
                _check_point(standing, point, path)
                state, record = _settled_version(standing, entry.section, point)
            case Competence() as competence:
                state, record = _settled_version(standing, entry.section, competence)
            case Item() as item:
                state, record = _settled_version(standing, entry.section, item)
        if not is_permitted and state is not State.SAME:
            raise _not_permitted(entry)
    except (InputError, RegistryError) as problem:
        return Judged(entry=entry, path=path, state=State.BAD, problem=problem)
    held = standing.versions.get((entry.section, entry.record.id))
    before = _latest(held) if held else None
    return Judged(entry=Entry(entry.section, entry.index, record), path=path, state=state, before=before)


def _check_first(standing: _Standing, entry: Entry, path: str) -> None:
    if standing.is_second(entry):
        raise InputError(f"{path}.id", f"duplicate id {entry.record.id!r}", f"标识重复：{entry.record.id!r}")


def _is_permitted(standing: _Standing, entry: Entry) -> bool:
    """Whether the party may record such a thing at all; what trust hangs on is for those who answer for it."""
    return standing.party.may(_needed(entry.section, entry.record)) and all(
        standing.party.may(_needed(entry.section, version))
        for version in standing.versions.get((entry.section, entry.record.id), ())
    )


def _is_seen(standing: _Standing, entry: Entry) -> bool:
    """Whether the party knows what is stored under the id: then it may say the same again."""
    key = (entry.section, entry.record.id)
    return key in standing.versions and (entry.section == "organizations" or standing.holds(*key))


def _needed(section: str, record: Record) -> Permission:
    is_anchor = isinstance(record, Item) and record.is_anchor
    return Permission.RECORD_COMPETENCES if is_anchor else _NEEDED[section]


def _not_permitted(entry: Entry) -> NotPermittedError:
    needed = _needed(entry.section, entry.record)
    return NotPermittedError(f"the permission {needed} is needed", f"需要权限 {needed}")


_NEEDED = {
    "organizations": Permission.ADMINISTER,
    "competences": Permission.RECORD_COMPETENCES,
    "items": Permission.RECORD_ITEMS,
    "certificates": Permission.RECORD_CERTIFICATES,
    "events": Permission.RECORD_ITEMS,
    "metering_points": Permission.RECORD_ITEMS,
}


def _check_id(standing: _Standing, entry: Entry, path: str) -> None:
    """Refuse an id that is taken by what the party does not hold, whatever that is and says: one answer for all."""
    section, id_ = entry.section, entry.record.id
    is_taken = (section, id_) in standing.versions or (section, id_) in standing.reserved
    is_foreign = is_taken and not standing.holds(section, id_) and section != "organizations"
    if is_foreign or id_ in standing.taken.get(section, ()):
        raise ConflictError(f"{path}.id", id_, f"the id {id_!r} cannot be used", f"标识 {id_!r} 不可使用")


def _check_item(standing: _Standing, item: str, path: str) -> None:
    """Refuse an item that the party's organization does not hold, whether or not there is one."""
    if not standing.holds("items", item) and ("items", item) not in standing.fresh:
        raise InputError(path, f"no item {item!r} is on record here", f"本单位没有登记器具 {item!r}")


def _check_point(standing: _Standing, point: MeteringPoint, path: str) -> None:
    own = standing.party.organization
    if own is not None and point.organization != own:
        raise InputError(f"{path}.organization", "another organization", "属于另一单位")
    for position, branch in enumerate(point.branches):
        if branch.item is not None:
            _check_item(standing, branch.item, f"{path}.branches[{position}].item")


def _settled_certificate(standing: _Standing, certificate: Certificate, path: str) -> tuple[State, Certificate]:
    _check_item(standing, certificate.item, f"{path}.item")
    held = standing.versions.get(("certificates", certificate.id))
    if held:
        return _settled_again(standing, certificate, cast("Certificate", held[0]), path)
    if certificate.issuer in standing.members:
        raise InputError(
            f"{path}.issuer",
            f"{certificate.issuer!r} records its certificates itself",
            f"{certificate.issuer!r} 自行登记其证书",
        )
    if certificate.replaces is not None:
        _check_replacement(standing, certificate, path)
    withdrawal = certificate.withdrawal
    if withdrawal is not None:
        withdrawal = msgspec.structs.replace(withdrawal, recorded_at=standing.at)
    return State.NEW, msgspec.structs.replace(certificate, recorded_at=standing.at, withdrawal=withdrawal)


def _settled_again(standing: _Standing, certificate: Certificate, held: Certificate, path: str) -> tuple[State, Certificate]:
    """A certificate that is stored: as it is, or withdrawn now."""
    if _bare(certificate) != _bare(held):
        raise ConflictError(
            path,
            certificate.id,
            f"{certificate.id!r} is stored with other content; correct it by a replacement or withdrawal",
            f"{certificate.id!r} 已存有不同内容；请以替换或撤销更正",
        )
    withdrawal = certificate.withdrawal
    if withdrawal is None or (held.withdrawal is not None and _timeless(withdrawal) == _timeless(held.withdrawal)):
        return State.SAME, held
    if held.withdrawal is not None:
        raise ConflictError(
            f"{path}.withdrawal",
            certificate.id,
            f"{certificate.id!r} is withdrawn already, with other dates",
            f"{certificate.id!r} 已撤销，且日期不同",
        )
    _check_correction(standing, certificate.id)
    withdrawal = msgspec.structs.replace(withdrawal, recorded_at=standing.at)
    return State.CHANGED, msgspec.structs.replace(held, withdrawal=withdrawal)


def _check_replacement(standing: _Standing, certificate: Certificate, path: str) -> None:
    fresh = standing.fresh.get(("certificates", certificate.replaces or ""))
    replaced = cast("Certificate | None", fresh) or standing.corrected.get(certificate.replaces or "")
    if standing.party.is_operator and replaced is None:
        return  # It may come later (SEMANTICS 2). A tenant could replace in advance what others record.
    if replaced is None or not (fresh or standing.holds("certificates", replaced.id)):
        raise InputError(
            f"{path}.replaces",
            f"no certificate {certificate.replaces!r} is on record here",
            f"本单位没有登记证书 {certificate.replaces!r}",
        )
    if replaced.item != certificate.item:
        raise InputError(
            f"{path}.replaces",
            f"replaces {replaced.id!r}, a certificate of another item",
            f"所替换的证书 {replaced.id!r} 属于另一器具",
        )
    if not fresh:
        _check_correction(standing, replaced.id)


def _check_correction(standing: _Standing, id_: str) -> None:
    """Corrections are the issuer's, or of who recorded it, and say why."""
    if not standing.may_correct(id_):
        raise NotPermittedError(
            f"only its issuer, or who recorded it, corrects {id_!r}", f"只有签发机构或登记者可以更正 {id_!r}"
        )
    if standing.party.organization is not None and not (standing.reason or "").strip():
        raise InputError(standing.reason_path, "a correction needs its reason", "更正须说明理由")


def _settled_once(standing: _Standing, section: str, record: _R, path: str) -> tuple[State, _R]:
    """A record with one version."""
    held = standing.versions.get((section, record.id))
    if not held:
        return State.NEW, msgspec.structs.replace(record, recorded_at=standing.at)
    if _timeless(record) != _timeless(held[0]):
        raise ConflictError(path, record.id, f"{record.id!r} is stored with other content", f"{record.id!r} 已存有不同内容")
    return State.SAME, held[0]  # type: ignore[return-value]  # Stored in the list of its kind.


def _settled_version(standing: _Standing, section: str, record: _R) -> tuple[State, _R]:
    """A record that comes in versions: as the one that counts, or a further one, known from `at` or right after that one."""
    versions = standing.versions.get((section, record.id))
    if not versions:
        return State.NEW, _recorded(record, standing.at)
    latest: Any = _latest(versions)
    if _timeless(record) == _timeless(latest):
        return State.SAME, latest
    before = getattr(latest, "recorded_at", None)
    return State.CHANGED, _recorded(record, standing.at if before is None or before < standing.at else before + _MICROSECOND)


def _latest(versions: Sequence[Record]) -> Record:
    """The version that counts: the latest known, of organizations the last row."""
    latest = versions[0]
    for version in versions[1:]:
        before, after = getattr(latest, "recorded_at", None), getattr(version, "recorded_at", None)
        if before is None or (after is not None and after > before):
            latest = version
    return latest


def _recorded(record: _R, at: datetime) -> _R:
    return record if isinstance(record, Organization) else msgspec.structs.replace(record, recorded_at=at)


def _timeless(record: Any) -> Any:
    return record if isinstance(record, Organization) else msgspec.structs.replace(record, recorded_at=None)


def _bare(certificate: Certificate) -> Certificate:
    return msgspec.structs.replace(certificate, recorded_at=None, withdrawal=None)


def _with(records: Records, new: Iterable[Record]) -> Records:
    """The records with the new ones among them; a certificate that is withdrawn now takes the place of what it was."""
    lists: dict[str, dict[Any, Record]] = {
        section: {_identity(record): record for record in getattr(records, section)} for section in SECTIONS
    }
    sections = {kind: section for section, kind in SECTIONS.items()}
    for record in new:
        lists[sections[type(record)]][_identity(record)] = record
    return Records(**{section: tuple(values.values()) for section, values in lists.items()})  # type: ignore[arg-type]


def _identity(record: Record) -> tuple[str, datetime | None]:
    has_versions = isinstance(record, Item | Competence | MeteringPoint)
    return (record.id, record.recorded_at if has_versions else None)  # type: ignore[union-attr]


def _beside(work: UnitOfWork, party: Party, new: Sequence[Record], standing: _Standing) -> Beside:
    certificates = [record for record in new if isinstance(record, Certificate)]
    numbers = beside.with_numbers(work, (compared(certificate.number) for certificate in certificates))
    replacing = beside.replacing(work, (each.replaces for each in certificates if each.replaces is not None))
    for each in certificates:
        same = numbers.setdefault((each.issuer, compared(each.number)), [])
        if all(other.id != each.id for other in same):
            same.append(beside.Numbered(each.id, each.item, each.calibrated_on, each.replaces))
    before = {
        record.id: cast("Item", _latest(versions))
        for record in new
        if isinstance(record, Item) and (versions := standing.versions.get(("items", record.id)))
    }
    return Beside(party=party.organization, same_number=numbers, replacing=replacing, before=before)


def _checked(guard: Guard, known: Known, around: Beside, each: Judged) -> Judged:
    if not each.is_written:
        return each
    record = each.entry.record
    is_withdrawn = each.state is State.CHANGED and isinstance(record, Certificate)
    check = guard.check_withdrawal if is_withdrawn else guard.check
    return replace(each, contradictions=check(known, around, record, each.path))


def _renewed(new: Iterable[Record]) -> Iterator[str]:
    """The items and issuers of which more is known now, and others may rest on."""
    for record in new:
        match record:
            case Certificate(item=subject) | Event(item=subject) | Item(id=subject) | Competence(organization=subject):
                yield subject
            case _:
                pass


def _touched(entries: Sequence[Entry], names: _Names, records: Records) -> Iterator[Touched]:
    """Everything whose change could make the judgement another."""
    for entry in entries:
        yield entry.section, entry.record.id
        yield ("metering_points" if entry.section == "items" else "items"), entry.record.id
    yield from (("items", id_) for id_ in names.items)
    yield from (("items", item.id) for item in records.items)
    yield from (("organizations", id_) for id_ in names.issuers)
    yield from (("organizations", certificate.issuer) for certificate in records.certificates)
    yield from (("competences", competence.id) for competence in records.competences)
    yield from ((NUMBER, key) for key in names.numbers)
    yield from (("certificates", id_) for id_ in names.replaced)
