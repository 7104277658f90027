"""Which records an answer needs: those without which some policy of the registry would answer otherwise, and no others.

All policies, not the one of the question alone: whoever checks the bundle asks under a policy of their own, and is not to be
told that something is missing which was only left out. Who issued the certificates is shown as well, as people ask for it.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from registry.evidence.answers import days_of, verdict_on
from registry.evidence.bundle import Days, Question
from traceability.known import Known, known_records
from traceability.policy import POLICIES
from traceability.problems import UnknownTargetError
from traceability.records import SECTIONS, Certificate, Competence, Record, Records
from traceability.verdict import Verdict

Key = tuple[str, str]  # A list and an id; after `known_at` is applied, an id has one version.
Kept = dict[Key, Record]


def needed_records(records: Records, question: Question) -> Records:
    """The records that the answer needs, as they were known, each in the version that counted then."""
    known = known_records(records, question.known_at)
    every = _by_key(known)
    is_same = _comparison(question, every)
    sure = _reached(verdict_on(records, question, POLICIES[question.policy]), known, question.target)
    doubtful = [key for key in every if key not in sure]
    kept = _without(every, doubtful, is_same)
    # What is in the graph is needed for certain; of the competences of an issuer, some may do without the others.
    kept = _without(kept, [key for key in kept if key[0] == "competences"], is_same)
    issuers = {record.issuer for record in kept.values() if isinstance(record, Certificate)}
    latest = {organization.id: organization for organization in records.organizations if organization.id in issuers}
    return _records(kept | {("organizations", id_): record for id_, record in sorted(latest.items())})


def needed_rows(competence: Competence, certificates: Sequence[Certificate]) -> list[int]:
    """The places of the rows of a scope that certificates of the holder can rest on: those of their quantities."""
    issued = (each for each in certificates if each.issuer == competence.organization)
    quantities = {result.quantity for each in issued for result in each.results}
    return [place for place, row in enumerate(competence.scope) if row.quantity in quantities]


def _by_key(known: Known) -> Kept:
    """The records known then, one version each."""
    competences = sorted(chain.from_iterable(known.competences.values()), key=lambda each: each.id)
    events = sorted(chain.from_iterable(known.events.values()), key=lambda each: each.id)
    lists: dict[str, Sequence[Record]] = {
        "competences": competences,
        "items": list(known.items.values()),
        "certificates": list(known.certificates.values()),
        "events": events,
        "metering_points": list(known.metering_points.values()),
    }
    return {(name, record.id): record for name in SECTIONS for record in lists.get(name, ())}


def _records(kept: Kept) -> Records:
    lists: dict[str, list[Record]] = {name: [] for name in SECTIONS}
    for (name, _), record in kept.items():
        lists[name].append(record)
    return Records(**{name: tuple(values) for name, values in lists.items()})  # type: ignore[arg-type]  # Each list has its kind.


def _reached(verdict: Verdict, known: Known, target: str) -> set[Key]:
    """What the verdict is about: the target, its certificates and all above, and their items."""
    point = known.metering_points.get(target)
    rows = () if point is None else point.branches
    items = {target, *(link.reference.item for link in verdict.graph.links), *(node.item for node in verdict.graph.nodes)}
    items |= {row.item for row in rows if row.item is not None and row.serves(verdict.as_of)}
    return (
        {("items", id_) for id_ in items}
        | {("certificates", node.certificate) for node in verdict.graph.nodes}
        | {("competences", each.id) for node in verdict.graph.nodes for each in _of_issuer(known, node.certificate)}
        | {("metering_points", target)}
    )


def _of_issuer(known: Known, certificate_id: str) -> list[Competence]:
    certificate = known.certificates[certificate_id]
    held = known.competences.get(certificate.issuer, ())
    return [competence for competence in held if competence.is_in_force(certificate.calibrated_on)]


def _comparison(question: Question, every: Kept) -> Callable[[Kept], bool]:
    """Whether fewer records give the same answers as all."""
    expected = list(_answers(every, question))

    def is_same(kept: Kept) -> bool:
        try:
            return all(one == other for one, other in zip(_answers(kept, question), expected, strict=True))
        except UnknownTargetError:
            return False

    return is_same


def _answers(kept: Kept, question: Question) -> Iterator[tuple[Verdict, tuple[Days, ...]]]:
    """What each policy answers, one after the other, as the first that differs is enough."""
    records = _records(kept)
    for policy in POLICIES.values():
        yield verdict_on(records, question, policy), days_of(records, question, policy)


def _without(kept: Kept, candidates: Sequence[Key], is_same: Callable[[Kept], bool]) -> Kept:
    """The records without those candidates that make no difference: many at once where that goes, else by halves."""
    if not candidates:
        return kept
    trial = {key: record for key, record in kept.items() if key not in set(candidates)}
    if is_same(trial):
        return trial
    if len(candidates) == 1:
        return kept
    middle = len(candidates) // 2
    return _without(_without(kept, candidates[:middle], is_same), candidates[middle:], is_same)
