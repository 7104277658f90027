"""What the parts of a recall are called."""

from api.language import Bilingual
from registry.recalls import RecallCause, RecallStanding, RecallState, RecallStep

CAUSES: dict[RecallCause, Bilingual] = {
    RecallCause.WITHDRAWN: Bilingual("证书被撤销", "Certificate withdrawn"),
    RecallCause.FAILED: Bilingual("检定或校准不合格", "Failed at verification or calibration"),
    RecallCause.OUT_OF_TOLERANCE: Bilingual("送检时超差", "Found out of tolerance"),
    RecallCause.INTERIM_CHECK: Bilingual("期间核查不合格", "Interim check failed"),
    RecallCause.DAMAGED: Bilingual("损坏", "Damaged"),
}
STANDINGS: dict[RecallStanding, Bilingual] = {
    RecallStanding.OPEN: Bilingual("待处理", "Open"),
    RecallStanding.RECALIBRATED: Bilingual("已重新检定或校准", "Recalibrated"),
    RecallStanding.JUSTIFIED: Bilingual("已说明理由", "Justified"),
    RecallStanding.OUT_OF_USE: Bilingual("已停用", "Out of use"),
}
STATES: dict[RecallState, Bilingual] = {
    RecallState.WAITING: Bilingual("等待复核", "Waiting for a second person"),
    RecallState.REJECTED: Bilingual("已退回", "Turned down"),
    RecallState.OPEN: Bilingual("处理中", "Open"),
    RecallState.CLOSED: Bilingual("已关闭", "Closed"),
}
STEPS: dict[RecallStep, Bilingual] = {
    RecallStep.CONFIRMED: Bilingual("确认并通知", "Confirmed, owners told"),
    RecallStep.REJECTED: Bilingual("退回", "Turned down"),
    RecallStep.JUSTIFIED: Bilingual("说明理由", "Justified"),
    RecallStep.JUSTIFICATION_WITHDRAWN: Bilingual("撤回理由", "Justification withdrawn"),
}
# The class of the tag that a word stands in.
STATE_TAGS: dict[RecallState, str] = {
    RecallState.WAITING: "note",
    RecallState.REJECTED: "note",
    RecallState.OPEN: "fail",
    RecallState.CLOSED: "good",
}
STANDING_TAGS: dict[RecallStanding, str] = {
    RecallStanding.OPEN: "fail",
    RecallStanding.RECALIBRATED: "good",
    RecallStanding.JUSTIFIED: "condition",
    RecallStanding.OUT_OF_USE: "note",
}
