"""The words of the field in both languages: what people call the statuses, kinds and schemes."""

from typing import NamedTuple

from api.language import Bilingual
from registry.access import Permission, Role
from registry.labels.sticker import Answer, LabelState
from registry.notices.events import EventType
from registry.rounds import Decision, ScanResult
from traceability.records import AsFound, CertificateKind, EventKind, ItemKind, OrganizationKind, Outcome
from traceability.verdict import Severity, Status


class StatusLook(NamedTuple):
    """How a status is shown: in words, by a symbol and by a colour, so that no one of them carries it alone."""

    words: Bilingual
    symbol: str
    terminal_style: str  # The style by which rich colours it.
    meaning: Bilingual  # One sentence for whoever has never heard the word.


STATUSES: dict[Status, StatusLook] = {
    Status.TRACEABLE: StatusLook(
        Bilingual("可溯源", "Traceable"),
        "✔",
        "bold green",
        Bilingual(
            "每一环节在使用当日都有有效证书，一直连到国家计量基准。",
            "Every link had a valid certificate on its day of use, up to a national standard.",
        ),
    ),
    Status.CONDITIONAL: StatusLook(
        Bilingual("有条件可溯源", "Traceable with conditions"),
        "◐",
        "bold yellow",
        Bilingual(
            "溯源链完整，但有需要核对或说明的条件。",
            "The chain is complete, with conditions that somebody has to look at.",
        ),
    ),
    Status.INDETERMINATE: StatusLook(
        Bilingual("无法判定", "Cannot be determined"),
        "?",
        "bold blue",
        Bilingual(
            "缺少证据或证据存疑，不能判定可溯源，也不能判定不可溯源。",
            "Evidence is missing or in doubt: neither proved nor refuted.",
        ),
    ),
    Status.NOT_TRACEABLE: StatusLook(
        Bilingual("不可溯源", "Not traceable"),
        "✘",
        "bold red",
        Bilingual("溯源链在下述环节断开。", "The chain is broken at the links named below."),
    ),
}

SEVERITIES: dict[Severity, Bilingual] = {
    Severity.FAIL: Bilingual("断链", "Broken"),
    Severity.INDETERMINATE: Bilingual("存疑", "In doubt"),
    Severity.CONDITION: Bilingual("条件", "Condition"),
    Severity.NOTE: Bilingual("提示", "Note"),
}

ITEM_KINDS: dict[ItemKind, Bilingual] = {
    ItemKind.METER: Bilingual("计量表", "Meter"),
    ItemKind.INSTRUMENT: Bilingual("计量器具", "Measuring instrument"),
    ItemKind.TRANSFORMER: Bilingual("互感器", "Instrument transformer"),
    ItemKind.MEASUREMENT_STANDARD: Bilingual("计量标准", "Measurement standard"),
    ItemKind.REFERENCE_MATERIAL: Bilingual("标准物质", "Reference material"),
    ItemKind.NATIONAL_STANDARD: Bilingual("国家计量基准", "National standard"),
}
METERING_POINT = Bilingual("计量点", "Metering point")

CERTIFICATE_KINDS: dict[CertificateKind, Bilingual] = {
    CertificateKind.VERIFICATION: Bilingual("检定证书", "Verification certificate"),
    CertificateKind.CALIBRATION: Bilingual("校准证书", "Calibration certificate"),
    CertificateKind.REFERENCE_MATERIAL: Bilingual("标准物质证书", "Reference material certificate"),
}
FAILED_VERIFICATION = Bilingual("检定结果通知书", "Rejection notice")

# The act by which an instrument is tied to its standard: what stands in the ellipse of the official drawing.
METHODS: dict[CertificateKind, Bilingual] = {
    CertificateKind.VERIFICATION: Bilingual("检定", "Verification"),
    CertificateKind.CALIBRATION: Bilingual("校准", "Calibration"),
    CertificateKind.REFERENCE_MATERIAL: Bilingual("定值", "Value assignment"),
}

OUTCOMES: dict[Outcome, Bilingual] = {
    Outcome.PASS: Bilingual("合格", "Pass"),
    Outcome.FAIL: Bilingual("不合格", "Fail"),
    Outcome.LIMITED: Bilingual("准用", "Limited use"),
}

AS_FOUND: dict[AsFound, Bilingual] = {
    AsFound.IN_TOLERANCE: Bilingual("调整前合格", "In tolerance as found"),
    AsFound.OUT_OF_TOLERANCE: Bilingual("调整前超差", "Out of tolerance as found"),
}

EVENT_KINDS: dict[EventKind, Bilingual] = {
    EventKind.REPAIRED: Bilingual("修理", "Repaired"),
    EventKind.ADJUSTED: Bilingual("调整", "Adjusted"),
    EventKind.SEAL_BROKEN: Bilingual("封印破损", "Seal broken"),
    EventKind.DAMAGED: Bilingual("损坏", "Damaged"),
    EventKind.INTERIM_CHECK_PASSED: Bilingual("期间核查通过", "Interim check passed"),
    EventKind.INTERIM_CHECK_FAILED: Bilingual("期间核查未通过", "Interim check failed"),
    EventKind.REINSTALLED: Bilingual("重新安装", "Reinstalled"),
}

# 进出用能单位, 主要次级用能单位, 主要用能设备 (GB 17167; SEMANTICS 2).
LEVELS: dict[int, Bilingual] = {
    1: Bilingual("进出用能单位", "Energy user's boundary"),
    2: Bilingual("主要次级用能单位", "Main sub-unit"),
    3: Bilingual("主要用能设备", "Main energy-using equipment"),
}

POLICY_TITLES: dict[str, Bilingual] = {
    "cn-legal/1": Bilingual("法制计量（使用当日有效）", "Legal metrology (valid at use)"),
    "cn-supervision/1": Bilingual("监督检查（标准器现行有效）", "Supervision (references in force today)"),
    "ilac-p10/1": Bilingual("国际互认 ILAC P10", "ILAC P10"),
    "structure/1": Bilingual("仅看结构", "Structure only"),
}


SCAN_RESULTS: dict[ScanResult, Bilingual] = {
    ScanResult.CORRECT: Bilingual("相符", "Correct"),
    ScanResult.ALREADY_SCANNED: Bilingual("已扫描过", "Already scanned"),
    ScanResult.MISPLACED: Bilingual("不在清单中", "Misplaced"),
    ScanResult.UNKNOWN: Bilingual("未登记", "Unknown"),
}
MISSING = Bilingual("未找到", "Missing")


OBSERVED: dict[bool | None, Bilingual] = {
    True: Bilingual("是", "Yes"),
    False: Bilingual("否", "No"),
    None: Bilingual("未查看", "Not looked at"),
}

DECISIONS: dict[Decision, Bilingual] = {
    Decision.CONFIRMED: Bilingual("已确认", "Confirmed"),
    Decision.REJECTED: Bilingual("不予确认", "Rejected"),
}


LABEL_STATES: dict[str, Bilingual] = {
    LabelState.REPLACED: Bilingual("标签已被新标签取代", "This label was replaced by another"),
    LabelState.REVOKED: Bilingual("标签已撤销", "This label was revoked"),
    LabelState.LOST: Bilingual("标签已报失", "This label was reported lost"),
}
STICKER_ANSWERS: dict[str, Bilingual] = {
    Answer.GENUINE: Bilingual("签名有效", "Signature good"),
    Answer.UNREADABLE: Bilingual("签名标识无法读取", "The sticker cannot be read"),
    Answer.UNKNOWN_VERSION: Bilingual("签名标识版本未知", "The sticker is of an unknown version"),
    Answer.UNKNOWN_KEY: Bilingual("不认识签名所用的密钥", "Signed with a key that is not known here"),
    Answer.FORGED: Bilingual("签名是伪造的", "The signature is forged"),
    Answer.KEY_REVOKED: Bilingual("签名密钥已撤销", "The signing key was revoked"),
    Answer.KEY_EXPIRED: Bilingual("签发日不在密钥有效期内", "Not signed while the key was valid"),
    Answer.NOT_LISTED: Bilingual("已知清单中没有此签名标识", "The sticker is not in what is known here"),
    Answer.LABEL_REVOKED: Bilingual("标签或签名标识已撤销", "The label or sticker was revoked"),
    Answer.LABEL_REPLACED: Bilingual("标签已被取代", "The label was replaced"),
    Answer.LABEL_LOST: Bilingual("标签已报失", "The label was reported lost"),
    Answer.REPLAYED: Bilingual("同一标签已有更新的签名标识", "A newer sticker of this label exists"),
    Answer.OTHER_SERIAL: Bilingual("签名中的出厂编号与登记不符", "The signed serial number is not the recorded one"),
    Answer.NOT_YET: Bilingual("签名标识尚未生效", "The sticker is not valid yet"),
    Answer.ENDED: Bilingual("签名标识已过期", "The sticker has ended"),
}
# What the script of the scanner says; names in braces are filled in there.
SCANNER_SAYS: dict[str, Bilingual] = {
    "serial": Bilingual("出厂编号", "Serial number"),
    "compare": Bilingual("请与铭牌核对", "Compare with the nameplate"),
    "until": Bilingual("可溯源至 {day}", "Traceable until {day}"),
    "unlimited": Bilingual("未设终止日", "No end set"),
    "now": Bilingual("登记处实时结果", "As the registry says now"),
    "as_of": Bilingual("离线结果，截至 {moment}", "Without a network, as of {moment}"),
    "lapsed": Bilingual("核查包中的有效期已过", "The last good day of the package has passed"),
    "no_package": Bilingual("没有网络，也没有核查包；已排队", "No network and no package: queued"),
    "not_in_package": Bilingual("核查包中没有", "Not in the package"),
    "queued": Bilingual("{count} 条待同步", "{count} waiting to be sent"),
    "synchronized": Bilingual("全部已同步", "Everything is sent"),
    "refused": Bilingual("{count} 条被拒绝：{reason}", "{count} refused: {reason}"),
    "sign_in": Bilingual("请登录后再同步；记录保留在本机", "Sign in to send; nothing is lost here"),
    "offline": Bilingual("没有网络", "No network"),
    "package_at": Bilingual("核查包：{count} 件，截至 {moment}", "Package: {count} items, as of {moment}"),
    "package_none": Bilingual("尚未载入核查包", "No package loaded yet"),
    "package_bad": Bilingual("核查包签名不正确，未采用", "The package's signature is wrong: not used"),
    "package_unchecked": Bilingual("此浏览器不能核对签名", "This browser cannot check the signature"),
    "camera_refused": Bilingual("摄像头不可用：请用照片或输入代码", "No camera here: take a photo, or type the code"),
    "nothing_read": Bilingual("照片中没有读到标签", "No label was read in the photo"),
    "scanning": Bilingual("正在扫描，请对准标签", "Scanning: point the camera at a label"),
    "noted": Bilingual("观察已记录", "Noted"),
    "other_site": Bilingual(
        "在“{site}”也扫描过：同一标签出现在两处，其中之一可能是复制品",
        "Scanned at “{site}” as well: one label at two places, so one of them may be a copy",
    ),
    "no_picture": Bilingual(
        "这不是可读的照片；请重拍，或不附照片再记录", "Not a readable photo: take another, or record without one"
    ),
    "place_told": Bilingual("扫描时附上所在地：{place}", "Told with every scan: {place}"),
    "place_unknown": Bilingual("手机没有给出位置；扫描照常", "The phone does not tell where it is; scanning goes on"),
}


class WindowLook(NamedTuple):
    """How a window of the due list is shown: in words, and by a tone of the style sheet; never by the tone alone."""

    words: Bilingual
    tone: str


_WINDOWS: dict[str, WindowLook] = {
    "no_certificate": WindowLook(Bilingual("没有有效证书", "No certificate in force"), "fail"),
    "failed": WindowLook(Bilingual("检定不合格", "Rejected"), "fail"),
    "overdue": WindowLook(Bilingual("已过期", "Overdue"), "fail"),
    "later": WindowLook(Bilingual("更晚", "Later"), "good"),
    "unknown_end": WindowLook(Bilingual("有效期不明", "End unknown"), "indeterminate"),
}


def window_look(window: str, narrowest: int) -> WindowLook:
    """How a window is shown; the narrowest warning window is a warning, the wider ones a notice."""
    if not window.isdigit():
        return _WINDOWS[window]
    tone = "condition" if int(window) <= narrowest else "note"
    return WindowLook(Bilingual(f"{window} 天内到期", f"Due within {window} days"), tone)


EVENT_TYPES: dict[EventType, Bilingual] = {
    EventType.RECALL_OPENED: Bilingual("标准器召回", "Standard recalled"),
    EventType.RECALL_ITEM_CHANGED: Bilingual("召回器具有新进展", "Item of a recall answered for"),
    EventType.REVIEW_STEP_TAKEN: Bilingual("审查推进", "Review went on"),
    EventType.REVIEW_DUE: Bilingual("审查期限", "Review deadline"),
    EventType.CERTIFICATE_RECORDED: Bilingual("登记了证书", "A certificate was recorded"),
    EventType.CERTIFICATE_WITHDRAWN: Bilingual("撤销了证书", "A certificate was withdrawn"),
    EventType.CERTIFICATE_REPLACED: Bilingual("替换了证书", "A certificate was replaced"),
    EventType.ITEM_RECORDED: Bilingual("登记了器具", "An item was recorded"),
    EventType.EVENT_RECORDED: Bilingual("登记了事件", "An event was recorded"),
    EventType.IMPORT_FINISHED: Bilingual("批量导入结束", "An import has finished"),
    EventType.DUE_ENTERED: Bilingual("器具进入预警期限或已过期", "Items came into a warning window, or past their end"),
    EventType.TEST_PING: Bilingual("测试", "Test"),
}

ENDED_BY: dict[str, Bilingual] = {
    "person": Bilingual("已由人停用", "Ended by a person"),
    "failing": Bilingual("连续多日投递失败，已自动停用", "Ended after days of failures"),
    "gone": Bilingual("接收方表示不再接收（410），已自动停用", "Ended as the receiver said gone (410)"),
}

DELIVERY_STATES: dict[str, WindowLook] = {
    "waiting": WindowLook(Bilingual("等待发送", "Waiting"), "note"),
    "retry": WindowLook(Bilingual("失败，将重试", "Failed, to be retried"), "condition"),
    "done": WindowLook(Bilingual("已送达", "Delivered"), "good"),
    "given_up": WindowLook(Bilingual("失败，已放弃", "Failed, given up"), "fail"),
}

ROLES: dict[Role, Bilingual] = {
    Role.LABORATORY: Bilingual("实验室", "Laboratory"),
    Role.AUDITOR: Bilingual("审核员", "Auditor"),
    Role.CENTRE: Bilingual("碳计量中心", "Carbon-metering centre"),
    Role.REGULATOR: Bilingual("监管机构", "Regulator"),
    Role.ENERGY_USER: Bilingual("用能单位", "Energy user"),
    Role.ADMINISTRATOR: Bilingual("管理员", "Administrator"),
}
PERMISSIONS: dict[Permission, Bilingual] = {
    Permission.READ: Bilingual("查看", "Read"),
    Permission.RECORD_ITEMS: Bilingual("登记器具", "Record items"),
    Permission.RECORD_CERTIFICATES: Bilingual("登记证书", "Record certificates"),
    Permission.RECORD_COMPETENCES: Bilingual("登记资质", "Record competences"),
    Permission.AUDIT: Bilingual("巡检", "Make rounds"),
    Permission.SUPERVISE: Bilingual("整体判定", "Have everything answered"),
    Permission.CONFIRM: Bilingual("确认巡检发现", "Confirm findings of rounds"),
    Permission.RECALL: Bilingual("召回", "Recall"),
    Permission.REVIEW: Bilingual("能源计量审查", "Review energy metering"),
    Permission.APPROVE: Bilingual("复核", "Approve"),
    Permission.SHARE: Bilingual("共享", "Share"),
    Permission.CONFIGURE: Bilingual("设置", "Configure"),
    Permission.ADMINISTER: Bilingual("管理账户", "Administer"),
}
ORGANIZATION_KINDS: dict[OrganizationKind, Bilingual] = {
    OrganizationKind.NATIONAL_METROLOGY_INSTITUTE: Bilingual("国家计量院", "National metrology institute"),
    OrganizationKind.LEGAL_METROLOGY_INSTITUTE: Bilingual("法定计量检定机构", "Legal metrology institute"),
    OrganizationKind.CALIBRATION_LABORATORY: Bilingual("校准实验室", "Calibration laboratory"),
    OrganizationKind.REFERENCE_MATERIAL_PRODUCER: Bilingual("标准物质生产者", "Reference material producer"),
    OrganizationKind.CARBON_METERING_CENTRE: Bilingual("碳计量中心", "Carbon-metering centre"),
    OrganizationKind.ENERGY_USER: Bilingual("用能单位", "Energy user"),
    OrganizationKind.ENERGY_SUPPLIER: Bilingual("供能单位", "Energy supplier"),
    OrganizationKind.REGULATOR: Bilingual("监管机构", "Regulator"),
}
