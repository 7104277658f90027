"""The words of the energy-metering review, in both languages."""

from api.language import Bilingual
from registry.review.facts import Basis, ItemState, KeyStatus
from registry.review.jurisdiction import Ground, Organizer

ORGANIZERS: dict[Organizer, Bilingual] = {
    Organizer.CITY: Bilingual("市局组织，所属区域现场审查", "Organized by the city, on-site by the area"),
    Organizer.AREA: Bilingual("所属区域组织审查", "Organized by the area"),
    Organizer.NOBODY: Bilingual("不在审查范围", "Not under review"),
    Organizer.UNDECIDED: Bilingual("待定", "Undecided"),
}
GROUNDS: dict[Ground, Bilingual] = {
    Ground.BAND: Bilingual("能耗在该档内", "The consumption lies in the band"),
    Ground.BELOW: Bilingual("能耗低于各档", "The consumption lies below all bands"),
    Ground.NOT_KEY: Bilingual("该档只审查重点用能单位", "Only key units of this band are reviewed"),
    Ground.NO_RULE: Bilingual("当日没有施行的规则", "No rule is in force on the day"),
    Ground.NO_CONSUMPTION: Bilingual("上一年度的能耗尚未登记", "The consumption of the last closed year is not told"),
    Ground.UNKNOWN_AREA: Bilingual("规则中没有该区域", "The rule does not know the area"),
}
BASES: dict[Basis, Bilingual] = {
    Basis.CALORIFIC: Bilingual("当量值", "Calorific value"),
    Basis.EQUIVALENT: Bilingual("等价值", "Equivalent value"),
}
KEYS: dict[KeyStatus, Bilingual] = {
    KeyStatus.NONE: Bilingual("否", "No"),
    KeyStatus.CITY: Bilingual("市重点", "Key unit of the city"),
    KeyStatus.NATIONAL: Bilingual("国家重点", "National key unit"),
}
STATES: dict[ItemState, Bilingual] = {
    ItemState.GOOD: Bilingual("良好", "Good"),
    ItemState.UNDER_REPAIR: Bilingual("维护", "Under repair"),
    ItemState.FAULTY: Bilingual("故障", "Faulty"),
    ItemState.STOPPED: Bilingual("停用", "Stopped"),
}
