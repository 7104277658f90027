"""The sheets of a workbook and their columns: one table for reading and writing."""

from functools import cache

from registry.exchange.workbook import words
from registry.exchange.workbook.certificate_columns import CERTIFICATES
from registry.exchange.workbook.column_sets import (
    ASSETS,
    COUNTRY,
    QUANTITY,
    RANGES,
    ROW_NUMBER,
    SERIALS,
    identity,
    ignored,
    named_item,
    range_,
    recorded,
    uncertainty,
)
from registry.exchange.workbook.layout import Column, Kind, Layout

ORGANIZATIONS = Layout(
    section="organizations",
    zh="机构",
    en="Organizations",
    aliases=("机构表", "单位", "组织机构"),
    zh_help="出具证书的机构、用能单位等，每个机构一行。",
    en_help="Those who issue certificates, use energy and so on; a row each.",
    columns=(
        identity(
            "机构在登记系统中的标识；留空时由国家和名称生成。", "The organization's id; made from country and name when empty."
        ),
        Column(field="name", zh="机构名称", en="Name", aliases=("名称", "单位名称"), is_required=True),
        Column(
            field="kind",
            zh="机构类别",
            en="Kind",
            kind=Kind.WORD,
            words=words.ORGANIZATION_KINDS,
            aliases=("类别", "类型", "机构类型"),
            is_required=True,
        ),
        COUNTRY,
        *ignored(*ROW_NUMBER),
    ),
)

COMPETENCES = Layout(
    section="competences",
    zh="资质",
    en="Competences",
    aliases=("资质表", "能力", "授权", "competence", "scopes"),
    parts=("scope",),
    zh_help="计量标准考核证书、认可证书等；同一资质的每个能力范围占一行，编号重复填写或合并单元格。",
    en_help="Evidence of competence; each row of its scope takes a row here, with the number repeated or merged.",
    columns=(
        identity("留空时由机构、类别和证书编号生成。", "Made from organization, scheme and number when empty."),
        Column(
            field="organization",
            kind=Kind.OWNER,
            zh="持有机构",
            en="Organization",
            aliases=("机构", "机构标识", "持证机构", "organization id"),
            zh_help="机构的标识或名称；留空为本单位。",
            en_help="Its id or name; empty: your own organization.",
        ),
        Column(
            field="scheme",
            zh="资质类别",
            en="Scheme",
            kind=Kind.WORD,
            words=words.SCHEMES,
            aliases=("类别", "资质类型", "类型"),
            is_required=True,
        ),
        Column(
            field="number", zh="资质编号", en="Number", aliases=("编号", "证书编号", "认可编号", "授权编号"), is_required=True
        ),
        Column(
            field="valid_from",
            zh="生效日期",
            en="Valid from",
            kind=Kind.DATE,
            aliases=("有效期起", "起始日期"),
            is_required=True,
        ),
        Column(
            field="valid_until",
            zh="有效期至",
            en="Valid until",
            kind=Kind.DATE,
            aliases=("有效期止", "截止日期", "到期日期", "valid to"),
        ),
        Column(
            field="suspensions",
            zh="暂停时段",
            en="Suspensions",
            kind=Kind.PERIODS,
            aliases=("暂停",),
            zh_help="如 2025-01-01~2025-02-01；多段用分号隔开。",
            en_help="As 2025-01-01~2025-02-01; several with semicolons.",
        ),
        Column(field="scope.quantity", zh="量", en="Quantity", aliases=QUANTITY),
        *range_("scope.", aliases=RANGES),
        *uncertainty(
            "scope.best_uncertainty",
            "最佳测量能力 U",
            "Best uncertainty",
            (("CMC", "最佳测量能力", "最小不确定度", "校准和测量能力"), ("CMC单位",), ("CMC k", "最佳测量能力 k")),
        ),
        recorded(),
        *ignored(*ROW_NUMBER),
    ),
)

ITEMS = Layout(
    section="items",
    zh="器具",
    en="Items",
    aliases=(
        "器具表",
        "台账",
        "计量器具",
        "计量器具台账",
        "计量器具一览表",
        "能源计量器具一览表",
        "仪器",
        "设备",
        "标准器",
        "instruments",
        "meters",
    ),
    zh_help="计量表、测量仪器、互感器、计量标准、标准物质，每件一行。",
    en_help="Meters, instruments, transformers, standards and reference materials; a row each.",
    columns=(
        identity(
            "留空时由本单位的管理编号，或出厂编号生成；同一行再次导入得到同一标识。",
            "Made from your asset number, else the serial number, when empty: the same row gives the same id again.",
        ),
        Column(
            field="asset",
            zh="管理编号",
            en="Asset number",
            aliases=ASSETS,
            zh_help="本单位台账中的编号，用来生成标识。",
            en_help="The number in your own ledger; ids are made from it.",
        ),
        Column(
            field="name",
            zh="器具名称",
            en="Name",
            aliases=("名称", "计量器具名称", "仪器名称", "设备名称", "标准器名称", "instrument"),
        ),
        Column(
            field="kind",
            zh="器具类别",
            en="Kind",
            kind=Kind.WORD,
            words=words.ITEM_KINDS,
            aliases=("类别", "类型", "器具类型", "设备类别"),
            is_required=True,
        ),
        Column(field="serial", zh="出厂编号", en="Serial number", aliases=SERIALS),
        Column(
            field="quantities",
            zh="使用的量",
            en="Quantities",
            kind=Kind.LIST,
            aliases=("被测量", "测量参数", "用途的量"),
            zh_help="该器具用于测量的量，多个用分号隔开；只在多于最近证书所载时才需要。",
            en_help="What it is used for, with semicolons; only when that is more than its latest certificate tells.",
        ),
        Column(
            field="interval_months",
            zh="检定周期/校准间隔（月）",
            en="Interval in months",
            kind=Kind.MONTHS,
            aliases=(
                "检定周期/校准间隔",
                "检定周期",
                "校准间隔",
                "检定周期（月）",
                "校准周期",
                "周期",
                "interval",
                "interval months",
            ),
            zh_help="如 12、24个月、1年。",
            en_help="As 12, 24 months, 1 year.",
        ),
        Column(field="retired_on", zh="停用日期", en="Retired on", kind=Kind.DATE, aliases=("报废日期", "停用日", "retired")),
        Column(
            field="country",
            zh="国家",
            en="Country",
            aliases=("国别", "国家代码"),
            zh_help="国家基准所属国家，两位字母；留空为 CN。",
            en_help="Whose national standard it is; empty: CN.",
        ),
        Column(
            field="recognized",
            zh="认可时段",
            en="Recognized",
            kind=Kind.PERIODS,
            aliases=("基准认可时段",),
            zh_help="只用于国家基准：如 2020-01-01~；多段用分号隔开。",
            en_help="For national standards: as 2020-01-01~; several with semicolons.",
        ),
        recorded(),
        *ignored(
            *ROW_NUMBER,
            ("型号规格", "Model"),
            ("型号", "Type"),
            ("规格", "Specification"),
            ("准确度等级", "Accuracy class"),
            ("测量范围", "Measuring range"),
            ("生产厂家", "Manufacturer"),
            ("制造单位", "Maker"),
            ("安装使用地点及用途", "Place and use"),
            ("安装地点", "Place"),
            ("使用部门", "Department"),
            ("状态", "State"),
        ),
    ),
)

EVENTS = Layout(
    section="events",
    zh="事件",
    en="Events",
    aliases=("事件表", "维修记录", "期间核查", "event"),
    zh_help="两次检定/校准之间发生的事：修理、调整、封印破坏、期间核查等，每件一行。",
    en_help="What happened between calibrations: repairs, adjustments, broken seals, interim checks; a row each.",
    columns=(
        identity("留空时由器具、事件类别和日期生成。", "Made from item, kind and date when empty."),
        *named_item("", "器具", "Item", aliases=((), (*ASSETS, "器具编号"), SERIALS)),
        Column(
            field="kind",
            zh="事件类别",
            en="Kind",
            kind=Kind.WORD,
            words=words.EVENT_KINDS,
            aliases=("事件", "类别", "类型", "事件类型"),
            is_required=True,
        ),
        Column(field="on", zh="发生日期", en="On", kind=Kind.DATE, aliases=("日期", "事件日期", "date"), is_required=True),
        recorded(),
        *ignored(*ROW_NUMBER),
    ),
)

METERING_POINTS = Layout(
    section="metering_points",
    zh="计量点",
    en="Metering points",
    aliases=("计量点表", "metering point"),
    parts=("branches",),
    zh_help="每个计量点的每个支路（电能表、电流互感器等）及其每一任器具占一行，计量点编号重复填写或合并单元格。",
    en_help="Each branch of a point (meter, transformer …) and each item that served it takes a row; repeat the point.",
    columns=(
        identity("留空时由单位和计量点编号生成。", "Made from organization and point number when empty."),
        Column(
            field="number", zh="计量点编号", en="Point number", aliases=("编号", "计量点", "计量点名称", "采集点编号", "point")
        ),
        Column(
            field="organization",
            kind=Kind.OWNER,
            zh="所属单位",
            en="Organization",
            aliases=("用能单位", "单位", "机构", "organization id"),
            zh_help="单位的标识或名称；留空为本单位。",
            en_help="Its id or name; empty: your own organization.",
        ),
        Column(
            field="level",
            zh="计量级别",
            en="Level",
            kind=Kind.WORD,
            words=words.LEVELS,
            aliases=("级别", "计量层级", "计量等级"),
            is_required=True,
        ),
        Column(field="energy", zh="能源种类", en="Energy", aliases=("能源品种", "能源类型", "能源")),
        Column(field="branches.name", zh="支路名称", en="Branch", aliases=("支路", "分支", "branch name"), is_required=True),
        *named_item("branches.", "器具", "Item", aliases=((), (*ASSETS, "器具编号"), SERIALS)),
        Column(field="branches.quantity", zh="量", en="Quantity", aliases=QUANTITY),
        *range_("branches.", aliases=RANGES),
        Column(
            field="branches.from", zh="启用日期", en="From", kind=Kind.DATE, aliases=("安装日期", "起始日期", "installed on")
        ),
        Column(
            field="branches.until", zh="停用日期", en="Until", kind=Kind.DATE, aliases=("拆除日期", "截止日期", "removed on")
        ),
        recorded(),
        *ignored(*ROW_NUMBER),
    ),
)

LAYOUTS: dict[str, Layout] = {
    layout.section: layout for layout in (ORGANIZATIONS, COMPETENCES, ITEMS, CERTIFICATES, EVENTS, METERING_POINTS)
}


@cache
def columns_of(section: str) -> dict[str, Column]:
    """The columns of a section by their field."""
    return {column.field: column for column in LAYOUTS[section].columns}
