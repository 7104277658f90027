"""What a record contradicts when it is recorded: other records, the scope of its issuer, the calendar.

What the rules can know is asked of the rules (SEMANTICS 3): the certificate is examined among the records on file as if it were
one of them, and its findings are told with the field that each is about. Only what the rules cannot know is added here: the
day on which it is recorded, and what stands on record beside it. Certificates by the thousand rest on the same few
standards and issuers, so what was found in order once is remembered (`Guard`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec

from registry.errors import RegistryError
from registry.organization_settings import OrganizationSettings
from registry.repositories.beside import Numbered
from registry.spelling import compared
from traceability.known import Known
from traceability.periods import last_day_of_interval
from traceability.policy import Policy
from traceability.records import (
    Certificate,
    Competence,
    Event,
    Item,
    MeteringPoint,
    Outcome,
    Purpose,
    Record,
    Records,
    Reference,
    Result,
)
from traceability.resolution import Resolution, doubts_about, end_of
from traceability.rules import competence, descent, uncertainty, validity
from traceability.verdict import Code, Finding, Severity

_MOST_REMEMBERED = 50_000  # Questions whose answer is remembered, some 20 MB.
_GRAVE = frozenset({Severity.FAIL, Severity.INDETERMINATE})
# What contradicts a document of another laboratory, however mildly a policy takes it.
_ALWAYS_GRAVE = frozenset({Code.UNCERTAINTY_NOT_INCREASING, Code.NAMED_CERTIFICATE_NOT_IN_FORCE})
# What the rules say of a certificate by itself and nobody contradicts: its conclusion, and that paper follows the work.
_NO_CONTRADICTION = frozenset({Code.FAILED, Code.LIMITED, Code.ISSUED_LATER, Code.NO_INTERVAL, Code.EXPIRED})

# What only the registry can know. The names are public, like those of findings, and none is a finding's.
CALIBRATED_IN_FUTURE = "CALIBRATED_IN_FUTURE"
ISSUED_IN_FUTURE = "ISSUED_IN_FUTURE"
DUPLICATE_NUMBER = "DUPLICATE_NUMBER"
RECORDED_FOR_ANOTHER = "RECORDED_FOR_ANOTHER"
REPLACED_ALREADY = "REPLACED_ALREADY"
REPLACES_OTHER_ISSUER = "REPLACES_OTHER_ISSUER"
VALID_BEYOND_INTERVAL = "VALID_BEYOND_INTERVAL"
WITHDRAWN_IN_FUTURE = "WITHDRAWN_IN_FUTURE"
EVENT_IN_FUTURE = "EVENT_IN_FUTURE"
EVENT_AFTER_RETIREMENT = "EVENT_AFTER_RETIREMENT"
SERIAL_CHANGED = "SERIAL_CHANGED"
COMPETENCE_ENDS_EARLY = "COMPETENCE_ENDS_EARLY"
INSTALLED_TWICE = "INSTALLED_TWICE"
GUARD_CODES = (
    CALIBRATED_IN_FUTURE,
    ISSUED_IN_FUTURE,
    DUPLICATE_NUMBER,
    RECORDED_FOR_ANOTHER,
    REPLACED_ALREADY,
    REPLACES_OTHER_ISSUER,
    VALID_BEYOND_INTERVAL,
    WITHDRAWN_IN_FUTURE,
    EVENT_IN_FUTURE,
    EVENT_AFTER_RETIREMENT,
    SERIAL_CHANGED,
    COMPETENCE_ENDS_EARLY,
    INSTALLED_TWICE,
)


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """One contradiction: `code` of a finding or of GUARD_CODES, `path` of the field (JSONPath), `facts` by name.

    `subject` is the id of the record that it is about: the new one, or the certificate or item that it relies on.
    """

    code: str
    severity: Severity
    path: str
    subject: str
    facts: dict[str, str] = {}

    @property
    def is_grave(self) -> bool:
        """Whether an organization that refuses contradictions refuses this one; milder ones are told, and recorded."""
        return self.severity in _GRAVE or self.code in _ALWAYS_GRAVE

    def is_refused(self, settings: OrganizationSettings) -> bool:
        """Whether an organization with these settings does not let it in."""
        if self.code in settings.contradictions_by_code:
            return settings.reaction_to(self.code) == "refuse"
        return settings.contradictions == "refuse" and self.is_grave


class ContradictedError(RegistryError):
    """The organization refuses records that contradict others; `contradictions` are all that were found.

    `records` are what they were found among, as known at `known_at`, to name things by.
    """

    def __init__(self, contradictions: tuple[Contradiction, ...], records: Records, known_at: datetime) -> None:
        codes = ", ".join(dict.fromkeys(each.code for each in contradictions))
        super().__init__(f"contradicts what is on record: {codes}", f"与已有记录矛盾：{codes}")
        self.contradictions = contradictions
        self.records = records
        self.known_at = known_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands on record beside new records, as far as the rules do not look at it.

    `same_number`: certificates by issuer and number as compared. `replacing`: by the id of a certificate, the ids of those that
    replace it. `before`: the version of an item that counted until now. `party`: the organization that records, None for
    the operator.
    """

    party: str | None = None
    same_number: Mapping[tuple[str, str], Sequence[Numbered]] = field(default_factory=dict)
    replacing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    before: Mapping[str, Item] = field(default_factory=dict)


class Guard:
    """Finds contradictions under one policy on one day, and remembers what is in order for as long as nothing changed.

    `known`: the records on file with the new ones among them. Use one guard for all batches of an import, and let it `forget`
    what was recorded in between.
    """

    def __init__(self, policy: Policy, today: date) -> None:
        self.policy = policy
        self.today = today
        self._clean: dict[str, set[object]] = {}  # What was found in order, by the item or issuer that it was asked of.
        self._size = 0

    def forget(self, subjects: Iterable[str] | None = None) -> None:
        """Remember nothing of items and issuers of which records came; None: of all."""
        for subject in list(self._clean) if subjects is None else subjects:
            self._size -= len(self._clean.pop(subject, ()))

    def check(self, known: Known, beside: Beside, record: Record, path: str = "$") -> tuple[Contradiction, ...]:
        """Every contradiction of one record that stands at `path` of what was sent, each once."""
        match record:
            case Certificate():
                found = self._of_certificate(known, beside, record)
            case Event():
                found = self._of_event(known, record)
            case Item():
                found = _of_item(beside, record)
            case Competence():
                found = _of_competence(record)
            case MeteringPoint():
                found = _of_metering_point(record)
            case _:
                return ()
        return _placed(found, path)

    def check_withdrawal(self, known: Known, beside: Beside, record: Record, path: str = "$") -> tuple[Contradiction, ...]:
        """What contradicts the withdrawal of a certificate on record; what is wrong with it may be why it is withdrawn."""
        del known, beside
        return _placed(self._of_withdrawal(record), path) if isinstance(record, Certificate) else ()

    def _of_certificate(self, known: Known, beside: Beside, certificate: Certificate) -> Iterator[Contradiction]:
        yield from self._of_days(known, certificate)
        yield from _of_number(beside, certificate)
        yield from _of_replacement(known, beside, certificate)
        if beside.party is not None and certificate.issuer != beside.party:
            yield _guarded(RECORDED_FOR_ANOTHER, Severity.CONDITION, certificate, ".issuer", issuer=certificate.issuer)
        yield from self._of_own_item(known, certificate)
        if certificate.outcome is Outcome.FAIL:  # It speaks for itself (SEMANTICS 3.3).
            return
        yield from self._of_results(known, certificate)
        for position, reference in enumerate(certificate.references):
            yield from self._of_reference(known, certificate, position, reference)
        for finding in validity.whatever_the_day(certificate):
            yield _found(finding, ".references" if finding.code is Code.NO_REFERENCES else ".results")

    def _of_days(self, known: Known, certificate: Certificate) -> Iterator[Contradiction]:
        today = {"today": self.today}
        if certificate.calibrated_on > self.today:
            day = certificate.calibrated_on
            yield _guarded(CALIBRATED_IN_FUTURE, Severity.FAIL, certificate, ".calibrated_on", day=day, **today)
        if certificate.issued_on > self.today:
            yield _guarded(ISSUED_IN_FUTURE, Severity.FAIL, certificate, ".issued_on", day=certificate.issued_on, **today)
        yield from self._of_withdrawal(certificate)
        item = known.items.get(certificate.item)
        if item is None or item.interval_months is None or certificate.valid_until is None:
            return
        last_day = last_day_of_interval(certificate.calibrated_on, item.interval_months)
        if certificate.valid_until > last_day:
            facts = {"until": certificate.valid_until, "last_day": last_day, "months": item.interval_months}
            yield _guarded(VALID_BEYOND_INTERVAL, Severity.CONDITION, certificate, ".valid_until", **facts)

    def _of_withdrawal(self, certificate: Certificate) -> Iterator[Contradiction]:
        withdrawal = certificate.withdrawal
        if withdrawal is not None and withdrawal.on > self.today:
            days = {"day": withdrawal.on, "today": self.today}
            yield _guarded(WITHDRAWN_IN_FUTURE, Severity.FAIL, certificate, ".withdrawal.on", **days)

    def _of_own_item(self, known: Known, certificate: Certificate) -> Iterator[Contradiction]:
        """The certificate by itself on the day of the work, and on the day it was issued: identity, dates, item, doubts."""
        item = known.items.get(certificate.item)
        if item is None:
            return
        alone = Resolution(found=certificate, withdrawn=None, is_for_other_quantity=False)
        issued_on = min(certificate.issued_on, self.today)
        days = [certificate.calibrated_on]
        if end_of(known, item, certificate).is_over(issued_on) or doubts_about(known, item.id):
            days.append(issued_on)
        for day in days:
            for finding in validity.checked(known, item, alone, day, Purpose()):
                if finding.severity is not Severity.NOTE and finding.code not in _NO_CONTRADICTION:
                    yield _found(finding, _field_of(finding.code, certificate))

    def _of_results(self, known: Known, certificate: Certificate) -> Iterator[Contradiction]:
        key = (certificate.calibrated_on, certificate.kind, tuple(map(_shape, certificate.results)))
        yield from self._unless_clean(certificate.issuer, key, lambda: _of_issuer(known, self.policy, certificate))
        for position, finding in _each_result(certificate, lambda one: uncertainty.of_results(self.policy, one)):
            yield _found(finding, f".results[{position}]")

    def _of_reference(
        self, known: Known, certificate: Certificate, position: int, reference: Reference
    ) -> Iterator[Contradiction]:
        alone = msgspec.structs.replace(certificate, references=(reference,))
        shapes = tuple(map(_shape, certificate.results)) if reference.quantity is not None else ()
        key = (reference, certificate.calibrated_on, certificate.item == reference.item, shapes)
        path = f".references[{position}]"
        yield from self._unless_clean(reference.item, key, lambda: _of_steps(known, self.policy, alone, path))

    def _unless_clean(self, subject: str, key: object, find: Callable[[], Iterable[Contradiction]]) -> Iterator[Contradiction]:
        """What is found of an item or issuer, unless nothing was found before for the same question."""
        clean = self._clean.setdefault(subject, set())
        if key in clean:
            return
        found = tuple(find())
        yield from found
        if not found:
            if self._size >= _MOST_REMEMBERED:
                self.forget()
            self._clean.setdefault(subject, set()).add(key)
            self._size += 1

    def _of_event(self, known: Known, event: Event) -> Iterator[Contradiction]:
        if event.on > self.today:
            yield _about(EVENT_IN_FUTURE, Severity.FAIL, event.id, ".on", day=event.on, today=self.today)
        item = known.items.get(event.item)
        if item is not None and item.is_retired(event.on):
            yield _about(EVENT_AFTER_RETIREMENT, Severity.CONDITION, event.id, ".on", day=event.on, retired_on=item.retired_on)


def _placed(found: Iterable[Contradiction], path: str) -> tuple[Contradiction, ...]:
    """Each once, with its field taken as one of the record at `path`."""
    once: dict[tuple[str, str, str], Contradiction] = {}
    for each in found:
        once.setdefault((each.code, each.path, each.subject), each)
    return tuple(msgspec.structs.replace(each, path=path + each.path) for each in once.values())


def _of_issuer(known: Known, policy: Policy, certificate: Certificate) -> Iterator[Contradiction]:
    """The competence of the issuer: first for all results, as it is nearly always good, then for each, to name the field."""
    if all(finding.severity is Severity.NOTE for finding in competence.of_issuer(known, policy, certificate)):
        return
    for position, finding in _each_result(certificate, lambda one: competence.of_issuer(known, policy, one)):
        yield _found(finding, ".issuer" if finding.code is Code.NO_COMPETENCE else f".results[{position}]")


def _each_result(certificate: Certificate, find: Callable[[Certificate], Iterable[Finding]]) -> Iterator[tuple[int, Finding]]:
    """The findings of each result by itself with its place; of the whole when it has none."""
    alone = [msgspec.structs.replace(certificate, results=(result,)) for result in certificate.results]
    for position, one in enumerate(alone or [certificate]):
        yield from ((position, finding) for finding in find(one) if finding.severity is not Severity.NOTE)


def _of_steps(known: Known, policy: Policy, certificate: Certificate, path: str) -> Iterator[Contradiction]:
    for step in descent.steps_up(known, policy, certificate):
        for finding in step.findings:
            if finding.severity is not Severity.NOTE:
                is_named = finding.code is Code.NAMED_CERTIFICATE_NOT_IN_FORCE
                yield _found(finding, f"{path}.certificate" if is_named else path)


def _of_number(beside: Beside, certificate: Certificate) -> Iterator[Contradiction]:
    """DUPLICATE_NUMBER: another certificate of the issuer has the number; a correction may keep that of what it corrects."""
    for other in beside.same_number.get((certificate.issuer, compared(certificate.number)), ()):
        if certificate.id not in {other.id, other.replaces} and certificate.replaces != other.id:
            facts = {"other": other.id, "item": other.item, "calibrated_on": other.calibrated_on}
            yield _guarded(DUPLICATE_NUMBER, Severity.FAIL, certificate, ".number", **facts)


def _of_replacement(known: Known, beside: Beside, certificate: Certificate) -> Iterator[Contradiction]:
    if certificate.replaces is None:
        return
    replaced = known.certificates.get(certificate.replaces)
    if replaced is not None and replaced.issuer != certificate.issuer:
        yield _guarded(REPLACES_OTHER_ISSUER, Severity.FAIL, certificate, ".issuer", issuer=replaced.issuer)
    for other in beside.replacing.get(certificate.replaces, ()):
        if other != certificate.id:
            yield _guarded(REPLACED_ALREADY, Severity.FAIL, certificate, ".replaces", other=other)


def _of_item(beside: Beside, item: Item) -> Iterator[Contradiction]:
    before = beside.before.get(item.id)
    if before is not None and before.serial and item.serial and compared(before.serial) != compared(item.serial):
        facts = {"before": before.serial, "serial": item.serial}
        yield _about(SERIAL_CHANGED, Severity.CONDITION, item.id, ".serial", **facts)


def _of_competence(record: Competence) -> Iterator[Contradiction]:
    if record.valid_until is not None and record.valid_until < record.valid_from:
        facts = {"valid_from": record.valid_from, "until": record.valid_until}
        yield _about(COMPETENCE_ENDS_EARLY, Severity.FAIL, record.id, ".valid_until", **facts)


def _of_metering_point(point: MeteringPoint) -> Iterator[Contradiction]:
    """INSTALLED_TWICE: two rows of one branch serve a day; the verdict of such a day is indeterminate (SEMANTICS 3.8)."""
    for position, row in enumerate(point.branches):
        for other in point.branches[:position]:
            later = max((day for day in (row.start, other.start) if day is not None), default=date.min)
            if row.name == other.name and row.serves(later) and other.serves(later):
                facts = {"branch": row.name, "day": later}
                yield _about(INSTALLED_TWICE, Severity.INDETERMINATE, point.id, f".branches[{position}]", **facts)


def _field_of(code: Code, certificate: Certificate) -> str:
    match code:
        case Code.ID_MISMATCH:
            return ".serial"
        case Code.DATE_ORDER:
            return ".issued_on" if certificate.issued_on < certificate.calibrated_on else ".valid_until"
        case _:
            return ".calibrated_on"


def _shape(result: Result) -> object:
    """What the scope of an issuer and the uncertainty of a reference are compared with; the error differs each time."""
    return (result.quantity, result.unit, result.low, result.high, result.uncertainty)


def _found(finding: Finding, path: str) -> Contradiction:
    return Contradiction(
        code=finding.code.value, severity=finding.severity, path=path, subject=finding.subject, facts=finding.detail
    )


def _guarded(code: str, severity: Severity, certificate: Certificate, path: str, **facts: object) -> Contradiction:
    return _about(code, severity, certificate.id, path, number=certificate.number, **facts)


def _about(code: str, severity: Severity, subject: str, path: str, **facts: object) -> Contradiction:
    said = {name: str(fact) for name, fact in facts.items()}
    return Contradiction(code=code, severity=severity, path=path, subject=subject, facts=said)
