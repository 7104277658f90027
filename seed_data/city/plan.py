"""The lay of a city: how many laboratories of which size, which meters are whose. Small, and the same for the same numbers.

Everything else is worked out from it when it is needed: standards, certificates and meters are functions of their number, so
that a city of any size is written without being held. Chance is a function too: of the seed and of what is asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from itertools import accumulate, pairwise
from typing import NamedTuple

from seed_data.city.catalogue import ENERGIES, Energy, Product, Quantity

_METERS_A_LABORATORY = 1500  # On average; the largest has many times as many.
_SKEW = 4  # Sizes fall as 1 / (rank + 4), about as those of towns and firms do (Zipf); the largest has 1/20 of all.
_METERS_A_USER = 120
_BENCH_SERVES, _WORKING_SERVES, _MUNICIPAL_SERVES, _NATIONAL_SERVES = 170, 900, 10_000, 100_000  # Meters.
_GATES = 20  # About one meter in so many is at a gate and has companions.
_INSTITUTE_SERVES = 100_000  # Meters per institute of the municipality, and per producer of reference gases.


class Laboratory(NamedTuple):
    """A laboratory verifies the meters `first` up to `first + size`, which are some of the `meters` of its energy."""

    number: int
    energy: Energy
    first: int
    size: int
    energy_first: int
    energy_meters: int

    @property
    def id(self) -> str:
        """The identifier of the organization."""
        return f"L-{self.number}"

    @property
    def uses_gases(self) -> bool:
        """Whether it works with bottles of reference gas, not with benches."""
        return not self.energy.product.quantity.ladder

    def served(self, product: Product) -> int:
        """How many items of the product it verifies, about."""
        return self.size if product is self.energy.product else self.size // _GATES

    def benches(self, product: Product) -> int:
        """How many test benches it has for the product."""
        return 1 + self.served(product) // _BENCH_SERVES

    def working_standards(self, product: Product) -> int:
        """How many working standards stand behind its benches."""
        return 1 + self.served(product) // _WORKING_SERVES


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a city is made from: the same plan gives the same city, byte for byte."""

    meters: int
    seed: int
    today: date
    laboratories: tuple[Laboratory, ...]

    @property
    def users(self) -> int:
        """How many energy users there are."""
        return 1 + self.meters // _METERS_A_USER

    @property
    def institutes(self) -> int:
        """How many institutes of the municipality there are, and how many producers of reference gases."""
        return 1 + self.meters // _INSTITUTE_SERVES

    def municipal_standards(self, quantity: Quantity) -> int:
        """How many reference standards the municipality keeps for the quantity."""
        return 1 + self._meters_of(quantity) // _MUNICIPAL_SERVES

    def national_standards(self, quantity: Quantity) -> int:
        """How many reference standards the national institute keeps for the quantity."""
        return 1 + self._meters_of(quantity) // _NATIONAL_SERVES

    def chance(self, *about: object) -> float:
        """A number from 0 up to 1 that looks random and depends on the seed and on what it is about, only."""
        text = "/".join(map(str, (self.seed, *about)))
        return int.from_bytes(blake2b(text.encode(), digest_size=6).digest(), "big") / 2**48

    def user_of(self, laboratory: Laboratory, number: int) -> int:
        """Whose meter it is: every user has a run of meters of each energy."""
        return (number - laboratory.energy_first) * self.users // laboratory.energy_meters

    def _meters_of(self, quantity: Quantity) -> int:
        energy = next(energy for energy in ENERGIES if any(product.quantity is quantity for product in energy.products))
        return int(self.meters * energy.share)


def survey(meters: int, seed: int, today: date) -> Plan:
    """The plan of a city with so many meters."""
    return Plan(meters=meters, seed=seed, today=today, laboratories=tuple(_laboratories(meters)))


def skewed(fraction: float, count: int) -> int:
    """One of `count`, the first ones more often: some standards are popular."""
    return int(fraction * fraction * count)


def _laboratories(meters: int) -> Iterator[Laboratory]:
    shares = accumulate((energy.share for energy in ENERGIES), initial=Decimal(0))
    number = 0
    for energy, (start, end) in zip(ENERGIES, pairwise(int(meters * share) for share in shares), strict=True):
        for first, last in pairwise(_borders(start, end)):
            if first < last:
                number += 1
                yield Laboratory(number, energy, first, last - first, start, end - start)


def _borders(start: int, end: int) -> Iterator[int]:
    """Where one laboratory's meters end and the next one's begin."""
    count = 1 + (end - start) // _METERS_A_LABORATORY
    weights = list(accumulate((1 / (rank + _SKEW) for rank in range(count)), initial=0.0))
    return (start + round((end - start) * weight / weights[-1]) for weight in weights)
