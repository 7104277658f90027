"""Which records an answer needs: those without which some policy of the registry would answer otherwise, and no others.

All policies, not the one of the question alone: whoever checks the bundle asks under a policy of their own, and is not to be
told that something is missing which was only left out. Who issued the certificates is shown as well, as people ask for it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain

from registry.evidence.answers import days_of, verdict_on
from registry.evidence.bundle import Days, Question
from traceability.examination import Examiner
from traceability.inquiry import Inquiry, chains_of
from traceability.known import Known, known_records
from traceability.policy import POLICIES
from traceability.problems import UnknownTargetError
from traceability.records import SECTIONS, Certificate, Competence, Record, Records
from traceability.resolution import certificate_in_force
from traceability.rules.competence import of_issuer
from traceability.timeline import statuses
from traceability.verdict import Finding, Verdict

Key = tuple[str, str]  # A list and an id; after `known_at` is applied, an id has one version.
Kept = dict[Key, Record]


def needed_records(records: Records, question: Question) -> Records:
    """The records that the answer needs, as they were known, each in the version that counted then."""
    known = known_records(records, question.known_at)
    every = _by_key(known)
    is_same = _comparison(question, every)
    sure = _reached(known, question)
    kept = _without(every, [key for key in every if key not in sure], is_same)
    kept = _with_needed_competences(kept, known)
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


def _reached(known: Known, question: Question) -> set[Key]:
    """What the answers are about: the target, its certificates of any day asked for and all above, their items and issuers;
    what of the references is in force on these days, which some policies ask; and whatever findings name.
    """
    items, certificates, issuers, told = {question.target}, set[str](), set[str](), set[str]()
    for policy in POLICIES.values():
        inquiry = Inquiry(Examiner(known, policy), question.target, question.purpose)
        for day in _days_asked(inquiry, question):
            items |= {row.item for row in inquiry.branches if row.item is not None and row.serves(day)}
            answer = inquiry.on(day)
            for finding in answer.findings:
                told |= {finding.subject, *finding.detail.values()}
            for rested in chains_of(inquiry, answer):
                current = (certificate_in_force(known, each.item, day, each).found for each in rested.followed)
                certificates |= {found.id for found in current if found is not None}
                certificates |= {each.certificate.id for each in rested.certificates}
                issuers |= {each.certificate.issuer for each in rested.certificates}
                items |= {each.certificate.item for each in rested.certificates} | {each.item for each in rested.followed}
    return (
        {("items", id_) for id_ in items}
        | {("certificates", id_) for id_ in certificates | told}
        | {("events", id_) for id_ in told}
        | {("competences", held.id) for issuer in issuers for held in known.competences.get(issuer, ())}
        | {("metering_points", question.target)}
    )


def _days_asked(inquiry: Inquiry, question: Question) -> Iterator[date]:
    """The day of the question, and of its period each day on which the answer may change."""
    yield question.as_of
    if question.start is not None and question.until is not None:
        yield from (first for (first, _), _ in statuses(inquiry, question.start, question.until))


def _with_needed_competences(kept: Kept, known: Known) -> Kept:
    """The records with those competences alone without which something else would be said of a certificate of the issuer.

    That is all that answers know of competences, and asking for it is much less work than asking for answers.
    """
    issued: dict[str, list[Certificate]] = {}
    for record in kept.values():
        if isinstance(record, Certificate):
            issued.setdefault(record.issuer, []).append(record)
    for issuer, certificates in issued.items():
        expected = list(_said(kept, issuer, certificates, known))
        is_same = partial(_says, expected, issuer, certificates, known)
        held = [key for key, record in kept.items() if isinstance(record, Competence) and record.organization == issuer]
        kept = _without(kept, held, is_same)
    return kept


def _says(expected: list[Finding], issuer: str, certificates: Sequence[Certificate], known: Known, kept: Kept) -> bool:
    return list(_said(kept, issuer, certificates, known)) == expected


def _said(kept: Kept, issuer: str, certificates: Sequence[Certificate], known: Known) -> Iterator[Finding]:
    """What all policies say of the issuer's competence for its certificates."""
    held = tuple(record for record in kept.values() if isinstance(record, Competence) and record.organization == issuer)
    with_held = replace(known, competences={issuer: held})
    for policy in POLICIES.values():
        for certificate in certificates:
            yield from of_issuer(with_held, policy, certificate)


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
