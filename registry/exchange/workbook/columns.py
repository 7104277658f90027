"""The layout: which sheets a workbook has, which columns each holds, and what they are called. One table for both directions.

A field is a path in the record (`results.uncertainty.k`: k of the uncertainty of one of the results), with three exceptions
that only spreadsheets have: `….range` (low, high and perhaps unit in one cell), and `….asset` / `….item_serial`, by which a
technician names an item without knowing its id.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache

from registry.exchange.workbook import words
from registry.exchange.workbook.words import Words


class Kind(Enum):
    """What a cell of the column holds; cells.py reads each."""

    TEXT = auto()
    DATE = auto()
    NUMBER = auto()
    WHOLE = auto()
    MONTHS = auto()
    UNIT = auto()
    RANGE = auto()
    UNCERTAINTY = auto()
    AMOUNT = auto()
    TOLERANCE = auto()  # An amount that may be written with ±.
    WORD = auto()
    OWNER = auto()  # An organization, by its id or its name.
    LIST = auto()
    PERIODS = auto()
    INSTANT = auto()
    NOTHING = auto()  # Known, and no part of a record.


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its field, its two headers, what else the header may be called, and what its cells hold."""

    field: str
    zh: str
    en: str
    kind: Kind = Kind.TEXT
    aliases: tuple[str, ...] = ()
    words: Words | None = None
    is_required: bool = False
    in_template: bool = True
    zh_help: str = ""
    en_help: str = ""

    @property
    def header(self) -> str:
        """The header as templates and exports write it: Chinese, English below."""
        return f"{self.zh}\n{self.en}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A sheet: the section of the records document that it holds, its names, its columns.

    `parts`: the lists within a record, each of whose elements takes a row.
    """

    section: str
    zh: str
    en: str
    aliases: tuple[str, ...]
    columns: tuple[Column, ...]
    parts: tuple[str, ...] = ()
    zh_help: str
    en_help: str

    @property
    def title(self) -> str:
        """The name of the sheet in templates and exports."""
        return self.zh

    def column(self, field: str) -> Column:
        """The column of a field; KeyError for none."""
        return columns_of(self.section)[field]


def _identity(zh_help: str, en_help: str) -> Column:
    return Column(field="id", zh="标识", en="Id", aliases=("ID", "系统标识", "唯一标识"), zh_help=zh_help, en_help=en_help)


def _recorded(field: str = "recorded_at", zh: str = "登记时刻", en: str = "Recorded at") -> Column:
    return Column(
        field=field,
        zh=zh,
        en=en,
        kind=Kind.INSTANT,
        in_template=False,
        zh_help="只用于导出：自何时起为登记系统所知，带时区偏移（RFC 3339）。",
        en_help="For exports: since when the registry knows it, RFC 3339 with offset.",
    )


def _named_item(
    prefix: str, zh: str, en: str, *, aliases: tuple[tuple[str, ...], ...], serial: str = "item_serial"
) -> Iterator[Column]:
    """The columns by which a row names an item: its id, or what the technician's own ledger calls it."""
    yield Column(
        field=f"{prefix}item",
        zh=f"{zh}标识",
        en=f"{en} id",
        aliases=aliases[0],
        zh_help="器具在登记系统中的标识；不知道时填管理编号或出厂编号。",
        en_help="The item's id in the registry; when unknown, give its asset or serial number.",
    )
    yield Column(
        field=f"{prefix}asset",
        zh=f"{zh}管理编号",
        en=f"{en} asset number",
        aliases=aliases[1],
        zh_help="本单位台账中的编号，与“器具”表的管理编号一致。",
        en_help="The number in your own ledger, as on the items sheet.",
    )
    yield Column(
        field=f"{prefix}{serial}",
        zh=f"{zh}出厂编号",
        en=f"{en} serial number",
        aliases=aliases[2],
        zh_help="铭牌上的出厂编号。",
        en_help="The maker's serial number, as on the nameplate.",
    )


def _range(
    prefix: str, zh: str = "", en: str = "", aliases: tuple[tuple[str, ...], ...] = ((), (), (), ())
) -> Iterator[Column]:
    """The columns of a range: in one cell, or as bounds with their unit."""
    title = f"{en} " if en else ""
    yield Column(
        field=f"{prefix}range",
        zh=f"{zh}测量范围",
        en=f"{title}measuring range".capitalize(),
        kind=Kind.RANGE,
        aliases=aliases[0],
        zh_help="如 0~100 kW·h、(-10~50) ℃、≥5 A；也可改填下限、上限、单位三列。",
        en_help="As 0~100 kW·h, (-10~50) ℃, ≥5 A; or use the columns for low, high and unit.",
    )
    yield Column(field=f"{prefix}low", zh=f"{zh}下限", en=f"{title}low".capitalize(), kind=Kind.NUMBER, aliases=aliases[1])
    yield Column(field=f"{prefix}high", zh=f"{zh}上限", en=f"{title}high".capitalize(), kind=Kind.NUMBER, aliases=aliases[2])
    yield Column(
        field=f"{prefix}unit",
        zh=f"{zh}单位",
        en=f"{title}unit".capitalize(),
        kind=Kind.UNIT,
        aliases=aliases[3],
        zh_help="kW·h、m³/h、℃、μmol/mol、% 等；大小写有别。",
        en_help="kW·h, m³/h, ℃, μmol/mol, % and so on; case matters.",
    )


def _uncertainty(prefix: str, zh: str, en: str, aliases: tuple[tuple[str, ...], ...]) -> Iterator[Column]:
    yield Column(
        field=f"{prefix}.value",
        zh=zh,
        en=en,
        kind=Kind.UNCERTAINTY,
        aliases=aliases[0],
        zh_help="扩展不确定度 U：如 U=0.05% (k=2)；也可只填数值，单位与 k 填在后两列。% 表示相对于测得值。k 不会被假定为 2。",
        en_help="Expanded uncertainty U: as U=0.05% (k=2), or the number alone with unit and k beside. % is relative. k is never assumed.",
    )
    yield Column(field=f"{prefix}.unit", zh=f"{zh}单位", en=f"{en} unit", kind=Kind.UNIT, aliases=aliases[1])
    yield Column(
        field=f"{prefix}.k",
        zh=f"{zh} k" if zh != "扩展不确定度" else "包含因子 k",
        en=f"{en} k" if en != "Expanded uncertainty" else "Coverage factor k",
        kind=Kind.NUMBER,
        aliases=aliases[2],
    )


def _amount(prefix: str, zh: str, en: str, kind: Kind, aliases: tuple[str, ...]) -> Iterator[Column]:
    yield Column(
        field=f"{prefix}.value",
        zh=zh,
        en=en,
        kind=kind,
        aliases=aliases,
        zh_help="如 0.2 %、0.02 kW·h；也可只填数值，单位填在后一列。",
        en_help="As 0.2 % or 0.02 kW·h; or the number alone, with its unit beside.",
    )
    yield Column(field=f"{prefix}.unit", zh=f"{zh}单位", en=f"{en} unit", kind=Kind.UNIT, aliases=(f"{zh}的单位",))


def _ignored(*names: tuple[str, str]) -> Iterator[Column]:
    for zh, en in names:
        yield Column(field=f"-{en}", zh=zh, en=en, kind=Kind.NOTHING, in_template=False)


_COUNTRY = Column(
    field="country",
    zh="国家",
    en="Country",
    aliases=("国别", "国家代码"),
    zh_help="两位字母代码，如 CN。",
    en_help="Two letters, as CN.",
)
_QUANTITY = ("被测量", "参数", "量", "量名称", "quantity", "kind of quantity", "检定项目", "校准项目")
_SERIALS = ("出厂编号", "器号", "序列号", "出厂号", "机身号", "设备编号", "serial number", "serial", "serial no", "S/N", "SN")
_ASSETS = ("管理编号", "用能单位管理编号", "资产编号", "内部编号", "统一编号", "asset number", "asset no", "inventory number")
_ROW_NUMBER = (("序号", "No."), ("备注", "Remarks"), ("错误说明 / Errors", "Errors"))

# What stands above the last column of a report; a report that is imported again is read without it.
REPORT_HEADER = "错误说明 / Errors"
# What stands in the first cell of a template's example row; a row with it is skipped, and told as such.
EXAMPLE_MARK = "示例行，导入时跳过 / example row, skipped on import"

ORGANIZATIONS = Layout(
    section="organizations",
    zh="机构",
    en="Organizations",
    aliases=("机构表", "单位", "组织机构"),
    zh_help="出具证书的机构、用能单位等，每个机构一行。",
    en_help="Those who issue certificates, use energy and so on; a row each.",
    columns=(
        _identity("机构在登记系统中的标识；留空时由国家和名称生成。", "The organization's id; made from country and name when empty."),
        Column(field="name", zh="机构名称", en="Name", aliases=("名称", "单位名称"), is_required=True),
        Column(
            field="kind", zh="机构类别", en="Kind", kind=Kind.WORD, words=words.ORGANIZATION_KINDS, aliases=("类别", "类型", "机构类型"),
            is_required=True,
        ),
        _COUNTRY,
        *_ignored(*_ROW_NUMBER),
    ),
)  # fmt: skip

COMPETENCES = Layout(
    section="competences",
    zh="资质",
    en="Competences",
    aliases=("资质表", "能力", "授权", "competence", "scopes"),
    parts=("scope",),
    zh_help="计量标准考核证书、认可证书等；同一资质的每个能力范围占一行，编号重复填写或合并单元格。",
    en_help="Evidence of competence; each row of its scope takes a row here, with the number repeated or merged.",
    columns=(
        _identity("留空时由机构、类别和证书编号生成。", "Made from organization, scheme and number when empty."),
        Column(
            field="organization", kind=Kind.OWNER, zh="持有机构", en="Organization", aliases=("机构", "机构标识", "持证机构", "organization id"),
            zh_help="机构的标识或名称；留空为本单位。", en_help="Its id or name; empty: your own organization.",
        ),
        Column(
            field="scheme", zh="资质类别", en="Scheme", kind=Kind.WORD, words=words.SCHEMES, aliases=("类别", "资质类型", "类型"),
            is_required=True,
        ),
        Column(field="number", zh="资质编号", en="Number", aliases=("编号", "证书编号", "认可编号", "授权编号"), is_required=True),
        Column(field="valid_from", zh="生效日期", en="Valid from", kind=Kind.DATE, aliases=("有效期起", "起始日期"), is_required=True),
        Column(field="valid_until", zh="有效期至", en="Valid until", kind=Kind.DATE, aliases=("有效期止", "截止日期", "到期日期", "valid to")),
        Column(
            field="suspensions", zh="暂停时段", en="Suspensions", kind=Kind.PERIODS, aliases=("暂停",),
            zh_help="如 2025-01-01~2025-02-01；多段用分号隔开。", en_help="As 2025-01-01~2025-02-01; several with semicolons.",
        ),
        Column(field="scope.quantity", zh="量", en="Quantity", aliases=_QUANTITY),
        *_range("scope.", aliases=(("量程", "范围", "range"), ("范围下限", "lower limit"), ("范围上限", "upper limit"), ("计量单位", "unit of range"))),
        *_uncertainty(
            "scope.best_uncertainty", "最佳测量能力 U", "Best uncertainty",
            (("CMC", "最佳测量能力", "最小不确定度", "校准和测量能力"), ("CMC单位",), ("CMC k", "最佳测量能力 k")),
        ),
        _recorded(),
        *_ignored(*_ROW_NUMBER),
    ),
)  # fmt: skip

ITEMS = Layout(
    section="items",
    zh="器具",
    en="Items",
    aliases=("器具表", "台账", "计量器具", "计量器具台账", "计量器具一览表", "能源计量器具一览表", "仪器", "设备", "标准器", "instruments", "meters"),
    zh_help="计量表、测量仪器、互感器、计量标准、标准物质，每件一行。",
    en_help="Meters, instruments, transformers, standards and reference materials; a row each.",
    columns=(
        _identity("留空时由本单位的管理编号，或出厂编号生成；同一行再次导入得到同一标识。", "Made from your asset number, else the serial number, when empty: the same row gives the same id again."),
        Column(field="asset", zh="管理编号", en="Asset number", aliases=_ASSETS, zh_help="本单位台账中的编号，用来生成标识。", en_help="The number in your own ledger; ids are made from it."),
        Column(field="name", zh="器具名称", en="Name", aliases=("名称", "计量器具名称", "仪器名称", "设备名称", "标准器名称", "instrument")),
        Column(field="kind", zh="器具类别", en="Kind", kind=Kind.WORD, words=words.ITEM_KINDS, aliases=("类别", "类型", "器具类型", "设备类别"), is_required=True),
        Column(field="serial", zh="出厂编号", en="Serial number", aliases=_SERIALS),
        Column(
            field="quantities", zh="使用的量", en="Quantities", kind=Kind.LIST, aliases=("被测量", "测量参数", "用途的量"),
            zh_help="该器具用于测量的量，多个用分号隔开；只在多于最近证书所载时才需要。",
            en_help="What it is used for, with semicolons; only when that is more than its latest certificate tells.",
        ),
        Column(
            field="interval_months", zh="检定周期/校准间隔（月）", en="Interval in months", kind=Kind.MONTHS,
            aliases=("检定周期/校准间隔", "检定周期", "校准间隔", "检定周期（月）", "校准周期", "周期", "interval", "interval months"),
            zh_help="如 12、24个月、1年。", en_help="As 12, 24 months, 1 year.",
        ),
        Column(field="retired_on", zh="停用日期", en="Retired on", kind=Kind.DATE, aliases=("报废日期", "停用日", "retired")),
        Column(field="country", zh="国家", en="Country", aliases=("国别", "国家代码"), zh_help="国家基准所属国家，两位字母；留空为 CN。", en_help="Whose national standard it is; empty: CN."),
        Column(
            field="recognized", zh="认可时段", en="Recognized", kind=Kind.PERIODS, aliases=("基准认可时段",),
            zh_help="只用于国家基准：如 2020-01-01~；多段用分号隔开。", en_help="For national standards: as 2020-01-01~; several with semicolons.",
        ),
        _recorded(),
        *_ignored(
            *_ROW_NUMBER, ("型号规格", "Model"), ("型号", "Type"), ("规格", "Specification"), ("准确度等级", "Accuracy class"),
            ("测量范围", "Measuring range"), ("生产厂家", "Manufacturer"), ("制造单位", "Maker"), ("安装使用地点及用途", "Place and use"),
            ("安装地点", "Place"), ("使用部门", "Department"), ("状态", "State"),
        ),
    ),
)  # fmt: skip

CERTIFICATES = Layout(
    section="certificates",
    zh="证书",
    en="Certificates",
    aliases=("证书表", "检定证书", "校准证书", "检定记录", "校准记录", "calibrations", "certificate"),
    parts=("results", "references"),
    zh_help=(
        "每张证书一行；更多的结果或所用标准，在下面的行重复证书编号（或合并单元格），只填结果列或标准列。"
        "同一行中的结果与标准没有对应关系。"
    ),
    en_help=(
        "A row for each certificate; further results or references take further rows with the same number (or merged cells). "
        "That a result and a reference stand in one row means nothing."
    ),
    columns=(
        _identity("留空时由出具机构、证书编号和器具生成。", "Made from issuer, number and item when empty."),
        Column(field="number", zh="证书编号", en="Certificate number", aliases=("证书号", "编号", "number", "certificate no"), is_required=True),
        Column(field="kind", zh="证书类别", en="Kind", kind=Kind.WORD, words=words.CERTIFICATE_KINDS, aliases=("类别", "证书类型", "检定/校准", "类型"), is_required=True),
        Column(
            field="issuer", kind=Kind.OWNER, zh="出具机构", en="Issuer", aliases=("检定单位", "校准单位", "检定机构", "校准机构", "发证机构", "出具单位", "检定/校准机构", "issuing laboratory"),
            zh_help="机构的标识或名称；留空为本单位。", en_help="Its id or name; empty: your own organization.",
        ),
        *_named_item("", "器具", "Item", aliases=(("被检器具标识",), (*_ASSETS, "器具编号"), _SERIALS), serial="serial"),
        Column(field="calibrated_on", zh="检定/校准日期", en="Calibrated on", kind=Kind.DATE, aliases=("检定日期", "校准日期", "检测日期", "定值日期", "calibration date", "verification date"), is_required=True),
        Column(field="issued_on", zh="签发日期", en="Issued on", kind=Kind.DATE, aliases=("发布日期", "批准日期", "出具日期", "issue date", "date of issue"), is_required=True),
        Column(field="valid_until", zh="有效期至", en="Valid until", kind=Kind.DATE, aliases=("有效日期", "有效期", "下次检定日期", "到期日期", "valid to", "due date")),
        Column(field="outcome", zh="结论", en="Outcome", kind=Kind.WORD, words=words.OUTCOMES, aliases=("检定结论", "检定结果", "结果", "result")),
        Column(field="adjusted", zh="是否调整", en="Adjusted", kind=Kind.WORD, words=words.TRUTHS, aliases=("调整", "是否调校")),
        Column(field="as_found", zh="调整前状态", en="As found", kind=Kind.WORD, words=words.AS_FOUND, aliases=("调前状态", "到货状态", "接收状态")),
        Column(field="results.quantity", zh="量", en="Quantity", aliases=_QUANTITY),
        *_range("results.", aliases=(("量程", "范围", "校准范围", "range"), ("范围下限", "lower limit"), ("范围上限", "upper limit"), ("计量单位", "unit of range"))),
        *_uncertainty("results.uncertainty", "扩展不确定度", "Expanded uncertainty", (("不确定度", "U", "测量不确定度", "扩展不确定度 U", "uncertainty"), ("不确定度单位", "U 单位", "uncertainty unit"), ("k", "包含因子", "k 值"))),
        *_amount("results.error", "示值误差", "Error of indication", Kind.AMOUNT, ("误差", "error")),
        *_amount("results.max_permissible_error", "最大允许误差", "Maximum permissible error", Kind.TOLERANCE, ("MPE", "允许误差", "最大允差")),
        *_named_item("references.", "标准器", "Reference", aliases=(("标准器", "所用标准", "主要标准器", "参考标准", "reference"), ("标准器编号", "标准编号"), ("标准器序列号",))),
        Column(field="references.certificate", zh="标准器证书标识", en="Reference certificate id", aliases=("标准器证书", "标准证书标识"), zh_help="出具机构写明的标准器证书在登记系统中的标识。", en_help="The id of the certificate that the issuer names."),
        Column(field="references.quantity", zh="标准器的量", en="Reference quantity", aliases=("标准量",)),
        *_range("references.", "标准器", "Reference", ((), (), (), ())),
        Column(field="replaces", zh="替换的证书标识", en="Replaces", aliases=("替换", "替代证书", "更正的证书")),
        Column(field="opened_on", zh="开封日期", en="Opened on", kind=Kind.DATE, aliases=("启用日期",)),
        Column(field="use_within_days", zh="开封后使用天数", en="Use within days", kind=Kind.WHOLE, aliases=("开封后有效天数",)),
        Column(field="withdrawal.on", zh="撤销日期", en="Withdrawn on", kind=Kind.DATE, aliases=("作废日期",)),
        Column(field="withdrawal.void_from", zh="自何日起无效", en="Void from", kind=Kind.DATE, aliases=("失效日期", "无效起始日期")),
        _recorded(),
        _recorded("withdrawal.recorded_at", "撤销登记时刻", "Withdrawal recorded at"),
        *_ignored(*_ROW_NUMBER, ("器具名称", "Item name"), ("型号规格", "Model"), ("标准器名称", "Reference name")),
    ),
)  # fmt: skip

EVENTS = Layout(
    section="events",
    zh="事件",
    en="Events",
    aliases=("事件表", "维修记录", "期间核查", "event"),
    zh_help="两次检定/校准之间发生的事：修理、调整、封印破坏、期间核查等，每件一行。",
    en_help="What happened between calibrations: repairs, adjustments, broken seals, interim checks; a row each.",
    columns=(
        _identity("留空时由器具、事件类别和日期生成。", "Made from item, kind and date when empty."),
        *_named_item("", "器具", "Item", aliases=((), (*_ASSETS, "器具编号"), _SERIALS)),
        Column(field="kind", zh="事件类别", en="Kind", kind=Kind.WORD, words=words.EVENT_KINDS, aliases=("事件", "类别", "类型", "事件类型"), is_required=True),
        Column(field="on", zh="发生日期", en="On", kind=Kind.DATE, aliases=("日期", "事件日期", "date"), is_required=True),
        _recorded(),
        *_ignored(*_ROW_NUMBER),
    ),
)  # fmt: skip

METERING_POINTS = Layout(
    section="metering_points",
    zh="计量点",
    en="Metering points",
    aliases=("计量点表", "metering point"),
    parts=("branches",),
    zh_help="每个计量点的每个支路（电能表、电流互感器等）及其每一任器具占一行，计量点编号重复填写或合并单元格。",
    en_help="Each branch of a point (meter, current transformer …) and each item that served it takes a row; repeat or merge the point.",
    columns=(
        _identity("留空时由单位和计量点编号生成。", "Made from organization and point number when empty."),
        Column(field="number", zh="计量点编号", en="Point number", aliases=("编号", "计量点", "计量点名称", "采集点编号", "point")),
        Column(
            field="organization", kind=Kind.OWNER, zh="所属单位", en="Organization", aliases=("用能单位", "单位", "机构", "organization id"),
            zh_help="单位的标识或名称；留空为本单位。", en_help="Its id or name; empty: your own organization.",
        ),
        Column(field="level", zh="计量级别", en="Level", kind=Kind.WORD, words=words.LEVELS, aliases=("级别", "计量层级", "计量等级"), is_required=True),
        Column(field="energy", zh="能源种类", en="Energy", aliases=("能源品种", "能源类型", "能源")),
        Column(field="branches.name", zh="支路名称", en="Branch", aliases=("支路", "分支", "branch name"), is_required=True),
        *_named_item("branches.", "器具", "Item", aliases=((), (*_ASSETS, "器具编号"), _SERIALS)),
        Column(field="branches.quantity", zh="量", en="Quantity", aliases=_QUANTITY),
        *_range("branches.", aliases=(("量程", "使用范围", "range"), ("范围下限", "lower limit"), ("范围上限", "upper limit"), ("计量单位", "unit of range"))),
        Column(field="branches.from", zh="启用日期", en="From", kind=Kind.DATE, aliases=("安装日期", "起始日期", "installed on")),
        Column(field="branches.until", zh="停用日期", en="Until", kind=Kind.DATE, aliases=("拆除日期", "截止日期", "removed on")),
        _recorded(),
        *_ignored(*_ROW_NUMBER),
    ),
)  # fmt: skip

LAYOUTS: dict[str, Layout] = {
    layout.section: layout for layout in (ORGANIZATIONS, COMPETENCES, ITEMS, CERTIFICATES, EVENTS, METERING_POINTS)
}


@cache
def columns_of(section: str) -> dict[str, Column]:
    """The columns of a section by their field."""
    return {column.field: column for column in LAYOUTS[section].columns}
