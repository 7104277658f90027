"""Editions of the rules of the review: those that come along, and those that the operator brings as files."""

from datetime import date, datetime

import msgspec

from registry.access import Party
from registry.errors import NotPermittedError, UnacceptableError
from registry.monitoring.rules import FORMAT as MONITORING
from registry.monitoring.rules import MonitoringRule
from registry.repositories import review
from registry.repositories.recordings import Recorder
from registry.review.checklist import FORMAT as CHECKLIST
from registry.review.checklist import Checklist
from registry.review.editions import Rule, of_kind, shipped
from registry.review.equipping_rules import FORMAT as EQUIPPING
from registry.review.equipping_rules import EquippingRule
from registry.review.facts import EVERYWHERE
from registry.review.jurisdiction import FORMAT as JURISDICTION
from registry.review.jurisdiction import Area, JurisdictionRule, rule_in_force
from registry.unit_of_work import UnitOfWork
from traceability.periods import civil_day
from traceability.quantities import unit_of

_KINDS: dict[str, type[Rule]] = {
    EQUIPPING: EquippingRule,
    JURISDICTION: JurisdictionRule,
    CHECKLIST: Checklist,
    MONITORING: MonitoringRule,
}


class _Heading(msgspec.Struct, frozen=True):
    format: str


def jurisdiction_rules(work: UnitOfWork, known_at: datetime) -> tuple[JurisdictionRule, ...]:
    """The editions of the rule that says who reviews whom, as known at an instant."""
    return of_kind(_all(work, known_at), JurisdictionRule)


def areas_on(work: UnitOfWork, day: date, known_at: datetime) -> tuple[Area, ...]:
    """The areas as the rule of a day has them; none without a rule."""
    rule = rule_in_force(jurisdiction_rules(work, known_at), day)
    return () if rule is None else rule.areas


def equipping_rules(work: UnitOfWork, known_at: datetime) -> tuple[EquippingRule, ...]:
    """The editions of the rules of equipping, as known at an instant."""
    return of_kind(_all(work, known_at), EquippingRule)


def checklists(work: UnitOfWork, known_at: datetime) -> tuple[Checklist, ...]:
    """The editions of the questions of the self-check, as known at an instant."""
    return of_kind(_all(work, known_at), Checklist)


def monitoring_rules(work: UnitOfWork, known_at: datetime) -> tuple[MonitoringRule, ...]:
    """The editions of the rules of reconciling with the monitoring system, as known at an instant."""
    return of_kind(_all(work, known_at), MonitoringRule)


def load_edition(work: UnitOfWork, content: bytes, *, party: Party, at: datetime) -> Rule:
    """Let a rule table count; one with the id of another takes its place, for what is known from now on.

    UnacceptableError for a file that is none; NotPermittedError unless the party is of the whole city, as rules are for all.
    """
    if party.organization is not None:
        area = review.area_of_regulator(work, party.organization, (civil_day(at), at))
        if area != EVERYWHERE:
            raise NotPermittedError("only a regulator of the whole city brings rules", "只有全市监管机构可以载入规则")
    rule = _parsed(content)
    if rule not in _all(work, at):
        recording = Recorder(work, party=party, at=at, source=f"rule table {rule.id}").begun()
        review.add_edition(work, rule.id, content.decode(), at, recording)
    return rule


def _all(work: UnitOfWork, known_at: datetime) -> tuple[Rule, ...]:
    brought = tuple(_parsed(content.encode()) for content in review.editions(work, known_at))
    return (*shipped(), *brought)


def _parsed(content: bytes) -> Rule:
    try:
        heading = msgspec.json.decode(content, type=_Heading)
        kind = _KINDS.get(heading.format)
        if kind is None:
            known = ", ".join(sorted(_KINDS))
            raise UnacceptableError("$.format", f"one of {known} expected", f"应为 {known} 之一")
        rule = msgspec.json.decode(content, type=kind)
        for threshold in rule.thresholds if isinstance(rule, EquippingRule) else ():
            unit_of(threshold.at_least.unit)
    except (msgspec.DecodeError, ValueError) as error:
        raise UnacceptableError("$", f"no rule table: {error}", f"不是规则表：{error}") from error
    return rule
