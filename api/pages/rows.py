"""Targets as rows of a list: name, status and the first reason."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from api.asking import Asking
from api.language import Language
from api.render import words
from api.render.names import Names, names_among, names_in
from api.render.sentences import sentence, title
from api.render.words import StatusLook
from registry.repositories.chains import load_above
from registry.unit_of_work import UnitOfWork
from registry.usecases.assess_item import Assessment, assess_item
from traceability.assess import assess_known
from traceability.known import known_records
from traceability.problems import UnknownTargetError
from traceability.verdict import Finding, Severity, Status, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow:
    """A target as people recognize it, with its verdict. `until` is None when it never ends or is not good now."""

    id: str
    name: str
    kind: str
    serial: str | None
    status: Status
    look: StatusLook
    reason: str | None
    reason_title: str | None
    until: str | None


def target_rows(work: UnitOfWork, targets: Iterable[str], asking: Asking, language: Language) -> Iterator[TargetRow]:
    """A row for each target on record, asked one by one; unknown ones are left out."""
    for target in targets:
        try:
            found = assess_item(work, target, asking.as_of, asking.known_at, asking.policy, asking.purpose)
        except UnknownTargetError:
            continue
        yield target_row(found, language)


def target_row(found: Assessment, language: Language) -> TargetRow:
    """The verdict as a row."""
    return row_of(found.verdict, names_in(found.records, language, found.verdict.known_at))


def assessed_rows(work: UnitOfWork, items: Sequence[str], asking: Asking, language: Language) -> list[TargetRow]:
    """A row for each of a few items on record, whose chains are read together; unknown ones are left out."""
    records = load_above(work, items, ())
    known = known_records(records, asking.known_at)
    names = names_among(records, known, language)
    verdicts = (assess_known(known, item, asking.as_of, asking.policy) for item in items if item in known.items)
    return [row_of(verdict, names) for verdict in verdicts]


def row_of(verdict: Verdict, names: Names) -> TargetRow:
    """A verdict as a row, with the names that the records give."""
    item = names.items.get(verdict.target)
    first = first_reason(verdict)
    return TargetRow(
        id=verdict.target,
        name=name_of(names, verdict.target),
        kind=kind_of(names, verdict.target),
        serial=None if item is None else item.serial,
        status=verdict.status,
        look=words.STATUSES[verdict.status],
        reason=None if first is None else sentence(first, names),
        reason_title=None if first is None else title(first.code, names.language),
        until=str(verdict.traceable_until) if verdict.traceable_until else None,
    )


def name_of(names: Names, target: str) -> str:
    """What a target is called: its name, else its id."""
    item = names.items.get(target)
    return target if item is None else names.shown(item.name) or target


def kind_of(names: Names, target: str) -> str:
    """What a target is: the kind of the item, or a metering point with its level."""
    item = names.items.get(target)
    if item is not None:
        return words.ITEM_KINDS[item.kind].in_(names.language)
    level = words.LEVELS[names.metering_points[target].level].in_(names.language)
    return f"{words.METERING_POINT.in_(names.language)} · {level}"


def first_reason(verdict: Verdict) -> Finding | None:
    """The finding to name first: of the worst ones the nearest to the target; None when there is nothing but notes."""
    worst = [finding for finding in verdict.findings if finding.severity is verdict.findings[0].severity]
    if not worst or worst[0].severity is Severity.NOTE:
        return None
    nearness = {verdict.target: 0}
    for distance, node in enumerate(verdict.graph.nodes, start=1):
        nearness.setdefault(node.certificate, distance)
        nearness.setdefault(node.item, distance)
    for link in verdict.graph.links:
        # What a certificate relies on and what has no certificate stands as near as the certificate that names it.
        nearness.setdefault(link.reference.item, nearness[link.by])
    return min(worst, key=lambda finding: nearness.get(finding.subject, len(nearness)))
