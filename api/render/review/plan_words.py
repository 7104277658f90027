"""What the parts of a plan of the review are called, in both languages."""

from api.language import Bilingual
from registry.review.facts import EVERYWHERE
from registry.review.plans import PlanState
from registry.review.register import ConflictGround
from registry.usecases.opening_reviews import RevisitGround

CITY = {EVERYWHERE: Bilingual("全市", "The city")}
STATES: dict[PlanState, Bilingual] = {
    PlanState.DRAFTED: Bilingual("编制中", "Draft"),
    PlanState.CLOSED: Bilingual("名录已封存", "Lists closed"),
    PlanState.DRAWN: Bilingual("已抽取", "Drawn"),
    PlanState.PUBLISHED: Bilingual("已公布", "Published"),
    PlanState.ABANDONED: Bilingual("已作废", "Given up"),
}
# The class of the tag that a word stands in.
STATE_TAGS: dict[PlanState, str] = {
    PlanState.DRAFTED: "note",
    PlanState.CLOSED: "condition",
    PlanState.DRAWN: "condition",
    PlanState.PUBLISHED: "good",
    PlanState.ABANDONED: "fail",
}
DEEDS: dict[PlanState, Bilingual] = {
    PlanState.DRAFTED: Bilingual("编制", "Written down"),
    PlanState.CLOSED: Bilingual("封存名录", "Lists closed"),
    PlanState.DRAWN: Bilingual("抽取", "Drawn"),
    PlanState.PUBLISHED: Bilingual("公布", "Published"),
    PlanState.ABANDONED: Bilingual("作废", "Given up"),
}
GROUNDS: dict[ConflictGround, Bilingual] = {
    ConflictGround.DECLARED: Bilingual("申明的利害关系", "Declared"),
    ConflictGround.OWN_ORGANIZATION: Bilingual("在该单位任职", "Works for the unit"),
    ConflictGround.SUPPLIER: Bilingual("在其供能单位任职", "Works for its supplier"),
}
REVISITS: dict[RevisitGround, Bilingual] = {
    RevisitGround.OPEN_FINDINGS: Bilingual("上年度审查有未关闭的问题", "Findings of last year's review are open"),
    RevisitGround.REFERRED: Bilingual("上年度审查移送执法", "Last year's review was referred to enforcement"),
}
