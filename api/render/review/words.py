"""The words of the energy-metering review, in both languages."""

from api.language import Bilingual
from registry.review.equipping import Lack
from registry.review.facts import Basis, KeyStatus
from registry.review.jurisdiction import Ground, Organizer
from registry.review.lacking import Rate
from registry.usecases.review_boards import Size
from registry.usecases.review_tallies import FindingState

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
LACKS: dict[Lack, Bilingual] = {
    Lack.NO_POINT: Bilingual("没有计量点", "No metering point"),
    Lack.POINT_UNKNOWN: Bilingual(
        "计量点未登记，或不属于该单位或该级别", "The metering point is not on record, or of another level"
    ),
    Lack.NO_METER: Bilingual("计量点未安装器具", "Nothing is installed at the metering point"),
}
RATES: dict[Rate, Bilingual] = {
    Rate.EQUIPPED: Bilingual("配备率", "Equipped"),
    Rate.GOOD: Bilingual("完好率", "Good"),
    Rate.IN_FORCE: Bilingual("检定/校准率", "Verified or calibrated"),
    Rate.ACCURATE: Bilingual("准确度符合率", "Accurate"),
    Rate.TRACEABLE: Bilingual("可溯源率", "Traceable"),
    Rate.CONNECTED: Bilingual("接入率", "Connected"),
}
FINDING_STATES: dict[FindingState, Bilingual] = {
    FindingState.OPEN: Bilingual("待整改", "To be mended"),
    FindingState.ANSWERED: Bilingual("已整改，待回头看", "Mended, to be re-visited"),
    FindingState.SETTLED: Bilingual("已了结", "Settled"),
}
SIZES: dict[Size, Bilingual] = {
    Size.FROM_50000: Bilingual("5 万吨标准煤及以上", "50,000 tce and more"),
    Size.FROM_10000: Bilingual("1 万至 5 万吨标准煤", "10,000 to 50,000 tce"),
    Size.FROM_5000: Bilingual("5000 至 1 万吨标准煤", "5,000 to 10,000 tce"),
    Size.FROM_1000: Bilingual("1000 至 5000 吨标准煤", "1,000 to 5,000 tce"),
    Size.BELOW_1000: Bilingual("1000 吨标准煤以下", "Below 1,000 tce"),
    Size.NOT_TOLD: Bilingual("上一年度能耗未登记", "Consumption not told"),
}
# The sections of GB/T 4754-2017.
SECTIONS: dict[str, Bilingual] = {
    "A": Bilingual("农、林、牧、渔业", "Agriculture, forestry, fishing"),
    "B": Bilingual("采矿业", "Mining"),
    "C": Bilingual("制造业", "Manufacturing"),
    "D": Bilingual("电力、热力、燃气及水生产和供应业", "Electricity, heat, gas and water supply"),
    "E": Bilingual("建筑业", "Construction"),
    "F": Bilingual("批发和零售业", "Wholesale and retail"),
    "G": Bilingual("交通运输、仓储和邮政业", "Transport, storage, post"),
    "H": Bilingual("住宿和餐饮业", "Accommodation and catering"),
    "I": Bilingual("信息传输、软件和信息技术服务业", "Information services"),
    "J": Bilingual("金融业", "Finance"),
    "K": Bilingual("房地产业", "Real estate"),
    "L": Bilingual("租赁和商务服务业", "Leasing and business services"),
    "M": Bilingual("科学研究和技术服务业", "Research and technical services"),
    "N": Bilingual("水利、环境和公共设施管理业", "Water, environment, public facilities"),
    "O": Bilingual("居民服务、修理和其他服务业", "Personal and repair services"),
    "P": Bilingual("教育", "Education"),
    "Q": Bilingual("卫生和社会工作", "Health and social work"),
    "R": Bilingual("文化、体育和娱乐业", "Culture, sports, entertainment"),
    "S": Bilingual("公共管理、社会保障和社会组织", "Public administration"),
    "T": Bilingual("国际组织", "International organizations"),
}
