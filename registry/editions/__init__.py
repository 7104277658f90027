"""Editioned data of carbon accounting, one file an edition, chosen by date: emission factors and sector definitions.

Files of the house lie beside this module, those of whoever runs the registry in `editions/factors` and `editions/sectors` of
the data folder. Of two editions the one counts that is in force on the day: the latest `in_force_from` up to it. The house
ships the national averages of grid electricity as they were reported, and says so; what it has no source for has no factor.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from registry.edition_files import editions_in
from traceability.accounting import CARBON_DIOXIDE_UNIT, READ_UNITS, Factor, Reading
from traceability.periods import day_before
from traceability.problems import InputError, InvalidValueError
from traceability.quantities import check_number
from traceability.records import MeteringPoint

_HERE = Path(__file__).parent


class Confidence(StrEnum):
    """How sure it is that a value says what its source says."""

    PRIMARY = "primary"  # Read in the text of the source itself.
    SECONDARY = "secondary"  # Seen in a source that cites it.
    MEMORY = "memory"  # Not looked up.
    SYNTHETIC = "synthetic"  # Made up for a demonstration.


class Determination(StrEnum):
    """Where a factor comes from. Only a measured one has a chain, and that is the chain of its own meters."""

    DEFAULT = "default"
    LITERATURE = "literature"
    MEASURED = "measured"


class InputKind(StrEnum):
    """What an input of an accounting is: measured, or what a model gives, which has no chain."""

    MEASURED = "measured"
    MODEL = "model"


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of an edition."""


class EmissionFactor(Value, frozen=True, kw_only=True):
    """Tonnes of carbon dioxide equivalent for a unit of an energy; `basis` says what is in it."""

    energy: str
    value: Decimal
    unit: str
    basis: str
    determination: Determination
    source: str
    confidence: Confidence
    valid_from: date | None = None
    valid_until: date | None = None

    def __post_init__(self) -> None:
        check_number(self.value)
        if self.value < 0:
            raise InvalidValueError("a negative factor", "因子为负")
        made = Factor(value=self.value, unit=self.unit, start=date.min, until=None)
        if not any(made.fits(unit) for unit in READ_UNITS):
            raise InvalidValueError(
                f"{self.unit!r} is not {CARBON_DIOXIDE_UNIT} for a unit of energy, volume or mass",
                f"{self.unit!r} 不是每单位能量、体积或质量的 {CARBON_DIOXIDE_UNIT}",
            )


class FactorEdition(Value, frozen=True, kw_only=True):
    """Emission factors that came out together."""

    format: Literal["traceability-factors/1"]
    edition: str
    in_force_from: date
    source: str
    factors: tuple[EmissionFactor, ...]


class SectorInput(Value, frozen=True, kw_only=True):
    """What an accounting of a sector is fed with: measured at points of the energies, or with branches of the quantities."""

    id: str
    zh: str
    en: str
    kind: InputKind
    energies: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    instruments_zh: str = ""
    instruments_en: str = ""
    source: str
    confidence: Confidence


class Sector(Value, frozen=True, kw_only=True):
    """A sector with the inputs that its accounting has."""

    id: str
    zh: str
    en: str
    inputs: tuple[SectorInput, ...]


class EnergyKind(Value, frozen=True, kw_only=True):
    """A kind of energy: the spellings that metering points use, the first of which stands for all, and upload codes."""

    spellings: tuple[str, ...]
    zh: str
    en: str
    upload_codes: tuple[str, ...] = ()


class SectorEdition(Value, frozen=True, kw_only=True):
    """Sector definitions that came out together."""

    format: Literal["traceability-sectors/1"]
    edition: str
    in_force_from: date
    source: str
    energies: tuple[EnergyKind, ...]
    sectors: tuple[Sector, ...]

    def energy(self, spelled: str | None) -> str | None:
        """The one spelling of an energy, its own where the edition knows none."""
        return next((each.spellings[0] for each in self.energies if spelled in each.spellings), spelled)

    def sector(self, id_: str) -> Sector | None:
        """A sector by id."""
        return next((each for each in self.sectors if each.id == id_), None)

    @property
    def modelled(self) -> frozenset[str]:
        """The energies whose points hold what a model gives, in any sector."""
        return frozenset(
            str(self.energy(spelled))
            for sector in self.sectors
            for each in sector.inputs
            if each.kind is InputKind.MODEL
            for spelled in each.energies
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedFactor:
    """A factor on the days on which it counts: its edition is in force, and it is valid itself."""

    edition: str
    stated: EmissionFactor
    counted: Factor

    def counts_for(self, readings: Iterable[Reading]) -> bool:
        """Whether something was read on its days, in a unit that it is for."""
        last = self.counted.until or date.max
        return any(
            each.start <= last and each.until >= self.counted.start and self.counted.fits(each.unit) for each in readings
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Editions:
    """All editions at hand, the earliest first."""

    factors: tuple[FactorEdition, ...] = ()
    sectors: tuple[SectorEdition, ...] = field(default=())

    def factors_of(self, energy: str | None, start: date, until: date) -> list[DatedFactor]:
        """The factors of an energy that count on days of a period, each on its days."""
        found = []
        for edition, first, last in _in_force(self.factors):
            for stated in edition.factors if energy is not None else ():
                begins = max(first, stated.valid_from or date.min)
                ends = min(last, stated.valid_until or date.max)
                if self.energy(stated.energy, until) == energy and begins <= ends and begins <= until and ends >= start:
                    counted = Factor(value=stated.value, unit=stated.unit, start=begins, until=ends)
                    found.append(DatedFactor(edition=edition.edition, stated=stated, counted=counted))
        return sorted(found, key=lambda each: each.counted.start)

    def feeds(self, point: MeteringPoint, stated: SectorInput, day: date) -> bool:
        """Whether a point feeds an input of a sector: by its energy, or by the quantity of one of its branches."""
        energy = self.energy(point.energy, day)
        is_of_energy = energy is not None and any(self.energy(each, day) == energy for each in stated.energies)
        return is_of_energy or any(branch.quantity in stated.quantities for branch in point.branches)

    def energy(self, spelled: str | None, day: date) -> str | None:
        """The one spelling of an energy by the edition in force on a day, its own where that knows none."""
        edition = self.sectors_on(day)
        return spelled if edition is None else edition.energy(spelled)

    def sectors_on(self, day: date) -> SectorEdition | None:
        """The sector definitions in force on a day."""
        return next((edition for edition, first, last in _in_force(self.sectors) if first <= day <= last), None)


def load_editions(data_dir: Path | None) -> Editions:
    """The editions of the house and of a data folder; InputError names the file and the place of what cannot be read."""
    factors = _read("factors", "traceability-factors/1", FactorEdition, data_dir)
    sectors = _read("sectors", "traceability-sectors/1", SectorEdition, data_dir)
    for name, edition in factors:
        _check_factors(name, edition, [definitions for _, definitions in sectors])
    return Editions(factors=_ordered(factors), sectors=_ordered(sectors))


_E = TypeVar("_E", FactorEdition, SectorEdition)


def _read(folder: str, format_: str, kind: type[_E], data_dir: Path | None) -> list[tuple[str, _E]]:
    places = [_HERE / folder] + ([] if data_dir is None else [data_dir / "editions" / folder])
    return [read for place in places for read in editions_in(place, {format_: kind})]


def _check_factors(name: str, edition: FactorEdition, sectors: Sequence[SectorEdition]) -> None:
    """One factor of an energy on one day, however that is spelled, or nobody could say which was meant: both would count."""
    of_energy: dict[tuple[int, str], list[EmissionFactor]] = defaultdict(list)
    for factor in edition.factors:
        of_energy[-1, factor.energy].append(factor)
        for number, definitions in enumerate(sectors):
            of_energy[number, str(definitions.energy(factor.energy))].append(factor)
    for factors in of_energy.values():
        ordered = sorted(factors, key=lambda each: each.valid_from or date.min)
        for earlier, later in pairwise(ordered):
            if (later.valid_from or date.min) <= (earlier.valid_until or date.max):
                one, other = (f"{each.energy!r}" for each in (earlier, later))
                both_en, both_zh = (
                    (one, one) if one == other else (f"{one} and {other}, which are one,", f"{one} 与 {other}（同一种）")
                )
                raise InputError(f"{name}: $.factors", f"two factors of {both_en} on one day", f"{both_zh} 在同一天有两个因子")


def _ordered(read: Iterable[tuple[str, _E]]) -> tuple[_E, ...]:
    """By the day from which they are in force; two from the same day contradict each other."""
    ordered = sorted(read, key=lambda each: each[1].in_force_from)
    for (_, earlier), (name, later) in pairwise(ordered):
        if earlier.in_force_from == later.in_force_from:
            raise InputError(
                f"{name}: $.in_force_from",
                f"in force from the same day as edition {earlier.edition!r}",
                f"与版次 {earlier.edition!r} 同日生效",
            )
    return tuple(edition for _, edition in ordered)


def _in_force(editions: Sequence[Any]) -> Iterator[tuple[Any, date, date]]:
    """Each edition with the first and the last day on which it is in force."""
    for number, edition in enumerate(editions):
        following = editions[number + 1] if number + 1 < len(editions) else None
        yield edition, edition.in_force_from, date.max if following is None else day_before(following.in_force_from)
