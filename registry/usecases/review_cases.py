"""Reviews of units: a bureau opens a case, and whoever's turn it is takes the next step until its result is published.

A case is seen by the bureau that organizes it, by those of its area and of the whole city, by its inspectors, and, from its
notification on, by the unit itself; by nobody else, mandates included. What may be done next, and by whom, says
registry.review.procedure; every step says how many it was taken after, so of two at once one wins.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from registry.access import Party, Permission, Role
from registry.errors import ConflictError, NotPermittedError, StaleError, UnacceptableError, UnknownError
from registry.notices.announcing import announce
from registry.notices.events import review_step_taken
from registry.repositories import accounts, review, review_cases
from registry.repositories.recordings import Recorder
from registry.repositories.review_cases import Onlooker, WantedCases
from registry.review.cases import CaseFile, Inspector, NewReview, ReviewCase, Taken, TakenStep
from registry.review.facts import EVERYWHERE
from registry.review.procedure import Stage, actor_of, check_days, check_step, may_take, standing
from registry.review.steps import Actor, AnyStep, Step, kind_of
from registry.secret_tokens import new_id
from registry.spelling import is_storable, storable
from registry.unit_of_work import UnitOfWork
from registry.usecases.review_evidence import check_evidence
from registry.usecases.units import jurisdictions_of, seen_by, seen_unit
from traceability.periods import civil_day

SOURCE = "review"
LARGEST_PAGE = 100  # Cases.
LARGEST_FILE = 10 * 1024 * 1024  # Bytes: a scanned contract or a photo.
MOST_FILES = 200  # Of one case.
MOST_INSPECTORS = 20
_LONGEST_REASON = 2000  # Characters.
_LONGEST_NAME = 255  # Characters.

_INSPECTING = (Role.AUDITOR, Role.REGULATOR)  # In the order in which somebody who has several inspects.
_MAGIC = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCase:
    """A case as a party sees it: in which capacities it may act, and which steps it may take now."""

    case: ReviewCase
    name: str | None
    actors: tuple[Actor, ...]
    may: tuple[type[Step], ...]
    is_turn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """A page of cases, the latest first; `next`: before which running number to go on."""

    cases: tuple[SeenCase, ...]
    next: int | None


def open_review(work: UnitOfWork, party: Party, new: NewReview, at: datetime) -> str:
    """Open the review of a unit of the party's area; the id of the case. `work` sees everything.

    UnknownError for a unit of another area; UnacceptableError for inspectors that may not inspect it, or have an interest;
    ConflictError where the same bureau has a case of the unit and year that is not published.
    """
    if not party.may(Permission.REVIEW):
        raise NotPermittedError("reviews are opened by regulators", "审查由监管机构发起")
    if not party.is_operator and review.area_of_regulator(work, party.organization or "", (civil_day(at), at)) in {None, ""}:
        raise NotPermittedError("your organization has no area", "本机构没有所辖区域")
    reason = _reason(new.reason)
    unit = seen_unit(work, party, new.organization, at)
    inspectors = check_inspectors(work, new.organization, new.inspectors)
    if not inspectors and not party.is_operator:
        raise UnacceptableError("$.inspectors", "somebody has to inspect", "须指定审查人员")
    for other in review_cases.cases_of_unit(work, new.organization, new.year):
        if other.reviewer == party.organization and other.standing.stage is not Stage.PUBLISHED:
            raise ConflictError(
                "$.organization", other.id, f"under review already: {other.id}", f"该单位本年度已有审查：{other.id}"
            )
    moment = (civil_day(at), at)
    jurisdiction = jurisdictions_of(work, [unit], moment)[new.organization]
    recorder = Recorder(work, party=party, at=at, source=SOURCE, reason=reason)
    id_ = new_id("rc")
    new = NewReview(organization=new.organization, year=new.year, inspectors=new.inspectors, reason=reason, plan=new.plan)
    review_cases.add_case(work, id_, new, party.organization, jurisdiction, inspectors, recorder.begun(), _taken(party, at))
    return id_


def check_inspectors(
    work: UnitOfWork, organization: str, people: Sequence[str], path: str = "$.inspectors"
) -> tuple[Inspector, ...]:
    """The inspectors, each with the organization for which they inspect; the first leads.

    UnacceptableError for somebody who is not known, is neither auditor nor regulator, or works for the unit itself.
    """
    if len(people) > MOST_INSPECTORS or len(set(people)) != len(people):
        raise UnacceptableError(path, f"at most {MOST_INSPECTORS}, each once", f"至多 {MOST_INSPECTORS} 人，不得重复")
    memberships = accounts.memberships_of(work, sorted({*people}))
    found = []
    for place, id_ in enumerate(people):
        person = accounts.person_with(work, id_) if is_storable(id_) else None
        own = [each for each in memberships if each.person == id_]
        if any(each.organization == organization for each in own):
            raise UnacceptableError(
                f"{path}[{place}]",
                f"{id_} works for the unit: a conflict of interest",
                f"{id_} 在被审查单位任职，应当回避",
            )
        working = sorted((each for each in own if each.role in _INSPECTING), key=lambda each: _INSPECTING.index(each.role))
        if person is None or not person.is_active or not working:
            raise UnacceptableError(
                f"{path}[{place}]", f"{id_} is no auditor and no regulator", f"{id_} 不是审核人员或监管人员"
            )
        found.append(Inspector(person=id_, organization=working[0].organization))
    return tuple(found)


def take_step(work: UnitOfWork, party: Party, case_id: str, step: AnyStep, *, after: int, at: datetime) -> ReviewCase:
    """Take the next step of a case; the case with it. `after`: how many steps it had when the party looked.

    UnknownError for a case that it does not see, StaleError when others were quicker, InputError for a step that may not be
    taken now, not by them, or says what cannot be. Nothing is changed then.
    """
    case = own_case(work, party, case_id, at)
    if party.person is None and not party.is_operator:
        raise NotPermittedError("people take the steps of a review, machines do not", "审查步骤只能由人员进行")
    if after != len(case.steps):
        raise StaleError("the review", "审查")
    actors = capacities(work, party, case, at)
    check_step(case.standing, step, actors)
    check_days(step, civil_day(at))
    check_evidence(work, party, case, step)
    taken = TakenStep(number=after + 1, step=step, actor=actor_of(step, actors), taken=_taken(party, at))
    then = standing([*(each.step for each in case.steps), step])
    recorder = Recorder(work, party=party, at=at, source=SOURCE)
    review_cases.add_step(work, case, taken, then, recorder.begun())
    _tell(work, case, taken, then.stage, at)
    found = review_cases.case_with(work, case_id)
    assert found is not None  # noqa: S101 - it was just written to.
    return found


def bring_file(work: UnitOfWork, party: Party, case_id: str, name: str, content: bytes, at: datetime) -> CaseFile:
    """Keep a file (PDF, JPEG or PNG) with a case, so that steps can name it as evidence; one that is kept is kept once.

    UnknownError for a case that the party does not see, UnacceptableError for what is no such file.
    """
    case = own_case(work, party, case_id, at)
    actors = capacities(work, party, case, at)
    if not actors or (party.person is None and not party.is_operator):
        raise NotPermittedError("files are brought by those who take part", "只有参与审查的人员可以提交文件")
    if case.standing.stage is Stage.PUBLISHED:
        raise ConflictError("$", case_id, "the review has ended", "审查已结束")
    media_type = next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None)
    if media_type is None or len(content) > LARGEST_FILE:
        raise UnacceptableError(
            "$", "a PDF, JPEG or PNG of at most 10 MiB is expected", "应为不超过 10 MiB 的 PDF、JPEG 或 PNG 文件"
        )
    sha256 = hashlib.sha256(content).hexdigest()
    held = next((each for each in case.files if each.sha256 == sha256), None)
    if held is not None:
        return held
    if len(case.files) >= MOST_FILES:
        raise UnacceptableError("$", f"more than {MOST_FILES} files", f"文件超过 {MOST_FILES} 个")
    side = next(each for each in (Actor.UNIT, Actor.INSPECTOR, Actor.REGULATOR, Actor.AREA) if each in actors)
    named = storable(name.strip())[-_LONGEST_NAME:] or sha256[:12]
    file = CaseFile(sha256=sha256, name=named, media_type=media_type, side=side, taken=_taken(party, at))
    recorder = Recorder(work, party=party, at=at, source=SOURCE)
    review_cases.add_file(work, case, file, content, recorder.begun())
    return file


def file_of(work: UnitOfWork, party: Party, case_id: str, sha256: str, at: datetime) -> tuple[CaseFile, bytes]:
    """A file of a case that the party sees; UnknownError otherwise. `work` sees everything."""
    case = own_case(work, party, case_id, at)
    file = next((each for each in case.files if each.sha256 == sha256), None)
    if file is None:
        raise UnknownError(sha256)
    return file, review_cases.content_of(work, sha256)


def own_case(work: UnitOfWork, party: Party, case_id: str, at: datetime) -> ReviewCase:
    """A case that the party sees; UnknownError for any other, as for one that does not exist."""
    case = review_cases.case_with(work, case_id) if is_storable(case_id) else None
    if case is None or not _sees(onlooker_of(work, party, at), case):
        raise UnknownError(case_id)
    return case


def review_seen(work: UnitOfWork, party: Party, case_id: str, at: datetime) -> SeenCase:
    """A case as the party sees it; UnknownError where that is nothing."""
    case = own_case(work, party, case_id, at)
    names = review.names_of(work, [case.organization])
    return _seen(work, party, case, names, at)


def reviews_seen(work: UnitOfWork, party: Party, wanted: WantedCases, at: datetime, *, before: int, most: int) -> CasePage:
    """Cases that the party sees, the latest first."""
    onlooker = onlooker_of(work, party, at)
    most = min(most, LARGEST_PAGE)
    found = review_cases.cases_before(work, onlooker, wanted, civil_day(at), before, most + 1)
    names = review.names_of(work, (each.organization for each in found))
    seen = tuple(_seen(work, party, each, names, at) for each in found[:most])
    return CasePage(cases=seen, next=found[most - 1].entry if len(found) > most else None)


def published_reviews(
    work: UnitOfWork, wanted: WantedCases, *, before: int, most: int
) -> tuple[list[ReviewCase], dict[str, str], int | None]:
    """Cases whose result is public, with the names of their units, and where the next page begins. `work` sees everything."""
    most = min(most, LARGEST_PAGE)
    found = review_cases.published_before(work, wanted, before, most + 1)
    names = review.names_of(work, (each.organization for each in found[:most]))
    return found[:most], names, found[most - 1].entry if len(found) > most else None


def capacities(work: UnitOfWork, party: Party, case: ReviewCase, at: datetime) -> set[Actor]:
    """In which capacities a party may act in a case."""
    if party.is_operator:
        return {*Actor}
    found = set()
    if party.may(Permission.REVIEW):
        area = review.area_of_regulator(work, party.organization or "", (civil_day(at), at))
        if case.reviewer == party.organization or (case.reviewer is None and area in {EVERYWHERE, case.area}):
            found.add(Actor.REGULATOR)
        if area == case.area:
            found.add(Actor.AREA)
    if _inspects(party, case) and (party.may(Permission.AUDIT) or party.may(Permission.REVIEW)):
        found.add(Actor.INSPECTOR)
    if party.organization == case.organization and party.may(Permission.RECORD_ITEMS):
        found.add(Actor.UNIT)
    return found


def onlooker_of(work: UnitOfWork, party: Party, at: datetime) -> Onlooker:
    """Whose cases a party may look at."""
    seen = seen_by(work, party, at)
    return Onlooker(
        organization=party.organization or "",
        areas=tuple(sorted(seen.areas)) if seen else (),
        person=party.person or "",
        sees_all=seen is None,
    )


def inspectors_to_choose(work: UnitOfWork, organization: str) -> list[tuple[Inspector, str]]:
    """Who could inspect a unit, with their names: everybody but those who work for it."""
    found = review_cases.people_in_roles(work, [role.value for role in _INSPECTING])
    there = {
        person for _, person, own, _ in review_cases.people_in_roles(work, [role.value for role in Role]) if own == organization
    }
    chosen: dict[str, tuple[Inspector, str]] = {}
    for name, person, own, _ in sorted(found, key=lambda row: (_INSPECTING.index(Role(row[3])), row[2], row[1])):
        if person not in there:
            chosen.setdefault(person, (Inspector(person=person, organization=own), name))
    return sorted(chosen.values(), key=lambda each: (each[0].organization, each[1]))


def _seen(work: UnitOfWork, party: Party, case: ReviewCase, names: dict[str, str], at: datetime) -> SeenCase:
    is_able = party.person is not None or party.is_operator
    actors = capacities(work, party, case, at) if is_able else set()
    awaited = case.awaits
    return SeenCase(
        case=case,
        name=names.get(case.organization),
        actors=tuple(each for each in Actor if each in actors),
        may=may_take(case.standing, actors),
        is_turn=awaited is not None and awaited[0] in actors,
    )


def _sees(onlooker: Onlooker, case: ReviewCase) -> bool:
    if onlooker.sees_all or case.area in onlooker.areas:
        return True
    is_unit = case.organization == onlooker.organization and bool(case.steps)
    inspects = Inspector(person=onlooker.person, organization=onlooker.organization) in case.inspectors
    return case.reviewer == onlooker.organization or is_unit or inspects


def _inspects(party: Party, case: ReviewCase) -> bool:
    return any((each.person, each.organization) == (party.person, party.organization) for each in case.inspectors)


def _tell(work: UnitOfWork, case: ReviewCase, taken: TakenStep, stage: Stage, at: datetime) -> None:
    holders = {case.organization, case.reviewer, *(each.organization for each in case.inspectors)}
    data = {
        "unit": case.organization,
        "year": case.year,
        "step": kind_of(taken.step),
        "number": taken.number,
        "stage": stage.value,
    }
    announce(work, [review_step_taken(case.id, frozenset(filter(None, holders)), data)], at)


def _taken(party: Party, at: datetime) -> Taken:
    return Taken(by=party.name, person=party.person, at=at)


def _reason(text: str) -> str:
    reason = storable(text.strip())
    if not reason or len(reason) > _LONGEST_REASON:
        raise UnacceptableError("$.reason", "a reason is needed, of at most 2000 characters", "须说明理由，不超过 2000 字")
    return reason
