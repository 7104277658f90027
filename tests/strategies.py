"""Random small and nasty records documents (SEMANTICS.md section 2) and questions about them, as hypothesis strategies.

All days lie in a window of 60 days and gather on a few of them, so that events collide on the same and adjacent days.
Hypothesis draws the sizes, the share of defects and one seed; random.Random(seed) draws the details, which takes about
a millisecond for a document. random_document and random_question are the same without hypothesis.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.oracle import POLICIES

WINDOW_START = date(2025, 1, 1)
WINDOW_DAYS = 60  # To 2025-03-01, the last of February and its missing days included.

ITEM_KINDS = ("meter", "instrument", "transformer", "measurement_standard", "reference_material")
EVENT_KINDS = (
    "repaired",
    "adjusted",
    "seal_broken",
    "damaged",
    "interim_check_passed",
    "interim_check_passed",
    "interim_check_failed",
    "interim_check_failed",
    "reinstalled",
)
SCHEMES = (
    "national_standard",
    "measurement_standard",
    "legal_authorization",
    "accreditation",
    "cmc",
    "reference_material",
)
SERIALS = ("SH-1", " sh-1 ", "\uff33\uff28\uff0d\uff11", "SH-2", "", "  ")  # The third is SH-1 in full width.
COVERAGE_FACTORS = ("2", "2", "2", "1", "1.96", "3")


@dataclass(frozen=True)
class UnitFamily:
    """One quantity, its units as (unit, factor, shift) from the first one, and grids that make equal values likely."""

    quantity: str
    units: tuple[tuple[str, str, str], ...]  # Value in this unit = value in the first unit * factor + shift.
    bounds: tuple[str, ...]  # Range bounds in the first unit.
    spreads: tuple[str, ...]  # Uncertainties, errors, permissible errors in the first unit; they never shift.


FAMILIES = (
    UnitFamily(
        quantity="energy",
        units=(("kW*h", "1", "0"), ("MW*h", "0.001", "0"), ("MJ", "3.6", "0")),
        bounds=("0", "10", "50", "100"),
        spreads=("0.1", "0.2", "0.3", "0.5"),
    ),
    UnitFamily(
        quantity="frequency",
        units=(("Hz", "1", "0"), ("kHz", "0.001", "0")),
        bounds=("45", "50", "55", "65"),
        spreads=("0.01", "0.02", "0.03", "0.05"),
    ),
    UnitFamily(
        quantity="temperature",
        units=(("degC", "1", "0"), ("K", "1", "273.15")),
        bounds=("-10", "0", "20", "50"),
        spreads=("0.1", "0.2", "0.3", "0.7"),
    ),
    UnitFamily(
        quantity="fraction",
        units=(
            ("ppm", "1", "0"),
            ("%", "0.0001", "0"),
            ("mol/mol", "0.000001", "0"),
            ("1", "0.000001", "0"),
            ("ppb", "1000", "0"),
        ),
        bounds=("0", "100", "400", "1000"),
        spreads=("1", "2", "3", "5"),
    ),
)
FAMILY_WEIGHTS = (20, 2, 2, 2)  # Mostly one quantity, so that the links of a chain fit.
RELATIVE_SPREADS = ("0.1", "0.2")  # In %, as U or permissible error.
RELATIVE_EXTREMES = ("0", "0.3", "0.31", "0.5", "0.69", "0.7")  # In %, the borders of the zones of JJF 1094.


@dataclass(frozen=True)
class Sizes:
    """How large a document is, and how many of its optional troubles it has."""

    anchors: int = 2
    items: int = 4
    certificates_per_item: int = 3
    events: int = 3
    points: int = 1
    competences: int = 3
    trouble: float = 0.2  # The chance of each optional defect: 0 gives plain chains.
    is_recorded: bool = True  # Whether records have recorded_at, and versions.


@st.composite
def records_documents(draw: st.DrawFn) -> dict[str, Any]:
    """A valid records document as a JSON-able dict with numbers as Decimal or int."""
    sizes = Sizes(
        anchors=draw(st.integers(1, 3)),
        items=draw(st.integers(2, 6)),
        certificates_per_item=draw(st.integers(1, 3)),
        events=draw(st.integers(0, 6)),
        points=draw(st.integers(0, 2)),
        competences=draw(st.integers(0, 5)),
        trouble=draw(st.sampled_from((0.0, 0.05, 0.1, 0.2, 0.4))),
        is_recorded=draw(st.booleans()),
    )
    return random_document(Random(draw(st.integers(0, 2**32 - 1))), sizes)


@st.composite
def questions(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """The keyword arguments of one call of oracle.evaluate about the document; now and then a wrong one."""
    day_number = draw(st.one_of(st.integers(WINDOW_DAYS // 2, WINDOW_DAYS + 20), st.integers(-3, WINDOW_DAYS)))
    question = random_question(Random(draw(st.integers(0, 2**32 - 1))), document)
    return {**question, "as_of": WINDOW_START + timedelta(days=day_number)}


def random_document(random: Random, sizes: Sizes) -> dict[str, Any]:
    """The document that this generator and these sizes give."""
    return _Writer(random, sizes).document()


def random_changes(random: Random, sizes: Sizes, document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is recorded after a document of these sizes, without end: the list, and the record.

    Certificates, some of which replace others, and events of any day; further versions of items and competences, which are
    recorded in any order, and of metering points if there are any; under `withdrawals` what is known of one, with its
    certificate.
    """
    writer = _Writer(random, sizes)
    standing = [each["id"] for each in document["certificates"] if "withdrawal" not in each]
    of_item: dict[str, list[str]] = {}
    for each in document["certificates"]:
        of_item.setdefault(each["item"], []).append(each["id"])
    for number in count(1):
        version = {"recorded_at": f"{random.choice((2025, 2026))}-06-01T00:00:00.{number:06}Z"}
        lists = ("certificates", "events", "items", "competences", "withdrawals", "metering_points")
        match random.choices(lists, (8, 3, 2, 1, 3, 1 if sizes.points else 0))[0]:
            case "certificates":
                item = random.choice(writer.item_ids)
                record = writer.certificate(f"x{number}", item, writer.day()) | version
                if writer.chance(0.15) and of_item.get(item):
                    record["replaces"] = random.choice(of_item[item])
                of_item.setdefault(item, []).append(record["id"])
                if record.pop("withdrawal", None) is None:
                    standing.append(record["id"])
                yield "certificates", record
            case "events":
                yield "events", writer.event(f"x{number}") | version
            case "items" if writer.chance(0.2):
                yield "items", writer.anchor(random.choice(writer.anchor_ids)) | version
            case "items":
                kind = random.choice(ITEM_KINDS)
                yield "items", writer.item(random.choice([*writer.item_ids, f"new{number}"]), kind) | version
            case "competences":
                yield "competences", writer.competence(f"k{random.randrange(sizes.competences + 1)}") | version
            case "metering_points":
                yield "metering_points", writer.point(f"P{random.randrange(sizes.points + 1)}") | version
            case _ if standing:
                withdrawn = standing.pop(random.randrange(len(standing)))
                yield "withdrawals", {"certificate": withdrawn, "on": writer.day(), "void_from": writer.day()}


def random_question(random: Random, document: dict[str, Any]) -> dict[str, Any]:
    """The keyword arguments of one call of oracle.evaluate about the document."""
    items, points = _ids(document["items"]), _ids(document["metering_points"])
    target = (
        "GHOST"
        if random.random() < 0.01
        else random.choice([each for each in items if not each.startswith("N")] * 2 + items + points * 2)
    )
    asked = _random_asked(random) if target not in points or random.random() < 0.01 else {}
    return {
        "target": target,
        "as_of": WINDOW_START + timedelta(days=max(random.randint(-3, WINDOW_DAYS + 20) for _ in range(2))),
        "known_at": _random_known_at(random, document),
        "policy": random_policy(random),
        "quantity": asked.get("quantity"),
        "unit": asked.get("unit"),
        "low": asked.get("low"),
        "high": asked.get("high"),
    }


def random_policy(random: Random) -> dict[str, Any]:
    """A named policy, or one with other severities and a short chain."""
    policy = random.choice([*POLICIES.values(), POLICIES["structure/1"]])
    if random.random() < 0.6:
        return policy
    return {
        **policy,
        "name": "random/test",
        "reference_validity": random.choice(("at_use", "in_force")),
        "accepted_anchors": random.choice(("any", ["CN"], ["CN", "US"], ["DE"])),
        "foreign_anchor": random.choice(("fail", "condition")),
        "competence": random.choice(("fail", "condition", "ignore")),
        "max_uncertainty_ratio": random.choice(("1/3", "1/4", "1")),
        "uncertainty_growth": random.choice(("fail", "condition", "ignore")),
        "max_chain_length": random.choice((1, 2, 3, 32)),
    }


def _ids(records: list[dict[str, Any]]) -> list[str]:
    return sorted({each["id"] for each in records})


def _random_asked(random: Random) -> dict[str, Any]:
    if random.random() < 0.5:
        return {}
    family = _random_family(random)
    quantity = {} if random.random() < 0.2 else {"quantity": family.quantity}
    return quantity if random.random() < 0.5 else {**quantity, **_random_range(random, family)}


def _random_family(random: Random) -> UnitFamily:
    return random.choices(FAMILIES, FAMILY_WEIGHTS)[0]


def _random_known_at(random: Random, document: dict[str, Any]) -> datetime | None:
    """Everything, or an instant at which something is just recorded, or just before it."""
    lists = (value for value in document.values() if isinstance(value, list))
    records = [each for records in lists for each in records]
    withdrawals = [each["withdrawal"] for each in records if "withdrawal" in each]
    instants = sorted({each["recorded_at"] for each in records + withdrawals if "recorded_at" in each})
    if not instants or random.random() < 0.4:
        return None
    return datetime.fromisoformat(random.choice(instants)) - timedelta(microseconds=random.choice((0, 1)))


def _random_range(random: Random, family: UnitFamily) -> dict[str, Any]:
    """Unit and bounds, low <= high, either of them sometimes missing; rarely both."""
    unit, factor, shift = random.choice(family.units)
    low, high = sorted((Decimal(random.choice(family.bounds)), Decimal(random.choice(family.bounds))))
    if random.random() < 0.5:
        low, high = Decimal(family.bounds[0]), Decimal(family.bounds[-1])
    written: dict[str, Any] = {"unit": unit}
    if random.random() > 0.1:
        written["low"] = low * Decimal(factor) + Decimal(shift)
    if random.random() > 0.1:
        written["high"] = high * Decimal(factor) + Decimal(shift)
    return written


class _Writer:
    """Writes one document; the methods are named after the records they write."""

    def __init__(self, random: Random, sizes: Sizes) -> None:
        self.random = random
        self.sizes = sizes
        # Most days are one of these or its neighbour.
        self.busy_days = sorted(
            WINDOW_START + timedelta(days=random.randrange(WINDOW_DAYS)) for _ in range(max(6, sizes.items))
        )
        self.anchor_ids = [f"N{number}" for number in range(sizes.anchors)]
        self.item_ids = [f"I{number}" for number in range(sizes.items)]
        self.issuers = ["LAB", "SIMT", "NIM"][: random.randint(1, 3)]

    def document(self) -> dict[str, Any]:
        certificates = [each for item_id in self.item_ids for each in self.certificates_of(item_id)]
        if self.has_trouble():
            certificates.append(self.certificate("c-anchor", self.anchor_ids[0], self.day()))
        documents_items = [self.anchor(each) for each in self.anchor_ids]
        documents_items += self.versions([self.item_versions(each) for each in self.item_ids])
        return {
            "format": "traceability-records/1",
            "organizations": [{"id": each, "name": each, "kind": "calibration_laboratory"} for each in self.issuers],
            "competences": self.versions([self.competence_versions(f"k{n}") for n in range(self.sizes.competences)]),
            "items": self.shuffled(documents_items),
            "certificates": self.shuffled(certificates),
            "events": [self.event(f"e{number}") for number in range(self.sizes.events)],
            "metering_points": self.versions([self.point_versions(f"P{n}") for n in range(self.sizes.points)]),
        }

    # Chances, days and instants.

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def has_trouble(self) -> bool:
        return self.chance(self.sizes.trouble)

    def shuffled(self, values: list[Any]) -> list[Any]:
        self.random.shuffle(values)
        return values

    def day(self, first_offset: int = 0, last_offset: int = 0) -> str:
        """A day near a busy one, moved by a number of days within the offsets given."""
        day = self.random.choice(self.busy_days) + timedelta(days=self.random.choice((-1, 0, 0, 0, 1)))
        return str(day + timedelta(days=self.random.randint(first_offset, last_offset)))

    def period(self) -> dict[str, str]:
        """A period with its ends in order; they may be the same day, and both may be missing."""
        first, last = sorted((min(self.day(), self.day()), self.day()))
        return {**({"from": first} if self.chance(0.7) else {}), **({"until": last} if self.chance(0.5) else {})}

    def instant(self) -> str:
        offset = self.random.choice(("Z", "+08:00", "-05:30"))
        fraction = self.random.choice(("", "", ".5", ".000001"))
        return f"{self.day()}T{self.random.randrange(24):02}:00:00{fraction}{offset}"

    def recorded(self) -> dict[str, str]:
        return {"recorded_at": self.instant()} if self.sizes.is_recorded and self.chance(0.25) else {}

    def versions(self, groups: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
        return self.shuffled([each for group in groups for each in group])

    def several(self, write: Callable[[], dict[str, Any]]) -> list[dict[str, Any]]:
        """One version, or several whose instants differ."""
        if not self.sizes.is_recorded or self.chance(0.7):
            return [{**write(), **self.recorded()}]
        by_instant = {datetime.fromisoformat(text): text for text in (self.instant() for _ in range(2))}
        later = [{**write(), "recorded_at": text} for text in by_instant.values()]
        return [write(), *later] if self.chance(0.8) else later

    # Items.

    def anchor(self, anchor_id: str) -> dict[str, Any]:
        anchor: dict[str, Any] = {"id": anchor_id, "kind": "national_standard"}
        if self.has_trouble():
            anchor["country"] = self.random.choice(("US", "DE", "CN"))
        if self.chance(0.3):
            plain = [{"from": "2010-01-01"}]
            periods = [self.recognized_period() for _ in range(self.random.randint(1, 2))]
            anchor["recognized"] = periods if self.has_trouble() else plain
        if self.has_trouble():
            anchor["retired_on"] = self.day(0, 40)
        return anchor

    def recognized_period(self) -> dict[str, str]:
        first, last = sorted((self.day(-30), self.day(0, 30)))
        return {"from": first} if self.chance(0.3) else {"from": first, "until": last}

    def item_versions(self, item_id: str) -> list[dict[str, Any]]:
        kind = self.random.choice(ITEM_KINDS)
        return self.several(lambda: self.item(item_id, kind))

    def item(self, item_id: str, kind: str) -> dict[str, Any]:
        item: dict[str, Any] = {"id": item_id, "kind": kind}
        if self.has_trouble():
            item["kind"] = self.random.choice((*ITEM_KINDS, "national_standard"))
        if self.chance(0.5):
            item["serial"] = self.random.choice(SERIALS if self.has_trouble() else SERIALS[:3])
        if self.chance(0.4):
            item["interval_months"] = self.random.choice((1, 1, 2, 12))
        if self.chance(0.3):
            quantities = {self.family().quantity for _ in range(self.random.choice((0, 1, 1, 2)))}
            item["quantities"] = self.shuffled(sorted(quantities))
        if self.chance(self.sizes.trouble / 2):
            item["retired_on"] = self.day(0, 20)
        return item

    # Certificates.

    def certificates_of(self, item_id: str) -> list[dict[str, Any]]:
        fewest = 0 if self.has_trouble() else 1
        number = self.random.randint(fewest, self.sizes.certificates_per_item)
        # Most items get their first one about when their place says, so that references mostly find a certificate.
        first_day = str(self.busy_days[self.item_ids.index(item_id)]) if self.chance(0.8) else self.day()
        days = [first_day if each == 0 else self.day() for each in range(number)]
        written = [self.certificate(f"c{item_id}-{each}", item_id, day) for each, day in enumerate(days)]
        for place, certificate in enumerate(written):
            if self.has_trouble():
                # Only earlier ids are named, so that there is no loop; the order of their days is free.
                earlier = [each["id"] for each in written[:place]] or ["cGHOST"]
                certificate["replaces"] = self.random.choice(earlier)
        return written

    def certificate(self, certificate_id: str, item_id: str, calibrated_on: str) -> dict[str, Any]:
        kind = self.random.choice(("calibration", "calibration", "verification", "reference_material"))
        certificate = {
            "id": certificate_id,
            "number": self.random.choice(("A-1", "A-2", certificate_id)),
            "kind": kind,
            "issuer": "GHOST-LAB" if self.has_trouble() else self.random.choice(self.issuers),
            "item": item_id,
            "calibrated_on": calibrated_on,
            "issued_on": self.issued_on(calibrated_on),
            "results": [self.result() for _ in range(0 if self.has_trouble() else self.random.choice((1, 1, 2, 3)))],
            "references": self.references(item_id),
        }
        certificate |= self.validity(kind, calibrated_on) | self.state() | self.withdrawal(calibrated_on)
        return certificate | self.recorded()

    def issued_on(self, calibrated_on: str) -> str:
        days = self.random.randint(-1, 10) if self.has_trouble() else 0
        return str(date.fromisoformat(calibrated_on) + timedelta(days=days))

    def validity(self, kind: str, calibrated_on: str) -> dict[str, Any]:
        written: dict[str, Any] = {}
        if self.chance(0.75):
            days = self.random.choice((0, 7, 30, 60, 365, 365, 365))
            written["valid_until"] = str(date.fromisoformat(calibrated_on) + timedelta(days=days))
        if self.has_trouble():
            written["valid_until"] = self.day()
        if kind == "reference_material" and self.chance(0.5):
            written |= {"opened_on": self.day(), "use_within_days": self.random.choice((1, 10, 30, 365))}
        if self.has_trouble():  # It counts for the other kinds in no way, nor without its other half.
            written["opened_on"] = self.day()
        return written

    def state(self) -> dict[str, Any]:
        written: dict[str, Any] = {}
        if self.has_trouble():
            written["outcome"] = self.random.choice(("pass", "fail", "fail", "limited"))
        if self.has_trouble() or self.chance(0.1):
            written["as_found"] = self.random.choice(("in_tolerance", "out_of_tolerance"))
        if self.has_trouble():
            written["adjusted"] = self.chance(0.8)
        if self.chance(0.5):
            written["serial"] = self.random.choice(SERIALS if self.has_trouble() else SERIALS[:3])
        return written

    def withdrawal(self, calibrated_on: str) -> dict[str, Any]:
        if not self.has_trouble():
            return {}
        void_from = calibrated_on if self.chance(0.3) else self.day()
        return {"withdrawal": {"on": self.day(), "void_from": void_from} | self.recorded()}

    # Results, uncertainties, amounts.

    def family(self) -> UnitFamily:
        return _random_family(self.random)

    def result(self) -> dict[str, Any]:
        family = self.family()
        result: dict[str, Any] = {"quantity": family.quantity, **self.result_range(family)}
        if self.has_trouble():
            # The quantity in a unit of another dimension.
            family = self.random.choice(FAMILIES)
            result = {"quantity": result["quantity"], **self.result_range(family)}
        if not self.has_trouble():
            result["uncertainty"] = self.uncertainty(family)
        if self.chance(0.3):
            result["max_permissible_error"] = self.amount(family)
        if self.chance(0.3):
            result["error"] = self.signed(self.amount(family))
        return result

    def result_range(self, family: UnitFamily) -> dict[str, Any]:
        if not self.has_trouble():
            unit, factor, shift = self.random.choice(family.units)
            widest = (family.bounds[0], family.bounds[-1])
            low, high = (Decimal(each) * Decimal(factor) + Decimal(shift) for each in widest)
            return {"unit": unit, "low": low, "high": high} if self.chance(0.8) else {"unit": unit}
        return _random_range(self.random, family)

    def uncertainty(self, family: UnitFamily) -> dict[str, Any]:
        uncertainty = self.amount(family)
        if not self.has_trouble():
            uncertainty["k"] = Decimal(self.random.choice(COVERAGE_FACTORS))
        return uncertainty

    def amount(self, family: UnitFamily) -> dict[str, Any]:
        """Relative, or absolute in any unit of the family."""
        if self.chance(0.6):
            spreads = RELATIVE_SPREADS if self.chance(0.5) else RELATIVE_EXTREMES
            return {"value": Decimal(self.random.choice(spreads)), "unit": "%"}
        unit, factor, _shift = self.random.choice(family.units)
        return {"value": Decimal(self.random.choice(family.spreads)) * Decimal(factor), "unit": unit}

    def signed(self, amount: dict[str, Any]) -> dict[str, Any]:
        return {**amount, "value": -amount["value"]} if self.chance(0.5) else amount

    # References.

    def references(self, item_id: str) -> list[dict[str, Any]]:
        number = 0 if self.has_trouble() else self.random.choice((1, 1, 1, 2, 3))
        return [self.reference(item_id) for _ in range(number)]

    def reference(self, item_id: str) -> dict[str, Any]:
        # Mostly one of the items before this one: the first items are the standards of the later ones.
        place = self.item_ids.index(item_id) if item_id in self.item_ids else 0
        others = [each for each in self.item_ids if each != item_id]
        others = others[:place] if self.chance(0.7) else others
        reference: dict[str, Any] = {"item": self.random.choice(self.anchor_ids)}
        if others and self.chance(0.6):
            reference["item"] = self.random.choice(others)
        if self.chance(self.sizes.trouble / 3):
            reference["item"] = self.random.choice((item_id, "GHOST", "P0"))
        if self.chance(0.4 + self.sizes.trouble):
            family = self.family()
            reference["quantity"] = family.quantity
            if self.chance(0.4):
                reference |= _random_range(self.random, self.random.choice(FAMILIES) if self.has_trouble() else family)
        elif self.has_trouble():  # A range without a quantity.
            reference |= _random_range(self.random, self.family())
        if self.has_trouble():
            named = f"c{reference['item']}-{self.random.randrange(self.sizes.certificates_per_item)}"
            reference["certificate"] = self.random.choice((named, named, "cGHOST"))
        return reference

    # Events, competences, metering points.

    def event(self, event_id: str) -> dict[str, Any]:
        kind = self.random.choice(EVENT_KINDS if self.chance(0.3 + 2 * self.sizes.trouble) else EVENT_KINDS[4:5])
        item_id = self.random.choice(self.item_ids)
        return {"id": event_id, "item": item_id, "kind": kind, "on": self.day()} | self.recorded()

    def competence_versions(self, competence_id: str) -> list[dict[str, Any]]:
        return self.several(lambda: self.competence(competence_id))

    def competence(self, competence_id: str) -> dict[str, Any]:
        competence: dict[str, Any] = {
            "id": competence_id,
            "organization": self.random.choice(self.issuers),
            "scheme": self.random.choice(SCHEMES),
            "number": f"No.{competence_id}",
            "valid_from": "2020-01-01",
            "scope": [self.scope() for _ in range(self.random.choice((0, 1, 2, 4)))],
        }
        if self.chance(0.5):  # A broad one, so that some certificates are in scope.
            competence["scheme"] = self.random.choice(("cmc", "accreditation"))
            competence["scope"] = [{"quantity": family.quantity} for family in FAMILIES]
            if self.chance(0.4):
                competence["scope"][0]["best_uncertainty"] = self.uncertainty(FAMILIES[0])
        if self.has_trouble():
            competence["valid_from"] = self.day()
            competence["valid_until"] = max(competence["valid_from"], self.day(0, 10))
        if self.has_trouble():
            competence["suspensions"] = [self.suspension() for _ in range(self.random.randint(0, 2))]
        return competence

    def suspension(self) -> dict[str, str]:
        first, last = sorted((self.day(), self.day()))
        return {"from": first} if self.chance(0.2) else {"from": first, "until": last}

    def scope(self) -> dict[str, Any]:
        family = self.family()
        scope: dict[str, Any] = {"quantity": family.quantity}
        if self.chance(0.5):
            scope |= _random_range(self.random, family)
        if self.chance(0.4):
            scope["best_uncertainty"] = self.uncertainty(family)
        return scope

    def point_versions(self, point_id: str) -> list[dict[str, Any]]:
        return self.several(lambda: self.point(point_id))

    def point(self, point_id: str) -> dict[str, Any]:
        names = ("meter", "ct", "vt")[: self.random.randint(1, 3)]
        rows = [self.branch(name) for name in names]
        if self.has_trouble() or self.chance(0.2):
            rows.append(self.branch(names[0]))
        level = self.random.randint(1, 3)
        return {"id": point_id, "organization": "USER", "level": level, "branches": self.shuffled(rows)}

    def branch(self, name: str) -> dict[str, Any]:
        branch: dict[str, Any] = {"name": name}
        if not self.chance(self.sizes.trouble / 3):
            branch["item"] = self.random.choice(self.item_ids + self.item_ids + self.anchor_ids)
        if self.chance(self.sizes.trouble / 3):
            branch["item"] = self.random.choice(("GHOST", "P0"))
        if self.chance(0.3):
            family = self.family()
            branch["quantity"] = family.quantity
            if self.chance(0.5):
                branch |= _random_range(self.random, family)
        return branch | (self.period() if self.chance(0.1 + self.sizes.trouble / 2) else {})
