"""A registry of any size as tables of records: a city like that of bench.synthetic, drawn all at once.

About 1 % of the items are standards in four levels, each with four yearly certificates; a meter has two or three. `is_local`:
a laboratory's meters rest on the laboratory's own standards, as in life, and a few on hubs that serve all; otherwise on any of
the level, the worst case for caches. Defects are rare and of every kind: withdrawn, failed, limited and adjusted certificates,
repairs, failed interim checks, retirements, lapsed competence.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from traceability.fleet.columns import Array
from traceability.fleet.sheets import SHEETS, Sheets

FIRST = 19358  # 2023-01-01 in days since 1970-01-01.
TODAY = 20780  # 2026-11-23.
_LEVELS = (0.01, 0.05, 0.24, 0.70)  # Shares of the standards, nearest to the anchors first.
_QUANTITIES = ("active energy", "volume", "mass", "temperature")
_UNITS = ("kW*h", "m^3", "kg", "degC")
_METERS_A_LABORATORY = 2500
_HUBS, _TO_HUBS = 4, 0.03  # Of each level so many standards serve everybody as well, for this share of all references.


def sheets(meters: int, seed: int = 1, *, is_local: bool = False) -> Sheets:
    """The tables of records, as the encoder reads them."""
    return _City(meters, np.random.default_rng(seed), is_local=is_local).sheets()


class _City:
    def __init__(self, meters: int, choice: np.random.Generator, *, is_local: bool) -> None:
        self.choice = choice
        self.is_local = is_local
        self.meters = meters
        standards = max(len(_LEVELS) * 4, meters // 100)
        self.sizes = np.array([4, *(max(4, round(standards * share)) for share in _LEVELS), meters])
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)])
        self.laboratories = max(8, meters // _METERS_A_LABORATORY)

    def sheets(self) -> Sheets:
        level = np.repeat(np.arange(6), self.sizes)
        place = np.arange(len(level)) - self.starts[level]
        of_item, day, round_ = self.calibrations(level)
        upper, of_certificate = self.references(level, place, of_item)
        return {
            **{name: schema.empty_table() for name, schema in SHEETS.items()},
            "items": self.items(level, place),
            **self.certificates(level, place, of_item, day, round_),
            "certificate_references": self.uses(level, place, of_item, upper, of_certificate),
            "events": self.events(),
            **self.competences(),
        }

    def items(self, level: Array, place: Array) -> pa.Table:
        names = pa.array(["NS-", "S1-", "S2-", "S3-", "S4-", "M-"])
        self.ids = pc.binary_join_element_wise(names.take(pa.array(level)), _padded(place), "")
        kinds = pa.array(["national_standard", *["measurement_standard"] * 4, "meter"])
        retired = self.rarely(len(level), 0.001) & (level == 5)
        return _table(
            "items",
            entry=np.arange(len(level)),
            id=self.ids,
            kind=kinds.take(pa.array(level)),
            country=_constant("CN", len(level)),
            interval_months=pa.array(np.where(level == 5, 24, 12), pa.int32(), mask=level == 0),
            retired_on=pa.array(TODAY - self.choice.integers(-200, 200, len(level)), pa.int32(), mask=~retired),
        )

    def calibrations(self, level: Array) -> tuple[Array, Array, Array]:
        """Item, day and round of each certificate."""
        of_item, days, rounds = [], [], []
        for year in range(4):
            has_one = (level > 0) & ((level < 5) | (year < 2) | ((year == 2) & (np.arange(len(level)) % 10 < 3)))
            who = np.flatnonzero(has_one)
            is_meter = level[who] == 5
            day = np.where(
                is_meter,
                FIRST + 500 + 300 * year + self.choice.integers(0, 200, len(who)),
                FIRST + 365 * year + self.choice.integers(0, 30, len(who)) + 40 * level[who] + 100,
            )
            of_item.append(who)
            days.append(np.minimum(day, TODAY))
            rounds.append(np.full(len(who), year))
        item, day, round_ = np.concatenate(of_item), np.concatenate(days), np.concatenate(rounds)
        order = np.lexsort((round_, item))
        return item[order], day[order], round_[order]

    def references(self, level: Array, place: Array, of_item: Array) -> tuple[Array, Array]:
        """The item that each reference uses, and the certificate that it belongs to."""
        above = level[of_item] - 1
        share = place[of_item] / self.sizes[level[of_item]]
        one = self.near(above, share)
        other = self.near(above, share)
        has_two = (self.choice.random(len(of_item)) < 0.5) & (above > 0) & (one != other)
        certificates = np.arange(len(of_item))
        upper = np.concatenate([one, other[has_two]])
        owner = np.concatenate([certificates, certificates[has_two]])
        order = np.lexsort((upper, owner))
        return upper[order], owner[order]

    def near(self, above: Array, share: Array) -> Array:
        """One item of the level above for each: of the same quantity, and of the same laboratory where that is wanted."""
        size = self.sizes[above]
        if self.is_local:
            place = (share * size + self.choice.integers(0, 6, len(share))).astype(np.int64)
            # Some go to those that serve the whole country.
            is_to_hub = self.rarely(len(share), _TO_HUBS)
            place[is_to_hub] = self.choice.integers(0, _HUBS, int(is_to_hub.sum()))
        else:
            place = self.choice.integers(0, 1 << 40, len(share))
        found: Array = self.starts[above] + place % size
        return found

    def certificates(self, level: Array, place: Array, of_item: Array, day: Array, round_: Array) -> dict[str, pa.Table]:
        size = len(of_item)
        outcome = np.where(self.rarely(size, 0.0003), 1, np.where(self.rarely(size, 0.002), 2, 0))
        entries = np.arange(size)
        issuer = (place[of_item] / self.sizes[level[of_item]] * self.laboratories).astype(np.int64)
        self.certificate_ids = pc.binary_join_element_wise(
            self.ids.take(pa.array(of_item)), pa.array(round_).cast(pa.string()), "/"
        )
        printed = self.rarely(size, 0.5)
        certificates = _table(
            "certificates",
            entry=entries,
            id=self.certificate_ids,
            number=pc.binary_join_element_wise(pa.scalar("No. "), self.certificate_ids, ""),
            kind=_constant("calibration", size),
            issuer=pc.binary_join_element_wise(pa.scalar("LAB-"), _padded(issuer), ""),
            item=self.ids.take(pa.array(of_item)),
            calibrated_on=day,
            issued_on=day + 5 + self.choice.integers(0, 5, size),
            valid_until=pa.array(day + np.where(level[of_item] == 5, 729, 364), pa.int32(), mask=~printed),
            outcome=pa.array(["pass", "fail", "limited"]).take(pa.array(outcome)),
            adjusted=self.rarely(size, 0.01).astype(np.int32),
        )
        voided = np.flatnonzero(self.rarely(size, 0.0005))
        withdrawals = _table("withdrawals", certificate_entry=voided, void_from=day[voided] + 30)
        # The results of a certificate: what it states depends on its level and quantity, and a little on chance.
        u = np.where(level[of_item] == 5, 45 + self.choice.integers(0, 10, size), 3 ** np.maximum(level[of_item] - 1, 0))
        error = self.choice.integers(0, 40, size)
        quantity = pa.array(place[of_item] % 4)
        percent = _constant("%", size)
        results = _table(
            "results",
            certificate_entry=entries,
            position=np.zeros(size, np.int32),
            quantity=pa.array(_QUANTITIES).take(quantity),
            unit=pa.array(_UNITS).take(quantity),
            low=_constant("0.1", size),
            high=_constant("100", size),
            uncertainty_value=_hundredths(u),
            uncertainty_unit=percent,
            uncertainty_k=_constant("2", size),
            error_value=_hundredths(error),
            error_unit=percent,
            max_permissible_error_value=_constant("2.0", size),
            max_permissible_error_unit=percent,
        )
        return {"certificates": certificates, "withdrawals": withdrawals, "results": results}

    def uses(self, level: Array, place: Array, of_item: Array, upper: Array, of_certificate: Array) -> pa.Table:
        size = len(upper)
        quantity = np.where(level[upper] == 0, -1, place[upper] % 4)
        same = quantity == place[of_item[of_certificate]] % 4
        code = pa.array(np.maximum(quantity, 0), mask=~same)
        first = np.concatenate([[True], np.diff(of_certificate) > 0]) if size else np.empty(0, bool)
        low = pa.array(np.full(size, 1), mask=~same)
        return _table(
            "certificate_references",
            certificate_entry=of_certificate,
            position=(~first).astype(np.int32),
            item=self.ids.take(pa.array(upper)),
            quantity=pa.array(_QUANTITIES).take(code),
            unit=pa.array(_UNITS).take(code),
            low=pa.array(["0", "1"]).take(low),
            high=pa.array(["", "50"]).take(low),
        )

    def events(self) -> pa.Table:
        """An interim check of every tenth meter; rarely one that failed, or a repair."""
        meters = self.starts[5] + np.arange(0, self.meters, 10)
        kind = self.choice.choice(3, len(meters), p=(0.98, 0.005, 0.015))
        return _table(
            "events",
            item=self.ids.take(pa.array(meters)),
            kind=pa.array(["interim_check_passed", "interim_check_failed", "repaired"]).take(pa.array(kind)),
            happened_on=TODAY - self.choice.integers(0, 600, len(meters)),
        )

    def competences(self) -> dict[str, pa.Table]:
        size = self.laboratories
        entries = np.arange(size)
        organizations = pc.binary_join_element_wise(pa.scalar("LAB-"), _padded(entries), "")
        lapsed = self.rarely(size, 0.01)
        competences = _table(
            "competences",
            entry=entries,
            organization=organizations,
            scheme=_constant("measurement_standard", size),
            valid_from=np.full(size, FIRST - 1000),
            valid_until=pa.array(np.where(lapsed, TODAY - 200, TODAY + 1000), pa.int32()),
        )
        rows = 4 * size
        which = pa.array(np.tile(np.arange(4), size))
        scope = _table(
            "scope_rows",
            competence_entry=np.repeat(entries, 4),
            position=np.tile(np.arange(4), size),
            quantity=pa.array(_QUANTITIES).take(which),
            unit=pa.array(_UNITS).take(which),
            low=_constant("0", rows),
            high=_constant("10000", rows),
            best_value=_constant("0.001", rows),
            best_unit=_constant("%", rows),
            best_k=_constant("2", rows),
        )
        return {"competences": competences, "scope_rows": scope}

    def rarely(self, size: int, share: float) -> Array:
        chosen: Array = self.choice.random(size) < share
        return chosen


def _table(sheet: str, **columns: Any) -> pa.Table:
    schema = SHEETS[sheet]
    size = len(next(iter(columns.values())))
    arrays = []
    for each in schema:
        values = columns.get(each.name)
        array = pa.nulls(size, each.type) if values is None else values if isinstance(values, pa.Array) else pa.array(values)
        arrays.append(array.cast(each.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def _padded(numbers: Array) -> pa.Array:
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 8, "0")


def _constant(text: str, size: int) -> pa.Array:
    return pa.array([text]).take(pa.array(np.zeros(size, np.int64)))


def _hundredths(numbers: Array) -> pa.Array:
    texts = pa.array([f"{number / 100:.2f}" for number in range(int(numbers.max(initial=0)) + 1)])
    return texts.take(pa.array(numbers))
