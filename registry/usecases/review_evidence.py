"""What shows something in a review: on record, and of the unit that is reviewed."""

from collections.abc import Iterable, Iterator

from registry.access import Party
from registry.errors import UnknownError
from registry.repositories import rounds, stored
from registry.repositories.holdings import held_among
from registry.review.cases import ReviewCase
from registry.review.steps import AnyStep, Evidence, EvidenceKind, FindingsIssued, Rectified, SelfChecked, Visited
from registry.rounds import Round
from registry.spelling import is_storable
from registry.unit_of_work import UnitOfWork
from registry.usecases.review_equipping import items_serving
from registry.usecases.rounds import progress_of, seen_round
from traceability.problems import InputError
from traceability.records import Certificate


def rounds_of(work: UnitOfWork, case: ReviewCase) -> list[Round]:
    """The rounds that the visits of a case were made with."""
    ids = [each.step.round for each in case.steps if isinstance(each.step, Visited) and each.step.round is not None]
    return [found for found in (rounds.round_with(work, id_) for id_ in ids) if found is not None]


def check_evidence(work: UnitOfWork, party: Party, case: ReviewCase, step: AnyStep) -> None:
    """InputError, with the place in the step, for a round or for evidence that is not on record, or not of the unit."""
    if isinstance(step, Visited) and step.round is not None:
        _check_round(work, party, case, step.round, "$.round", must_be_signed=True)
    named = list(_named(step))
    if not named:
        return
    linked = rounds_of(work, case)
    items = {item for each in linked for item in _items_of(work, each)} | items_serving(work, case.organization)
    of_certificates = _items_behind(work, named)
    items |= _held(work, case, {*of_certificates.values(), *_ids(named, EvidenceKind.ITEM)})
    digests = {each.id for _, each in named if each.kind is EvidenceKind.PHOTO}
    known: dict[EvidenceKind, Iterable[str]] = {
        EvidenceKind.ITEM: items,
        EvidenceKind.CERTIFICATE: {id_ for id_, item in of_certificates.items() if item in items},
        EvidenceKind.ROUND: {each.id for each in linked},
        EvidenceKind.PHOTO: {digest for each in linked for digest in rounds.photos_among(work, each, digests)},
        EvidenceKind.DOCUMENT: {each.sha256 for each in case.files},
    }
    for path, each in named:
        if each.id in known[each.kind]:
            continue
        if each.kind is EvidenceKind.ROUND:
            _check_round(work, party, case, each.id, f"{path}.id", must_be_signed=False)
            continue
        raise InputError(
            f"{path}.id", f"no such {each.kind} of the unit or the review", f"单位或本次审查没有这样的证据：{each.id}"
        )


def _check_round(work: UnitOfWork, party: Party, case: ReviewCase, id_: str, path: str, *, must_be_signed: bool) -> None:
    try:
        found = seen_round(work, party, id_)
    except UnknownError as error:
        raise InputError(path, "no round that you see", "没有这样的现场核查") from error
    if found.organization != case.organization:
        raise InputError(path, "a round at another organization", "不是对该单位的现场核查")
    if must_be_signed and found.signature is None:
        raise InputError(path, "the round is not signed off", "该现场核查尚未签署")


def _ids(named: list[tuple[str, Evidence]], kind: EvidenceKind) -> set[str]:
    return {each.id for _, each in named if each.kind is kind and is_storable(each.id)}


def _held(work: UnitOfWork, case: ReviewCase, items: set[str]) -> set[str]:
    return set(held_among(work, "items", sorted(items), [case.organization])) if items else set()


def _items_behind(work: UnitOfWork, named: list[tuple[str, Evidence]]) -> dict[str, str]:
    """The items that the certificates named are of."""
    ids = sorted(_ids(named, EvidenceKind.CERTIFICATE))
    records = (each.record for each in stored.with_ids(work, "certificates", ids)) if ids else ()
    return {each.id: each.item for each in records if isinstance(each, Certificate)}


def _items_of(work: UnitOfWork, found: Round) -> Iterator[str]:
    progress = progress_of(work, found)
    yield from found.items
    yield from (scan.item for scan in progress.scans if scan.item is not None)


def _named(step: AnyStep) -> Iterator[tuple[str, Evidence]]:
    """The evidence that a step names, each with its place."""
    match step:
        case FindingsIssued():
            for place, finding in enumerate(step.findings):
                yield from ((f"$.findings[{place}].evidence[{index}]", each) for index, each in enumerate(finding.evidence))
        case Rectified() | SelfChecked():
            yield from ((f"$.evidence[{index}]", each) for index, each in enumerate(step.evidence))
        case _:
            pass
