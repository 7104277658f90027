"""How a unit is equipped, as it is answered."""

from datetime import date, datetime
from decimal import Decimal

import msgspec

from registry.repositories.review import Moment
from registry.review.equipping import Conclusion, Lack, MeterLine, NotCounted, PlaceLine, RateRow, Ratio
from registry.review.facts import ItemDetails, Place, Unit
from registry.usecases.review_equipping import UnitReview
from traceability.verdict import Status


class ExcludedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a rate leaves out: a place, or an item at a metering point (`item@point`)."""

    subject: str
    reason: NotCounted


class RatioAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A rate as it was counted. `lacking`: what is in the denominator and not in the numerator; `percent`: rounded down."""

    numerator: int
    denominator: int
    percent: float | None
    lacking: tuple[str, ...]
    excluded: tuple[ExcludedAnswer, ...]


class RateAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The rates of an energy at a level; of a level, or of all, where the others are null. `asked`: in percent."""

    energy: str | None
    level: int | None
    equipped: RatioAnswer
    asked: Decimal | None
    conclusion: Conclusion
    good: RatioAnswer
    in_force: RatioAnswer
    accurate: RatioAnswer
    traceable: RatioAnswer
    connected: RatioAnswer


class PlaceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A place: whether it is to be metered (`reason`: why not), what it lacks, and whether it is connected."""

    place: Place
    is_required: bool
    reason: NotCounted | None
    lack: Lack | None
    is_connected: bool


class MeterAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An item at a metering point of the unit, or of its ledger besides (`metering_point` null)."""

    item: str
    metering_point: str | None
    level: int | None
    energy: str | None
    branch: str | None
    details: ItemDetails | None
    status: Status | None
    is_in_force: bool
    certificate: str | None
    codes: tuple[str, ...]
    asked_class: str | None
    is_accurate: bool | None


class EquippingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How a unit is equipped on a day. `edition` is the one whose tables are used.

    Where another one is in force whose tables are not known (`edition_in_force`), nothing is decided.
    """

    unit: Unit
    name: str | None
    as_of: date
    known_at: datetime
    policy: str
    edition: str
    edition_in_force: str
    rates: tuple[RateAnswer, ...]
    levels: tuple[RateAnswer, ...]
    total: RateAnswer
    places: tuple[PlaceAnswer, ...]
    meters: tuple[MeterAnswer, ...]


SCHEMAS = (EquippingAnswer,)


def equipping_answer(review: UnitReview, moment: Moment) -> EquippingAnswer:
    """How a unit is equipped."""
    found = review.equipping
    return EquippingAnswer(
        unit=review.unit,
        name=review.name,
        as_of=moment[0],
        known_at=moment[1],
        policy=review.policy.name,
        edition=found.choice.used.id,
        edition_in_force=found.choice.in_force.id,
        rates=tuple(map(rate_answer, found.rows)),
        levels=tuple(map(rate_answer, found.levels)),
        total=rate_answer(found.total),
        places=tuple(map(_place, found.places)),
        meters=tuple(map(_meter, found.meters)),
    )


def rate_answer(row: RateRow) -> RateAnswer:
    """A row of rates."""
    return RateAnswer(
        energy=row.energy,
        level=row.level,
        equipped=_ratio(row.equipped),
        asked=row.asked,
        conclusion=row.conclusion,
        good=_ratio(row.good),
        in_force=_ratio(row.in_force),
        accurate=_ratio(row.accurate),
        traceable=_ratio(row.traceable),
        connected=_ratio(row.connected),
    )


def _ratio(ratio: Ratio) -> RatioAnswer:
    percent = ratio.percent
    return RatioAnswer(
        numerator=ratio.numerator,
        denominator=ratio.denominator,
        percent=None if percent is None else int(percent * 100) / 100,
        lacking=ratio.lacking,
        excluded=tuple(ExcludedAnswer(subject=each.subject, reason=each.reason) for each in ratio.excluded),
    )


def _place(line: PlaceLine) -> PlaceAnswer:
    return PlaceAnswer(
        place=line.place, is_required=line.is_required, reason=line.reason, lack=line.lack, is_connected=line.is_connected
    )


def _meter(line: MeterLine) -> MeterAnswer:
    verdict = line.verdict
    return MeterAnswer(
        item=line.item,
        metering_point=line.point,
        level=line.level,
        energy=line.energy_name,
        branch=line.branch,
        details=line.details,
        status=None if verdict is None else verdict.status,
        is_in_force=verdict is not None and verdict.is_in_force,
        certificate=None if verdict is None or verdict.certificate is None else verdict.certificate.id,
        codes=() if verdict is None else verdict.codes,
        asked_class=line.asked_class,
        is_accurate=line.is_accurate,
    )
