"""What the parts of a recall are called."""

from api.language import Bilingual
from registry.recalls import Cause, Standing, State, Step

CAUSES: dict[Cause, Bilingual] = {
    Cause.WITHDRAWN: Bilingual("证书被撤销", "Certificate withdrawn"),
    Cause.FAILED: Bilingual("检定或校准不合格", "Failed at verification or calibration"),
    Cause.OUT_OF_TOLERANCE: Bilingual("送检时超差", "Found out of tolerance"),
    Cause.INTERIM_CHECK: Bilingual("期间核查不合格", "Interim check failed"),
    Cause.DAMAGED: Bilingual("损坏", "Damaged"),
}
STANDINGS: dict[Standing, Bilingual] = {
    Standing.OPEN: Bilingual("待处理", "Open"),
    Standing.RECALIBRATED: Bilingual("已重新检定或校准", "Recalibrated"),
    Standing.JUSTIFIED: Bilingual("已说明理由", "Justified"),
    Standing.OUT_OF_USE: Bilingual("已停用", "Out of use"),
}
STATES: dict[State, Bilingual] = {
    State.WAITING: Bilingual("等待复核", "Waiting for a second person"),
    State.REJECTED: Bilingual("已退回", "Turned down"),
    State.OPEN: Bilingual("处理中", "Open"),
    State.CLOSED: Bilingual("已关闭", "Closed"),
}
STEPS: dict[Step, Bilingual] = {
    Step.CONFIRMED: Bilingual("确认并通知", "Confirmed, owners told"),
    Step.REJECTED: Bilingual("退回", "Turned down"),
    Step.JUSTIFIED: Bilingual("说明理由", "Justified"),
    Step.JUSTIFICATION_WITHDRAWN: Bilingual("撤回理由", "Justification withdrawn"),
}
# The class of the tag that a word stands in.
STATE_TAGS: dict[State, str] = {State.WAITING: "note", State.REJECTED: "note", State.OPEN: "fail", State.CLOSED: "good"}
STANDING_TAGS: dict[Standing, str] = {
    Standing.OPEN: "fail",
    Standing.RECALIBRATED: "good",
    Standing.JUSTIFIED: "condition",
    Standing.OUT_OF_USE: "note",
}
