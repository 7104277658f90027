"""The words of enumerations as technicians write them: one Chinese word for each value first, then what else is understood.

The first word of a value is the one that templates offer and exports write. Words are compared without case and blanks.
"""

from collections.abc import Mapping
from enum import StrEnum

from registry.spelling import compared
from traceability.records import AsFound, CertificateKind, EventKind, ItemKind, OrganizationKind, Outcome, Scheme

Words = Mapping[str, tuple[str, ...]]

ORGANIZATION_KINDS: Words = {
    OrganizationKind.NATIONAL_METROLOGY_INSTITUTE: ("国家计量院", "国家级计量机构", "national metrology institute"),
    OrganizationKind.LEGAL_METROLOGY_INSTITUTE: ("法定计量检定机构", "法定计量技术机构", "legal metrology institute"),
    OrganizationKind.CALIBRATION_LABORATORY: ("校准实验室", "校准机构", "calibration laboratory"),
    OrganizationKind.REFERENCE_MATERIAL_PRODUCER: ("标准物质生产者", "标准物质研制单位", "reference material producer"),
    OrganizationKind.CARBON_METERING_CENTRE: ("碳计量中心", "carbon metering centre", "carbon metering center"),
    OrganizationKind.ENERGY_USER: ("用能单位", "energy user"),
    OrganizationKind.ENERGY_SUPPLIER: ("供能单位", "energy supplier"),
    OrganizationKind.REGULATOR: ("监管部门", "市场监管部门", "regulator"),
}
SCHEMES: Words = {
    Scheme.NATIONAL_STANDARD: ("计量基准证书", "计量基准", "national standard"),
    Scheme.MEASUREMENT_STANDARD: ("计量标准考核证书", "计量标准考核", "建标", "measurement standard"),
    Scheme.LEGAL_AUTHORIZATION: ("计量授权", "计量授权证书", "legal authorization"),
    Scheme.ACCREDITATION: ("认可", "实验室认可", "CNAS", "CNAS认可", "accreditation"),
    Scheme.CMC: ("校准和测量能力", "国际互认", "CMC", "KCDB"),
    Scheme.REFERENCE_MATERIAL: ("标准物质定级证书", "标准物质", "ISO 17034", "reference material"),
}
ITEM_KINDS: Words = {
    ItemKind.METER: ("计量表", "仪表", "计量器具", "表计", "能源计量器具", "meter"),
    ItemKind.INSTRUMENT: ("测量仪器", "仪器", "测量设备", "instrument"),
    ItemKind.TRANSFORMER: ("互感器", "transformer", "instrument transformer"),
    ItemKind.MEASUREMENT_STANDARD: ("计量标准", "标准器", "计量标准器具", "measurement standard"),
    ItemKind.REFERENCE_MATERIAL: ("标准物质", "标准样品", "reference material", "CRM"),
    ItemKind.NATIONAL_STANDARD: ("国家基准", "计量基准", "国家计量基准", "national standard"),
}
# 检定结果通知书 is not among the words: it says that the item failed, which its row has to say itself.
CERTIFICATE_KINDS: Words = {
    CertificateKind.VERIFICATION: ("检定", "检定证书", "verification"),
    CertificateKind.CALIBRATION: ("校准", "校准证书", "calibration"),
    CertificateKind.REFERENCE_MATERIAL: ("标准物质", "标准物质证书", "reference material"),
}
OUTCOMES: Words = {
    Outcome.PASS: ("合格", "通过", "pass", "passed"),
    Outcome.FAIL: ("不合格", "不通过", "fail", "failed"),
    Outcome.LIMITED: ("准用", "限用", "降级使用", "limited"),
}
AS_FOUND: Words = {
    AsFound.IN_TOLERANCE: ("合格", "未超差", "in tolerance"),
    AsFound.OUT_OF_TOLERANCE: ("超差", "不合格", "out of tolerance"),
}
EVENT_KINDS: Words = {
    EventKind.REPAIRED: ("修理", "维修", "repaired", "repair"),
    EventKind.ADJUSTED: ("调整", "调校", "adjusted", "adjustment"),
    EventKind.SEAL_BROKEN: ("封印破坏", "破封", "拆封", "铅封破坏", "seal broken"),
    EventKind.DAMAGED: ("损坏", "damaged", "damage"),
    EventKind.INTERIM_CHECK_PASSED: ("期间核查合格", "期间核查通过", "interim check passed"),
    EventKind.INTERIM_CHECK_FAILED: ("期间核查不合格", "期间核查不通过", "interim check failed"),
    EventKind.REINSTALLED: ("重新安装", "移装", "reinstalled"),
}
LEVELS: Words = {
    "1": ("进出用能单位", "一级", "1级", "I级", "Ⅰ级", "level 1"),
    "2": ("主要次级用能单位", "二级", "2级", "II级", "Ⅱ级", "次级用能单位", "level 2"),
    "3": ("主要用能设备", "三级", "3级", "III级", "Ⅲ级", "用能设备", "level 3"),
}
TRUTHS: Words = {
    "true": ("是", "yes", "y", "true", "√", "有", "1"),
    "false": ("否", "no", "n", "false", "×", "未", "0"),
}


def word_key(text: str) -> str:
    """A word as it is compared: without case, blanks, and marks between words."""
    return compared(text).replace(" ", "").replace("_", "").replace("-", "")


def understood(words: Words) -> dict[str, str]:
    """Every spelling that is understood, as `word_key` gives it -> the value."""
    spellings: dict[str, str] = {}
    for value, names in words.items():
        for name in (str(value), *names):
            taken = spellings.setdefault(word_key(name), str(value))
            if taken != str(value):  # A slip in the tables above: two values under one word.
                raise ValueError(name)
    return spellings


def offered(words: Words) -> list[str]:
    """The words that a drop-down offers, in the order of the values."""
    return [names[0] for names in words.values()]


def word_for(words: Words, value: StrEnum | str) -> str:
    """The Chinese word that an export writes."""
    return words[value][0]
