"""Editions of the rules of the review: those that come along, and those that the operator brings as files."""

from datetime import date, datetime
from functools import lru_cache

from registry.access import Party
from registry.edition_files import read_edition
from registry.errors import NotPermittedError, UnacceptableError
from registry.monitoring.rules import MonitoringRule
from registry.repositories import review
from registry.repositories.recordings import Recorder
from registry.review.checklist import Checklist
from registry.review.editions import KINDS, Rule, of_kind, shipped
from registry.review.equipping_rules import EquippingRule
from registry.review.facts import EVERYWHERE
from registry.review.jurisdiction import Area, JurisdictionRule, rule_in_force
from registry.unit_of_work import UnitOfWork
from traceability.periods import civil_day
from traceability.problems import InputError, InvalidValueError
from traceability.quantities import unit_of


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
    text = _decoded(content)
    rule = _parsed(text)
    if rule not in _all(work, at):
        recording = Recorder(work, party=party, at=at, source=f"rule table {rule.id}").begun()
        review.add_edition(work, rule.id, text, at, recording)
    return rule


def _all(work: UnitOfWork, known_at: datetime) -> tuple[Rule, ...]:
    brought = tuple(_parsed(content) for content in review.editions(work, known_at))
    return (*shipped(), *brought)


def _decoded(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise UnacceptableError("$", "no rule table: not UTF-8", "不是规则表：不是 UTF-8") from error


@lru_cache(maxsize=64)  # Asked on every page that names an area.
def _parsed(content: str) -> Rule:
    try:
        rule = read_edition(content.encode(), KINDS)
    except InputError as error:
        raise UnacceptableError(error.path, f"no rule table: {error.en}", f"不是规则表：{error.zh}") from error
    for threshold in rule.thresholds if isinstance(rule, EquippingRule) else ():
        try:
            unit_of(threshold.at_least.unit)
        except InvalidValueError as error:
            raise UnacceptableError("$.thresholds", f"no rule table: {error.en}", f"不是规则表：{error.zh}") from error
    return rule
