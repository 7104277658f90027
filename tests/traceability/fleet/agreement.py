"""The fleet engine and `assess` on the same records: every output, target by target."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import msgspec

from tests.strategies import Sizes, random_document, random_question
from traceability.assess import assess, coverage
from traceability.fleet import bits
from traceability.fleet.days import NEVER, day_of
from traceability.fleet.engine import Fleet
from traceability.fleet.metering_points import POINT_LINK
from traceability.fleet.rows import columns_of
from traceability.fleet.targets import NOT_GOOD
from traceability.policy import Policy
from traceability.records import Records
from traceability.verdict import SEVERITIES, Code, Severity, Verdict

EVERYTHING_KNOWN = datetime.max.replace(tzinfo=UTC)


def drawn(seed: int) -> tuple[Records, dict[str, Any], Policy, Random]:
    """Random records, a question about them, its policy, and the random numbers left."""
    from traceability.interchange import records_from

    random = Random(seed)
    sizes = Sizes(
        anchors=random.randint(1, 3),
        items=random.randint(2, 6),
        certificates_per_item=random.randint(1, 5),
        events=random.randint(0, 6),
        points=random.randint(0, 3),
        competences=random.randint(0, 5),
        trouble=random.choice([0.0, 0.05, 0.1, 0.3]),
    )
    document = random_document(random, sizes)
    question = random_question(random, document)
    return records_from(document), question, msgspec.convert(question["policy"], Policy), random


def differences(fleet: Fleet, records: Records, known_at: datetime, policy: Policy, day: date) -> Iterator[str]:
    """Every target whose answer is not that of `assess`."""
    answers = fleet.on(day)
    for names, is_known, table in (
        (fleet.names.items, fleet.is_item, answers.items),
        (fleet.names.points, fleet.is_point, answers.points),
    ):
        for code in is_known.nonzero()[0].tolist():
            target = names.values[code]
            verdict = assess(records, target, day, known_at, policy)
            expected, given = _expected(verdict), _given(fleet, table, code)
            if expected != given:
                yield f"{target} on {day}: {expected} expected, {given} given"
            worst = {finding.subject for finding in verdict.findings if finding.rank == SEVERITIES.index(_WORST[verdict.status])}
            link = _link(fleet, int(table.link[code]), target)
            if (link not in worst) if verdict.status != "traceable" else link is not None:
                yield f"{target} on {day}: the link {link} is none of {worst}"


def coverage_differences(
    fleet: Fleet, records: Records, known_at: datetime, policy: Policy, start: date, until: date
) -> Iterator[str]:
    """Every target whose good days are not those of `coverage`."""
    for names, is_known, table in zip(
        (fleet.names.items, fleet.names.points), (fleet.is_item, fleet.is_point), fleet.coverage(start, until), strict=True
    ):
        for code in is_known.nonzero()[0].tolist():
            rows = range(table.parts["first"][code], table.parts["end"][code])
            given = tuple((day_of(int(table.runs["start"][row])), day_of(int(table.runs["until"][row]))) for row in rows)
            expected = coverage(records, names.values[code], start, until, known_at, policy)
            if given != expected:
                yield f"{names.values[code]} from {start} until {until}: {expected} expected, {given} given"


_WORST = {"conditional": Severity.CONDITION, "indeterminate": Severity.INDETERMINATE, "not_traceable": Severity.FAIL, "traceable": Severity.NOTE}
_SILENT = {Code.CHAIN_TOO_LONG}


def _expected(verdict: Verdict) -> tuple[Any, ...]:
    codes = {finding.code for finding in verdict.findings if finding.severity is not Severity.NOTE}
    notes = {finding.code for finding in verdict.findings if finding.severity is Severity.NOTE}
    until = verdict.traceable_until
    firsts = tuple(node.certificate for node in verdict.graph.nodes if any(use.by == verdict.target and use.day == verdict.as_of for use in node.uses))
    return (
        str(verdict.status), frozenset(codes), frozenset(notes), firsts[0] if firsts else None,
        verdict.depth, "absent" if until is msgspec.UNSET else until,
    )


def _given(fleet: Fleet, table: Any, code: int) -> tuple[Any, ...]:
    seen, masks = int(table.bits[code]), fleet.rules.masks
    notes = seen & ~(masks.fail | masks.indeterminate | masks.condition)
    certificate, depth, until = (int(column[code]) for column in (table.certificate, table.depth, table.until))
    day = {NOT_GOOD: "absent", NEVER: None}.get(until) if until in (NOT_GOOD, NEVER) else day_of(until)
    return (
        str(fleet.status(seen)), bits.codes_of(seen, masks), frozenset(c for c, bit in bits.BIT.items() if notes & bit),
        None if certificate < 0 else fleet.names.certificates.values[certificate], None if depth < 0 else depth, day,
    )


def _link(fleet: Fleet, link: int, target: str) -> str | None:
    if link == POINT_LINK:
        return target
    if link == -1:
        return None
    return fleet.names.certificates.values[link] if link >= 0 else fleet.names.items.values[-2 - link]


def compare(seed: int) -> list[str]:
    """All differences on the records of one seed: a day, and a period."""
    records, question, policy, random = drawn(seed)
    known_at = question["known_at"] or EVERYTHING_KNOWN
    fleet = Fleet(columns_of(records), known_at, policy)
    start = question["as_of"] - timedelta(days=random.randint(0, 30))
    until = start + timedelta(days=random.randint(0, 60))
    return [
        *differences(fleet, records, known_at, policy, question["as_of"]),
        *coverage_differences(fleet, records, known_at, policy, start, until),
    ]


if __name__ == "__main__":
    import sys
    from time import monotonic
    first, end = int(sys.argv[1]), int(sys.argv[2])
    begin, bad = monotonic(), 0
    for seed in range(first, end):
        found = compare(seed)
        bad += bool(found)
        if found and bad < 8:
            print(seed, *found[:4], sep="\n   ")
    print(end - first, "seeds", bad, "differ", round(monotonic() - begin, 1), "s")
