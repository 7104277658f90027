"""The rule tables that come along, as files: each an edition with its source, its days in force, and how sure we are of it.

Operators bring further ones as facts (registry.usecases.review_editions); a file's `format` says what it is.
"""

from functools import cache
from importlib.resources import files
from typing import TypeVar

from registry.edition_files import editions_in
from registry.monitoring.rules import FORMAT as MONITORING
from registry.monitoring.rules import MonitoringRule
from registry.review.checklist import FORMAT as CHECKLIST
from registry.review.checklist import Checklist
from registry.review.equipping_rules import FORMAT as EQUIPPING
from registry.review.equipping_rules import EquippingRule
from registry.review.jurisdiction import FORMAT as JURISDICTION
from registry.review.jurisdiction import JurisdictionRule

Rule = JurisdictionRule | EquippingRule | Checklist | MonitoringRule
KINDS: dict[str, type[Rule]] = {
    EQUIPPING: EquippingRule,
    JURISDICTION: JurisdictionRule,
    CHECKLIST: Checklist,
    MONITORING: MonitoringRule,
}
_R = TypeVar("_R", JurisdictionRule, EquippingRule, Checklist, MonitoringRule)


@cache
def shipped() -> tuple[Rule, ...]:
    """All editions that come along, in the order of their ids."""
    folders = (files("registry.review") / "editions").iterdir()
    found = [rule for folder in folders for _, rule in editions_in(folder, KINDS)]
    return tuple(sorted(found, key=lambda rule: rule.id))


def of_kind(rules: tuple[Rule, ...], kind: type[_R]) -> tuple[_R, ...]:
    """Those of one kind; of one id the last one, which takes the place of those before."""
    return tuple({rule.id: rule for rule in rules if isinstance(rule, kind)}.values())
