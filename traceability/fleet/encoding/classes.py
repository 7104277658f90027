"""Kind, outcome, results and competence of certificates as classes; what repeats is told once."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from traceability.fleet import shapes
from traceability.fleet.codes import array_of, grouped, list_codes, pair_codes, places_in, row_codes, text_codes
from traceability.fleet.columns import Array, Capability
from traceability.fleet.encoding.parts import DAY_BITS, KINDS, OUTCOMES, TEXT_OF_PURPOSE, Parts, Places, in_positions, keyed
from traceability.fleet.sheets import Sheets, day_of
from traceability.records import CertificateKind, Competence, Outcome, Period, Result, Scheme

_TEXT_OF_RESULT = (
    "quantity", "unit", "low", "high", "uncertainty_value", "uncertainty_unit", "uncertainty_k", "error_value", "error_unit",
    "max_permissible_error_value", "max_permissible_error_unit",
)  # fmt: skip
_TEXT_OF_SCOPE = (*TEXT_OF_PURPOSE, "best_value", "best_unit", "best_k")


class Stated(NamedTuple):
    """What certificates state: the distinct lists of results (`shapes`), and those without errors (`plains`, shapes.py)."""

    shape: Array  # By row of certificates.
    shapes: list[tuple[Result, ...]]
    plain_of_shape: Array
    plains: list[tuple[Result, ...]]


def results_of(sheets: Sheets) -> Stated:
    """The results of all certificates."""
    table = in_positions(sheets["results"], "certificate_entry")
    codes, rows = row_codes([table[name] for name in _TEXT_OF_RESULT])
    entries = array_of(sheets["certificates"]["entry"])
    taken, offset = grouped(Places(entries).of(array_of(table["certificate_entry"])), len(entries))
    shape, lists = list_codes(offset, codes[taken])
    values, bare = [shapes.result(row) for row in rows], [shapes.bare_result(row[: shapes.BARE]) for row in rows]
    distinct = [tuple(values[each] for each in one) for one in lists]
    plain_of = [tuple(bare[each] for each in one) for one in lists]
    plains = list(dict.fromkeys([(), *plain_of]))
    number = {plain: place for place, plain in enumerate(plains)}
    return Stated(shape, distinct, np.array([number[each] for each in plain_of], np.int64), plains)


class Classes(NamedTuple):
    """Kind, outcome, results and competence of certificates as one number."""

    of_certificate: Array
    plain: Array  # By class.
    words: tuple[tuple[CertificateKind, Outcome, int, int], ...]
    competences: list[Capability]


def classes_of(sheets: Sheets, parts: Parts, rows: Array, stated: Stated) -> Classes:
    """The classes of certificates, whose columns `parts` holds and whose rows `rows`."""
    in_force, sets = _in_force(sheets, parts, rows)
    shape = stated.shape[rows]
    capability, of_set, of_plain = pair_codes(in_force, stated.plain_of_shape[shape])
    capabilities = [shapes.capability(sets[one], stated.plains[other]) for one, other in zip(of_set, of_plain, strict=True)]
    merged = list(dict.fromkeys(capabilities))
    number = {each: place for place, each in enumerate(merged)}
    capability = np.array([number[each] for each in capabilities], np.int64)[capability]
    one, shape_of, capability_of = pair_codes(shape, capability)
    code, pair, word = pair_codes(one, parts["kind"] * len(OUTCOMES) + parts["outcome"])
    words = zip(word.tolist(), shape_of[pair].tolist(), capability_of[pair].tolist(), strict=True)
    return Classes(
        of_certificate=code,
        plain=stated.plain_of_shape[shape_of[pair]],
        words=tuple((KINDS[one // len(OUTCOMES)], OUTCOMES[one % len(OUTCOMES)], *others) for one, *others in words),
        competences=merged,
    )


def _in_force(sheets: Sheets, parts: Parts, rows: Array) -> tuple[Array, list[shapes.InForce]]:
    """Which competences of the issuer were in force on the day of each certificate, as a number; the distinct sets."""
    sets: dict[shapes.InForce, int] = {frozenset(): 0}
    of_issuer = _competences(sheets)
    issuers = pa.array(list(of_issuer), pa.string())
    keys, values = [np.int64(-1)], [0]
    for issuer, competences in enumerate(of_issuer.values()):
        keys.append(np.int64(issuer) << DAY_BITS)
        values.append(0)
        for day, in_force in shapes.calendar_of(competences):
            keys.append((np.int64(issuer) << DAY_BITS) + np.int64(day.toordinal() - 1))  # From 0001-01-01.
            values.append(sets.setdefault(in_force, len(sets)))
    codes, names = text_codes(sheets["certificates"]["issuer"])
    issuer_of_code = places_in(names, issuers)
    by_row = issuer_of_code[codes[rows]] if len(rows) else np.empty(0, np.int64)
    asked = np.where(by_row >= 0, keyed(by_row, parts["calibrated_on"]), -1)
    return np.array(values)[np.searchsorted(np.array(keys), asked, side="right") - 1], list(sets)


def _competences(sheets: Sheets) -> dict[str, list[Competence]]:
    """The competences of organizations, as far as days and scopes go."""
    table = sheets["competences"]
    suspended: dict[int, list[Period]] = {}
    for row in sheets["suspensions"].to_pylist():
        until = None if row["until"] is None else day_of(row["until"])
        suspended.setdefault(row["competence_entry"], []).append(Period(start=day_of(row["start"]), until=until))
    scopes = in_positions(sheets["scope_rows"], "competence_entry")
    codes, rows = row_codes([scopes[name] for name in _TEXT_OF_SCOPE])
    values = [shapes.scope(row) for row in rows]
    scope_of: dict[int, list[Any]] = {}
    for entry, code in zip(array_of(scopes["competence_entry"]).tolist(), codes.tolist(), strict=True):
        scope_of.setdefault(entry, []).append(values[code])
    of_issuer: dict[str, list[Competence]] = {}
    shared: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for row in table.to_pylist():
        scope = tuple(scope_of.get(row["entry"], ()))
        competence = Competence(
            id="-",
            organization=row["organization"],
            scheme=Scheme(row["scheme"]),
            number="-",
            valid_from=day_of(row["valid_from"]),
            valid_until=None if row["valid_until"] is None else day_of(row["valid_until"]),
            suspensions=tuple(suspended.get(row["entry"], ())),
            scope=shared.setdefault(scope, scope),
        )
        of_issuer.setdefault(row["organization"], []).append(competence)
    return of_issuer
