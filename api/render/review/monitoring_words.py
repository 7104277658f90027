"""The words of the monitoring system and its differences, in both languages."""

from api.language import Bilingual
from registry.monitoring.differences import DifferenceCode, Likeness
from registry.monitoring.gates import GateOutcome
from registry.monitoring.tickets import TicketState, TicketStep
from registry.monitoring.uploads import Mark
from registry.usecases.monitoring_quality import DataSource

DIFFERENCES: dict[DifferenceCode, Bilingual] = {
    DifferenceCode.MISSING_IN_REGISTER: Bilingual("监测系统缺少该器具", "Missing in the monitoring system"),
    DifferenceCode.MISSING_IN_RECORDS: Bilingual("本登记缺少该器具", "Missing in this registry"),
    DifferenceCode.SERIAL_ALIKE: Bilingual("出厂编号写法相近，待确认", "Serial spelled alike, to be looked at"),
    DifferenceCode.SERIAL_DOUBLED: Bilingual("出厂编号重复", "Serial more than once"),
    DifferenceCode.CLASS_DIFFERS: Bilingual("准确度等级不符", "Accuracy class differs"),
    DifferenceCode.LEVEL_DIFFERS: Bilingual("级别不符", "Level differs"),
    DifferenceCode.MANUFACTURER_DIFFERS: Bilingual("生产厂家不符", "Manufacturer differs"),
    DifferenceCode.CALIBRATION_STATE_DIFFERS: Bilingual("检定状态不符", "Calibration state differs"),
    DifferenceCode.STATE_DIFFERS: Bilingual("使用状态不符", "State differs"),
    DifferenceCode.LAST_DATE_DIFFERS: Bilingual("最近检定日期不符", "Last date differs"),
    DifferenceCode.NEXT_DATE_DIFFERS: Bilingual("下次检定日期与有效期不符", "Next date does not follow from the validity"),
    DifferenceCode.MULTIPLIER_DIFFERS: Bilingual("倍率与互感器变比之积不符", "Multiplier is not CT × PT on record"),
    DifferenceCode.MULTIPLIER_NOT_CT_PT: Bilingual("监测系统的倍率与其 CT×PT 不符", "Multiplier is not their own CT × PT"),
    DifferenceCode.DATA_CODE_DIFFERS: Bilingual("数据编码不符", "Data code differs"),
    DifferenceCode.DATA_CODE_FORM: Bilingual("数据编码格式有误", "No data code of 16 digits"),
    DifferenceCode.ENERGY_DIFFERS: Bilingual("能源品种不符", "Energy differs"),
    DifferenceCode.POINT_DIFFERS: Bilingual("计量点不符", "Metering point differs"),
    DifferenceCode.NO_UPLOAD: Bilingual("接入后没有上传数据", "Connected, and nothing comes"),
    DifferenceCode.CODE_UNKNOWN: Bilingual("上传的数据编码没有对应的计量点", "Uploaded under a code that stands for nothing"),
    DifferenceCode.UPLOAD_DIFFERS: Bilingual("上传值与读数不符", "Uploaded values differ from readings"),
    DifferenceCode.GATE_DIFFERS: Bilingual("供能单位与用能单位关口读数不符", "Gate readings differ"),
}
PROPERTIES: dict[DifferenceCode, Bilingual] = {
    DifferenceCode.CLASS_DIFFERS: Bilingual("准确度等级", "Accuracy class"),
    DifferenceCode.LEVEL_DIFFERS: Bilingual("级别", "Level"),
    DifferenceCode.MANUFACTURER_DIFFERS: Bilingual("生产厂家", "Manufacturer"),
    DifferenceCode.CALIBRATION_STATE_DIFFERS: Bilingual("检定状态", "Calibration state"),
    DifferenceCode.STATE_DIFFERS: Bilingual("使用状态", "State"),
    DifferenceCode.LAST_DATE_DIFFERS: Bilingual("最近检定日期", "Last calibration"),
    DifferenceCode.NEXT_DATE_DIFFERS: Bilingual("有效期至 / 下次检定日期", "Valid until / next calibration"),
    DifferenceCode.MULTIPLIER_DIFFERS: Bilingual("互感器变比之积 / 倍率", "CT × PT on record / multiplier"),
    DifferenceCode.MULTIPLIER_NOT_CT_PT: Bilingual("监测系统的 CT×PT / 倍率", "Their CT × PT / multiplier"),
    DifferenceCode.DATA_CODE_DIFFERS: Bilingual("数据编码", "Data code"),
    DifferenceCode.ENERGY_DIFFERS: Bilingual("能源品种", "Energy"),
    DifferenceCode.POINT_DIFFERS: Bilingual("计量点", "Metering point"),
}
OUTCOMES: dict[Likeness, Bilingual] = {
    Likeness.SAME: Bilingual("一致", "Same"),
    Likeness.DIFFERS: Bilingual("不符", "Differs"),
    Likeness.OURS_NOT_TOLD: Bilingual("本登记未填", "Not told here"),
    Likeness.THEIRS_NOT_TOLD: Bilingual("监测系统未填", "Not told there"),
}
GATES: dict[GateOutcome, Bilingual] = {
    GateOutcome.SAME: Bilingual("在允差内", "Within the tolerance"),
    GateOutcome.DIFFERS: Bilingual("超出允差", "Beyond the tolerance"),
    GateOutcome.INCOMPLETE: Bilingual("读数不全", "Not each day was read"),
    GateOutcome.NOT_SHARED: Bilingual("供能单位未共享", "Not shared by the supplier"),
    GateOutcome.NOT_COMPARABLE: Bilingual("无法比较", "Not comparable"),
}
STATES: dict[TicketState, Bilingual] = {
    TicketState.OPEN: Bilingual("待处理", "Open"),
    TicketState.ANSWERED: Bilingual("已答复", "Answered"),
    TicketState.CORRECTED: Bilingual("已更正，待核对", "Corrected, to be looked at"),
    TicketState.CLOSED: Bilingual("已关闭", "Closed"),
}
STATE_TAGS: dict[TicketState, str] = {
    TicketState.OPEN: "fail",
    TicketState.ANSWERED: "condition",
    TicketState.CORRECTED: "condition",
    TicketState.CLOSED: "note",
}
STEPS: dict[TicketStep, Bilingual] = {
    TicketStep.ANSWERED: Bilingual("答复", "Answered"),
    TicketStep.CORRECTED: Bilingual("报告已更正", "Said to be corrected"),
    TicketStep.CLOSED: Bilingual("说明理由后关闭", "Closed with a reason"),
    TicketStep.ASSIGNED: Bilingual("改派或改期", "Another owner or day"),
    TicketStep.SETTLED: Bilingual("核对不再发现，关闭", "No longer found, closed"),
    TicketStep.CHANGED: Bilingual("核对发现的值有变化", "Found with other values"),
    TicketStep.FOUND_AGAIN: Bilingual("核对仍然发现", "Found as before"),
}
MARKS: dict[Mark, Bilingual] = {
    Mark.GAP: Bilingual("缺数", "Gap"),
    Mark.STUCK: Bilingual("不变", "Stuck"),
    Mark.JUMP: Bilingual("突变", "Jump"),
    Mark.NEGATIVE: Bilingual("倒走", "Went back"),
    Mark.ROLLOVER: Bilingual("翻转", "Rolled over"),
    Mark.REPEATED: Bilingual("重复", "Repeated"),
    Mark.CONTRADICTED: Bilingual("重复而不同", "Contradicted"),
    Mark.INVALID: Bilingual("标为无效", "Marked invalid"),
    Mark.LATE: Bilingual("迟报", "Late"),
}
SOURCES: dict[DataSource, Bilingual] = {
    DataSource.UPLOADS: Bilingual("监测系统上传值", "Uploads of the monitoring system"),
    DataSource.READINGS: Bilingual("已登记的读数", "Readings on record"),
}
