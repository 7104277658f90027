"""What everybody may have of the review, as it is answered, and what its fields mean."""

from datetime import date

import msgspec

from api.language import Bilingual
from api.schemas.review_boards import percent_of
from registry.registers import Capability, RegisterKind
from registry.review.lacking import Rate
from registry.usecases.open_data import AreasTold
from registry.usecases.registers import Named


class OpenText(msgspec.Struct, frozen=True, kw_only=True):
    """A text in both languages."""

    zh: str
    en: str


class OpenField(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a data set."""

    name: str
    means: OpenText


class OpenDataset(msgspec.Struct, frozen=True, kw_only=True):
    """A data set: where it is as JSON, as CSV where there is one, and what the fields of its rows mean."""

    name: str
    title: OpenText
    json: str
    csv: str | None
    fields: tuple[OpenField, ...]


class OpenDataAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """All data sets. `licence`: as the operator states it; empty where nothing is stated yet."""

    licence: str
    notes: OpenText
    datasets: tuple[OpenDataset, ...]


class OpenArea(msgspec.Struct, frozen=True, kw_only=True):
    """An area. Figures are null where it has fewer than five units."""

    area: str
    name_zh: str
    name_en: str
    units: int | None
    meters: int | None
    equipped: float | None
    good: float | None
    in_force: float | None
    accurate: float | None
    traceable: float | None
    connected: float | None


class OpenAreas(msgspec.Struct, frozen=True, kw_only=True):
    """The areas, and the day of the figures."""

    as_of: date | None
    areas: tuple[OpenArea, ...]


class OpenRegistered(msgspec.Struct, frozen=True, kw_only=True):
    """An approved pilot or centre."""

    id: str
    kind: RegisterKind
    title: str
    host: str
    area: str
    sectors: tuple[str, ...]
    approved_on: date | None
    document: str
    capabilities: tuple[Capability, ...]


class OpenRegisters(msgspec.Struct, frozen=True, kw_only=True):
    """Approved pilots and centres."""

    registered: tuple[OpenRegistered, ...]


SCHEMAS: tuple[type[msgspec.Struct], ...] = (OpenDataAnswer, OpenAreas, OpenRegisters)

NOTES = Bilingual(
    "单位少于 5 个的区域不公布任何数字，也不公布各区域的合计，以免推出单个单位的情况；不含个人和未公开的单位。",
    "Of an area with fewer than five units no figure is told, nor any sum over areas, so that nothing of one unit can be "
    "worked out; nothing is told of people and of units that are not public.",
)
AREA_FIELDS = {
    "area": Bilingual("区域代码", "code of the area"),
    "name_zh": Bilingual("区域名称", "name in Chinese"),
    "name_en": Bilingual("区域英文名称", "name in English"),
    "units": Bilingual("能源计量审查的用能单位数", "units of the energy-metering review"),
    "meters": Bilingual("计量点上的能源计量器具件数", "energy meters at metering points"),
    "equipped": Bilingual("配备率（%）", "rate of equipping (%)"),
    "good": Bilingual("完好率（%）", "rate of good meters (%)"),
    "in_force": Bilingual("检定/校准率（%）", "rate of meters with a certificate in force (%)"),
    "accurate": Bilingual("准确度符合率（%）", "rate of meters of the class asked for (%)"),
    "traceable": Bilingual("可溯源率（%）", "rate of traceable meters (%)"),
    "connected": Bilingual("接入率（%）", "rate of connected points (%)"),
}
REGISTER_FIELDS = {
    "id": Bilingual("标识", "id"),
    "kind": Bilingual("类别：能源计量试点、碳计量试点、碳计量中心", "energy_pilot, carbon_pilot or carbon_centre"),
    "title": Bilingual("名称", "title"),
    "host": Bilingual("依托机构", "host"),
    "area": Bilingual("区域代码", "code of the area"),
    "sectors": Bilingual("领域", "sectors"),
    "approved_on": Bilingual("批准日期", "day of approval"),
    "document": Bilingual("批准文件", "document of approval"),
    "capabilities": Bilingual(
        "能力清单：量、单位、范围、领域、标准、资质", "quantity, unit, range, sectors, standard, competence"
    ),
}
OUTCOME_FIELDS = {
    "id": Bilingual("审查标识", "id of the review"),
    "organization": Bilingual("单位标识", "id of the unit"),
    "name": Bilingual("单位名称", "name of the unit"),
    "year": Bilingual("年度", "year"),
    "area": Bilingual("区域代码", "code of the area"),
    "organizer": Bilingual("审查组织者", "who organized the review"),
    "result": Bilingual("结果：已结案或已移送", "closed, or referred to enforcement"),
    "findings": Bilingual("不符合项数", "findings"),
    "mended": Bilingual("已整改项数", "findings that were mended"),
    "published_on": Bilingual("公布日期", "day of publication"),
    "address": Bilingual("公布网址", "where it was published"),
}
DRAW_FIELDS = {
    "id": Bilingual("计划标识", "id of the plan"),
    "area": Bilingual("区域代码", "code of the area"),
    "year": Bilingual("年度", "year"),
    "title": Bilingual("名称", "title"),
    "state": Bilingual("状态", "state"),
    "closed_at": Bilingual("名单封存时间", "when its lists were closed"),
    "ended_at": Bilingual("公布或放弃的时间", "when it was published or given up"),
    "digest": Bilingual("名单的摘要", "digest of its lists"),
    "candidates": Bilingual("候选单位数", "units to draw from"),
    "named": Bilingual("直接列入的单位数", "units put on it without a draw"),
    "event": Bilingual("封存时约定的外部事件", "the event named at the closing"),
    "size": Bilingual("账本长度", "size of the ledger"),
    "root": Bilingual("账本根摘要", "root of the ledger"),
    "checkpoint": Bilingual("含有它的最近一个签名检查点", "the latest signed checkpoint that holds it"),
    "consistency": Bilingual(
        "检查点延续当时账本的证明（RFC 9162）", "the proof (RFC 9162) that the checkpoint continues that ledger"
    ),
    "units": Bilingual("被审查单位", "units that are reviewed"),
    "draw": Bilingual("复算抽取所需的一切", "all that repeats the draw"),
}


def open_areas(told: AreasTold) -> OpenAreas:
    """The areas."""
    return OpenAreas(
        as_of=told.as_of,
        areas=tuple(
            OpenArea(
                area=each.code,
                name_zh=each.zh,
                name_en=each.en,
                units=each.units,
                meters=each.meters,
                **{rate.value: percent_of(each.rates[rate]) for rate in Rate},
            )
            for each in told.areas
        ),
    )


def open_registered(named: Named) -> OpenRegistered:
    """An approved pilot or centre."""
    found = named.registered
    return OpenRegistered(
        id=found.id,
        kind=found.kind,
        title=found.title,
        host=named.name or found.organization,
        area=found.area,
        sectors=found.sectors,
        approved_on=found.approved_on,
        document=found.steps[-1].document,
        capabilities=found.capabilities,
    )
