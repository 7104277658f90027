"""The verdict as a whole: what it holds, and that the order of records never matters."""

from datetime import UTC, date, datetime
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import Sizes, random_document, random_question
from tests.traceability.building import (
    EVERYTHING_KNOWN,
    STRUCTURE,
    M,
    S,
    certificate,
    day,
    item_with,
    keys,
    point,
    purpose,
    records,
    verdict,
)
from traceability.assess import assess, coverage, worst_of_each
from traceability.interchange import records_from
from traceability.policy import Policy, ReferenceValidity
from traceability.problems import InvalidValueError, QuestionError, TraceabilityError, UnknownTargetError
from traceability.records import Branch, Outcome, Purpose, Reference
from traceability.verdict import Code, Finding, Link, Node, Severity, Status, Use, Verdict


def test_a_verdict_says_what_was_asked() -> None:
    """An answer cannot be told from the answer to another question."""
    known_at = datetime(2025, 8, 1, tzinfo=UTC)
    answer = verdict("M", "2025-07-01", certificate(), at=known_at)
    assert (answer.target, answer.as_of, answer.known_at, answer.policy) == ("M", day("2025-07-01"), known_at, "structure/1")
    assert (answer.status, answer.findings, answer.depth) == (Status.TRACEABLE, (), 1)
    assert answer.traceable_until == day("2026-05-31")


@pytest.mark.parametrize(
    ("moment", "status"),
    [("2026-05-31T15:59:59.999999+00:00", Status.TRACEABLE), ("2026-05-31T16:00:00+00:00", Status.NOT_TRACEABLE)],
)
def test_an_instant_is_taken_as_its_day_in_shanghai(moment: str, status: Status) -> None:
    """The day of a timestamp is that of the server."""
    answer = assess(records(certificate()), "M", datetime.fromisoformat(moment), EVERYTHING_KNOWN, STRUCTURE)
    assert answer.status is status
    assert answer.as_of == day("2026-05-31" if status is Status.TRACEABLE else "2026-06-01")


def test_questions_without_a_verdict_are_errors() -> None:
    """A wrong question is answered."""
    with pytest.raises(UnknownTargetError):
        verdict("GHOST", "2025-07-01")
    with pytest.raises(InvalidValueError, match="without an offset"):
        assess(records(), "M", datetime(2025, 7, 1), EVERYTHING_KNOWN, STRUCTURE)  # noqa: DTZ001 - what is refused.
    with pytest.raises(InvalidValueError, match="known_at has no offset"):
        assess(records(), "M", day("2025-07-01"), datetime(2025, 7, 1), STRUCTURE)  # noqa: DTZ001 - what is refused.
    with pytest.raises(QuestionError):
        verdict("G", "2025-07-01", point(Branch(name="a", item="M")), asked=purpose("energy"))
    with pytest.raises(UnknownTargetError):
        coverage(records(), "GHOST", day("2025-07-01"), day("2025-07-01"), EVERYTHING_KNOWN, STRUCTURE)


def finding(code: Code, severity: Severity, subject: str, **detail: str) -> Finding:
    return Finding(code=code, severity=severity, subject=subject, detail=detail)


def test_each_code_and_subject_is_said_once_with_its_worst_severity() -> None:
    """A failure is hidden by a condition of the same code, or findings come in any order (SEMANTICS 1)."""
    mild, bad = (finding(Code.ACCURACY_RATIO, severity, "c") for severity in (Severity.CONDITION, Severity.FAIL))
    first, second = (finding(Code.LIMITED, Severity.CONDITION, "c", n=number) for number in "12")
    note = finding(Code.NOT_COMPARED, Severity.NOTE, "c")
    early, late = finding(Code.CYCLE, Severity.FAIL, "a"), finding(Code.CYCLE, Severity.FAIL, "b")
    assert worst_of_each([note, mild, bad, mild, late, first, early, second]) == (bad, early, late, first, note)
    assert worst_of_each([]) == ()


def test_the_graph_holds_certificates_and_references() -> None:
    """A reader cannot see what the verdict rests on."""
    values = (
        S,
        certificate("s", item="S", on="2025-01-10", outcome=Outcome.LIMITED),
        certificate(references=tuple(Reference(item=item) for item in ("S", "N", "GHOST", "S"))),
    )
    graph = verdict("M", "2025-07-01", *values).graph
    assert graph.nodes == (
        Node(
            certificate="c",
            item="M",
            uses=(Use(day=day("2025-07-01"), by="M"),),
            end=day("2026-05-31"),
            findings=(Code.REFERENCE_UNKNOWN,),
        ),
        Node(
            certificate="s",
            item="S",
            uses=(Use(day=day("2025-06-01"), by="c"),),
            end=day("2026-05-31"),
            findings=(Code.LIMITED,),
        ),
    )
    assert graph.links == (
        Link(by="c", reference=Reference(item="S"), found="s", is_anchor=False),
        Link(by="c", reference=Reference(item="N"), found=None, is_anchor=True),
        Link(by="c", reference=Reference(item="GHOST"), found=None, is_anchor=False),
        Link(by="s", reference=Reference(item="N"), found=None, is_anchor=True),
    )


def test_a_certificate_used_several_times_says_so() -> None:
    """Only the first use of a standard is shown, or one use twice."""
    used = certificate(references=(Reference(item="S"), Reference(item="S", quantity="energy")))
    rows = point(Branch(name="a", item="M"), Branch(name="b", item="S"))
    graph = verdict("G", "2025-07-01", S, certificate("s", item="S", valid_until=None), used, rows).graph
    assert [node.certificate for node in graph.nodes] == ["c", "s"]
    assert graph.nodes[1].uses == (Use(day=day("2025-07-01"), by="G"), Use(day=day("2025-06-01"), by="c"))
    assert graph.nodes[1].end is None
    assert len(graph.links) == 3


def test_a_target_without_certificates_has_an_empty_graph() -> None:
    """The graph of an anchor crashes."""
    graph = verdict("N", "2025-07-01").graph
    assert (graph.nodes, graph.links) == ((), ())
    assert verdict("M", "2025-07-01").depth == 0


def test_findings_are_listed_worst_first() -> None:
    """The failure stands below the notes."""
    values = (
        item_with(M, interval_months=12),
        certificate(valid_until=None, outcome=Outcome.LIMITED, references=(Reference(item="S"),)),
        S,
    )
    answer = verdict("M", "2026-06-01", *values)
    assert keys(answer.findings) == ["EXPIRED@c", "NO_CERTIFICATE@S", "LIMITED@c", "INTERVAL_COMPUTED@c", "REFERENCE_LAPSED@S"]
    in_force = msgspec.structs.replace(STRUCTURE, reference_validity=ReferenceValidity.IN_FORCE)
    assert keys(verdict("M", "2026-06-01", *values, policy=in_force).findings)[:3] == [
        "EXPIRED@c",
        "NO_CERTIFICATE@S",
        "REFERENCE_LAPSED@S",
    ]


def shuffled(value: Any, random: Random) -> Any:
    """The same with every list in another order, the innermost too."""
    match value:
        case dict():
            return {key: shuffled(inner, random) for key, inner in value.items()}
        case list():
            return random.sample([shuffled(inner, random) for inner in value], len(value))
        case _:
            return value


def answered(document: dict[str, Any], question: dict[str, Any]) -> Verdict | str:
    asked = Purpose(**{name: question[name] for name in ("quantity", "unit", "low", "high")})
    known_at = question["known_at"] or EVERYTHING_KNOWN
    policy = msgspec.convert(question["policy"], Policy)
    try:
        return assess(records_from(document), question["target"], question["as_of"], known_at, policy, asked)
    except TraceabilityError as error:
        return str(error)


@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.1, 0.3, 0.5]))
@settings(max_examples=100)
def test_the_order_of_records_never_matters(seed: int, trouble: float) -> None:
    """Two registries with the same records give two verdicts, or two reasons for the same one."""
    random = Random(seed)
    document = random_document(random, Sizes(items=random.randint(2, 6), trouble=trouble))
    question = random_question(random, document)
    other = {name: random.sample(value, len(value)) if isinstance(value, list) else value for name, value in document.items()}
    assert answered(other, question) == answered(document, question)


@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.1, 0.3, 0.5]))
@settings(max_examples=100)
def test_the_order_within_records_never_changes_the_answer(seed: int, trouble: float) -> None:
    """The answer depends on which result, reference or period of a record stands first.

    What is told first, and the order of the graph, may: a certificate has its references in an order.
    """
    random = Random(seed)
    document = random_document(random, Sizes(items=random.randint(2, 6), trouble=trouble))
    question = random_question(random, document)
    one, other = answered(document, question), answered(shuffled(document, random), question)
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
        return
    assert (one.status, keys(one.findings), one.depth) == (other.status, keys(other.findings), other.depth)
    assert [each.severity for each in one.findings] == [each.severity for each in other.findings]
    assert one.traceable_until == other.traceable_until
    assert {each.certificate: (set(each.uses), each.end, set(each.findings)) for each in one.graph.nodes} == {
        each.certificate: (set(each.uses), each.end, set(each.findings)) for each in other.graph.nodes
    }
    assert set(one.graph.links) == set(other.graph.links)


@given(st.integers(0, 2**32))
@settings(max_examples=100)
def test_a_verdict_keeps_to_its_own_rules(seed: int) -> None:
    """A verdict contradicts itself."""
    random = Random(seed)
    document = random_document(random, Sizes(items=random.randint(2, 6), trouble=random.choice([0.0, 0.2, 0.4])))
    answer = answered(document, random_question(random, document))
    if isinstance(answer, str):
        return
    assert len({(each.code, each.subject) for each in answer.findings}) == len(answer.findings)
    assert (answer.traceable_until is not msgspec.UNSET) == answer.status.is_good
    assert (answer.status is Status.TRACEABLE) == (not answer.keys)
    assert isinstance(answer.traceable_until, date | None | msgspec.UnsetType)
    if isinstance(answer.traceable_until, date):
        assert answer.traceable_until >= answer.as_of
    nodes = {each.certificate for each in answer.graph.nodes}
    assert {each.by for each in answer.graph.links} <= nodes
    assert {each.found for each in answer.graph.links if each.found is not None} <= nodes
    assert (answer.depth is None) == any(
        each.code is Code.CYCLE and len(answer.graph.nodes) > 1 and _is_on_circle(answer, each.subject)
        for each in answer.findings
    )
    assert answer.depth is None or answer.depth <= len(nodes)


def _is_on_circle(answer: Verdict, certificate_id: str) -> bool:
    """Whether a certificate is reached from itself: a reference to its own item is no edge."""
    above: dict[str, set[str]] = {}
    for link in answer.graph.links:
        if link.found is not None:
            above.setdefault(link.by, set()).add(link.found)
    reached: set[str] = set()
    waiting = list(above.get(certificate_id, ()))
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached.add(current)
            waiting += above.get(current, ())
    return certificate_id in reached
