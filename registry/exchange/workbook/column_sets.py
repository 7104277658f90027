"""Columns that several sheets have: identity, item, range, uncertainty, amount."""

from collections.abc import Iterator

from registry.exchange.workbook.layout import REPORT_HEADER, Column, Kind

COUNTRY = Column(
    field="country",
    zh="国家",
    en="Country",
    aliases=("国别", "国家代码"),
    zh_help="两位字母代码，如 CN。",
    en_help="Two letters, as CN.",
)
QUANTITY = ("被测量", "参数", "量", "量名称", "quantity", "kind of quantity", "检定项目", "校准项目")
SERIALS = ("出厂编号", "器号", "序列号", "出厂号", "机身号", "设备编号", "serial number", "serial", "serial no", "S/N", "SN")
ASSETS = ("管理编号", "用能单位管理编号", "资产编号", "内部编号", "统一编号", "asset number", "asset no", "inventory number")
RANGES = (
    ("量程", "范围", "校准范围", "使用范围", "range"),
    ("范围下限", "lower limit"),
    ("范围上限", "upper limit"),
    ("计量单位", "unit of range"),
)
ROW_NUMBER = (("序号", "No."), ("备注", "Remarks"), (REPORT_HEADER, "Errors"))


def identity(zh_help: str, en_help: str) -> Column:
    """The column of ids; the help says what an id is made from when the cell is empty."""
    return Column(field="id", zh="标识", en="Id", aliases=("ID", "系统标识", "唯一标识"), zh_help=zh_help, en_help=en_help)


def recorded(field: str = "recorded_at", zh: str = "登记时刻", en: str = "Recorded at") -> Column:
    """The column that says since when a record is known: exports have it, the template does not."""
    return Column(
        field=field,
        zh=zh,
        en=en,
        kind=Kind.INSTANT,
        in_template=False,
        zh_help="只用于导出：自何时起为登记系统所知，带时区偏移（RFC 3339）。",
        en_help="For exports: since when the registry knows it, RFC 3339 with offset.",
    )


def named_item(
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


def range_(
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


def uncertainty(prefix: str, zh: str, en: str, aliases: tuple[tuple[str, ...], ...]) -> Iterator[Column]:
    """The columns of an expanded uncertainty: all in one cell, or value, unit and k."""
    yield Column(
        field=f"{prefix}.value",
        zh=zh,
        en=en,
        kind=Kind.UNCERTAINTY,
        aliases=aliases[0],
        zh_help="扩展不确定度 U：如 U=0.05% (k=2)；也可只填数值，单位与 k 填在后两列。% 表示相对于测得值。k 不会被假定为 2。",
        en_help="As U=0.05% (k=2), or the number alone with unit and k beside. % is relative. k is never assumed.",
    )
    yield Column(field=f"{prefix}.unit", zh=f"{zh}单位", en=f"{en} unit", kind=Kind.UNIT, aliases=aliases[1])
    yield Column(
        field=f"{prefix}.k",
        zh=f"{zh} k",
        en=f"{en} k",
        kind=Kind.NUMBER,
        aliases=aliases[2],
    )


def amount(prefix: str, zh: str, en: str, kind: Kind, aliases: tuple[str, ...]) -> Iterator[Column]:
    """The columns of a value with its unit."""
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


def ignored(*names: tuple[str, str]) -> Iterator[Column]:
    """Columns that ledgers have and records do not: known, so that they are not asked about."""
    for zh, en in names:
        yield Column(field=f"-{en}", zh=zh, en=en, kind=Kind.NOTHING, in_template=False)
