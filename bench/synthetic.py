"""A synthetic registry for the store's benches: anchors, standards in four levels, laboratories with scopes, meters.

About 1 % of the items are standards, each with three yearly certificates; meters have two or three. Text comes in pieces.
"""

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta

FIRST = date(2023, 1, 1)
LAST = date(2026, 6, 30)
_LEVELS = (0.01, 0.05, 0.24, 0.70)  # Shares of the standards, nearest to the anchors first.
_QUANTITIES = (("active energy", "kW*h"), ("volume", "m^3"), ("mass", "kg"), ("temperature", "degC"))

Entry = tuple[str, dict[str, object]]


def entries(meters: int, seed: int = 1) -> Iterator[Entry]:
    """The records as plain JSON values with the names of their lists, lists in the order of the format."""
    city = _City(meters, random.Random(seed))
    yield from city.organizations()
    yield from city.competences()
    yield from city.items()
    yield from city.certificates()
    yield from city.events()


def document(meters: int, seed: int = 1, records_a_piece: int = 200) -> Iterator[str]:
    """The records document in pieces of text."""
    piece = ['{"format": "traceability-records/1"']
    section = ""
    for name, record in entries(meters, seed):
        if name != section:
            piece.append(("]" if section else "") + f',\n"{name}": [\n')
            section = name
        else:
            piece.append(",\n")
        piece.append(json.dumps(record))
        if len(piece) > 2 * records_a_piece:
            yield "".join(piece)
            piece = []
    yield "".join([*piece, "]}\n"])


class _City:
    def __init__(self, meters: int, choice: random.Random) -> None:
        self._choice = choice
        self._meters = meters
        standards = max(len(_LEVELS) * 4, meters // 100)
        sizes = [max(4, round(standards * share)) for share in _LEVELS]
        self._levels = [[f"STD-{level}-{number:06}" for number in range(size)] for level, size in enumerate(sizes, 1)]
        self._anchors = [f"NS-{number:03}" for number in range(len(_QUANTITIES))]
        self._laboratories = [f"LAB-{number:04}" for number in range(max(8, standards // 25))]

    def organizations(self) -> Iterator[Entry]:
        for laboratory in self._laboratories:
            yield "organizations", {"id": laboratory, "name": f"Laboratory {laboratory}", "kind": "calibration_laboratory"}

    def competences(self) -> Iterator[Entry]:
        for laboratory in self._laboratories:
            scope = [
                {
                    "quantity": name,
                    "unit": unit,
                    "low": 0,
                    "high": 10000,
                    "best_uncertainty": {"value": 0.001, "unit": "%", "k": 2},
                }
                for name, unit in _QUANTITIES
            ]
            yield (
                "competences",
                {
                    "id": f"C-{laboratory}",
                    "organization": laboratory,
                    "scheme": "measurement_standard",
                    "number": f"[2020] {laboratory}",
                    "valid_from": "2020-01-01",
                    "valid_until": "2030-12-31",
                    "scope": scope,
                },
            )

    def items(self) -> Iterator[Entry]:
        for anchor in self._anchors:
            yield "items", {"id": anchor, "kind": "national_standard", "name": f"National standard {anchor}"}
        for level in self._levels:
            for standard in level:
                yield "items", {"id": standard, "kind": "measurement_standard", "serial": standard[4:], "interval_months": 12}
        for number in range(self._meters):
            yield "items", {"id": f"M-{number:08}", "kind": "meter", "serial": f"SN{number:08}", "interval_months": 24}

    def certificates(self) -> Iterator[Entry]:
        above = [self._anchors, *self._levels]
        for depth, level in enumerate(self._levels):
            for number, standard in enumerate(level):
                for year in range(3):
                    day = FIRST + timedelta(days=365 * year + self._choice.randrange(30) + 40 * depth)
                    yield self._certificate(standard, number, year, day, above[depth], 0.01 * 3**depth)
        for number in range(self._meters):
            for round_ in range(2 if number % 10 else 5):
                day = FIRST + timedelta(days=300 + 300 * round_ + self._choice.randrange(200))
                yield self._certificate(f"M-{number:08}", number, round_, min(day, LAST), self._levels[-1], 0.5)

    def _certificate(self, item: str, number: int, round_: int, day: date, above: list[str], uncertainty: float) -> Entry:
        quantity, unit = _QUANTITIES[number % len(_QUANTITIES)]
        identifier = f"{item}/{day:%Y%m%d}-{round_}"
        references = [above[number % len(above)]]
        if self._choice.random() < 0.5 and len(above) > 1:
            references.append(above[(number + self._choice.randrange(1, 5)) % len(above)])
        return "certificates", {
            "id": identifier,
            "number": f"No. {identifier}",
            "kind": "calibration",
            "issuer": self._laboratories[number % len(self._laboratories)],
            "item": item,
            "calibrated_on": str(day),
            "issued_on": str(day + timedelta(days=5)),
            "results": [
                {
                    "quantity": quantity,
                    "unit": unit,
                    "low": 0.1,
                    "high": 100,
                    "uncertainty": {"value": round(uncertainty, 6), "unit": "%", "k": 2},
                    "error": {"value": 0.05, "unit": "%"},
                    "max_permissible_error": {"value": 2.0, "unit": "%"},
                }
            ],
            "references": [
                {"item": reference, "quantity": quantity, "unit": unit, "low": 1, "high": 50}
                for reference in dict.fromkeys(references)
            ],
        }

    def events(self) -> Iterator[Entry]:
        for number in range(0, self._meters, 200):
            yield (
                "events",
                {"id": f"E-{number:08}", "item": f"M-{number:08}", "kind": "interim_check_passed", "on": "2025-06-01"},
            )
