"""The form of a certificate: its fields as they were typed, and the certificate that they make, field by field.

A field and the place of what it makes have one name between them, so that what is wrong is told at the field: the input
`results-0-low` is `$.results[0].low`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from api.language import Bilingual
from registry.exchange.identifiers import derived_id
from traceability.interchange import record_from
from traceability.json_text import positional
from traceability.problems import InputError
from traceability.records import Amount, Certificate, CertificateKind, Outcome, Result, Uncertainty

MOST_RESULTS = 12  # Rows of one form; a paper with more comes by import.
LARGEST_NUMBER = 40  # Characters.
NOTICE = "result_notice"  # 检定结果通知书: a verification that failed; a choice of the form, no kind of certificate.

PAPERS: dict[str, Bilingual] = {
    CertificateKind.VERIFICATION: Bilingual("检定证书", "Verification certificate"),
    CertificateKind.CALIBRATION: Bilingual("校准证书", "Calibration certificate"),
    CertificateKind.REFERENCE_MATERIAL: Bilingual("标准物质证书", "Reference material certificate"),
    NOTICE: Bilingual("检定结果通知书（不合格）", "Rejection notice (failed)"),
}
_TEXTS = ("number", "issuer", "serial", "as_found")
_DAYS = ("calibrated_on", "issued_on", "valid_until", "opened_on")
_OF_ROW = (
    ("quantity", "quantity"),
    ("unit", "unit"),
    ("low", "low"),
    ("high", "high"),
    ("uncertainty", "uncertainty.value"),
    ("uncertainty_unit", "uncertainty.unit"),
    ("k", "uncertainty.k"),
    ("error", "error.value"),
    ("error_unit", "error.unit"),
    ("mpe", "max_permissible_error.value"),
    ("mpe_unit", "max_permissible_error.unit"),
)
ROW = tuple(name for name, _ in _OF_ROW)
_PLACES = dict(_OF_ROW)
REFERENCE = "reference:"  # Before the id of a standard in the name of its box.
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_RESULT = re.compile(r"\$\.results\[(\d+)\]")
_REFERENCE = re.compile(r"\$\.references\[(\d+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationForm:
    """What stands in the form: texts by field, a mapping for each row of results, the ids of the standards chosen."""

    values: Mapping[str, str]
    rows: tuple[Mapping[str, str], ...]
    references: tuple[str, ...]

    def day(self) -> date | None:
        """The day of the work, where one is given that can be read."""
        try:
            return date.fromisoformat(self.values.get("calibrated_on", ""))
        except ValueError:
            return None


def blank_form(issuer: str, serial: str | None, today: date, quantities: tuple[str, ...]) -> CalibrationForm:
    """The form for a new certificate of an item: a row for each quantity that it is used for."""
    values = {
        "kind": CertificateKind.CALIBRATION.value,
        "issuer": issuer,
        "serial": serial or "",
        "calibrated_on": str(today),
        "issued_on": str(today),
        "outcome": Outcome.PASS.value,
    }
    rows = tuple({"quantity": quantity} for quantity in quantities[:MOST_RESULTS]) or ({},)
    return CalibrationForm(values=values, rows=rows, references=())


def form_of(certificate: Certificate) -> CalibrationForm:
    """The form that makes a certificate as it is on record, to correct it by another."""
    is_notice = certificate.kind is CertificateKind.VERIFICATION and certificate.outcome is Outcome.FAIL
    values = {
        name: "" if (value := getattr(certificate, name)) is None else str(value)
        for name in (*_TEXTS, *_DAYS, "outcome", "use_within_days")
    }
    values |= {"kind": NOTICE if is_notice else certificate.kind.value, "adjusted": "1" if certificate.adjusted else ""}
    rows = tuple(dict(_typed(result)) for result in certificate.results) or ({},)
    return CalibrationForm(values=values, rows=rows, references=tuple(each.item for each in certificate.references))


def _typed(result: Result) -> Iterator[tuple[str, str]]:
    def number(value: Decimal | None) -> str:
        return "" if value is None else positional(value)

    yield from (
        ("quantity", result.quantity),
        ("unit", result.unit),
        ("low", number(result.low)),
        ("high", number(result.high)),
    )
    stated: tuple[tuple[str, Uncertainty | Amount | None], ...] = (
        ("uncertainty", result.uncertainty),
        ("error", result.error),
        ("mpe", result.max_permissible_error),
    )
    for name, amount in stated:
        if amount is not None:
            yield name, number(amount.value)
            yield f"{name}_unit", amount.unit
    if result.uncertainty is not None:
        yield "k", number(result.uncertainty.k)


def read_form(fields: Mapping[str, str]) -> CalibrationForm:
    """What was typed; with a row more, or one less, where that is what was asked for (`do`)."""
    rows = [
        {name: fields.get(f"results-{index}-{name}", "").strip() for name in ROW}
        for index in range(MOST_RESULTS)
        if any(f"results-{index}-{name}" in fields for name in ROW)
    ]
    do, _, which = fields.get("do", "").partition(":")
    if do == "remove_result" and which.isdecimal() and int(which) < len(rows):
        del rows[int(which)]
    if do == "add_result" and len(rows) < MOST_RESULTS:
        rows.append({"quantity": rows[-1]["quantity"], "unit": rows[-1]["unit"]} if rows else {})
    chosen = [name.removeprefix(REFERENCE) for name, value in fields.items() if name.startswith(REFERENCE) and value == "1"]
    typed = fields.get("other_reference", "").strip()
    return CalibrationForm(
        values={name: value.strip() for name, value in fields.items() if not name.startswith(("results-", REFERENCE))},
        rows=tuple(rows),
        references=tuple(dict.fromkeys([*chosen, *([typed] if typed else [])])),
    )


def certificate_of(form: CalibrationForm, item_id: str, replaced: Certificate | None = None) -> Certificate:
    """The certificate that the form makes; InputError at the field that cannot be read.

    Its id follows from issuer, number and item, so that the same paper is recorded once; of a correction, which may keep the
    number, also from what it replaces.
    """
    values = form.values
    told: dict[str, Any] = {name: values[name] for name in (*_TEXTS, *_DAYS) if values.get(name)}
    for name in ("number", "issuer", "calibrated_on", "issued_on"):
        if name not in told:
            raise InputError(f"$.{name}", "this is needed", "此项必填")
    is_notice = values.get("kind") == NOTICE
    corrected = [] if replaced is None else [replaced.id]
    told |= {
        "id": derived_id("", "certificate", told["number"], told["issuer"], told["number"], item_id, *corrected),
        "item": item_id,
        "kind": CertificateKind.VERIFICATION.value if is_notice else values.get("kind", ""),
        "outcome": Outcome.FAIL.value if is_notice else values.get("outcome", ""),
        "adjusted": values.get("adjusted") == "1",
        "results": [dict(_result(row, index)) for index, row in enumerate(_filled(form.rows))],
        "references": [{"item": id_} for id_ in form.references],
    }
    if values.get("use_within_days"):
        told["use_within_days"] = _decimal(values["use_within_days"], "$.use_within_days")
    return record_from(told, Certificate)


def _filled(rows: tuple[Mapping[str, str], ...]) -> tuple[Mapping[str, str], ...]:
    """The rows without empty ones at the end, which nobody meant; one between others is told as wrong."""
    last = max((index for index, row in enumerate(rows) if any(row.values())), default=-1)
    return rows[: last + 1]


def _result(row: Mapping[str, str], index: int) -> Iterator[tuple[str, Any]]:
    place = f"$.results[{index}]"
    for name in ("quantity", "unit"):
        if not row.get(name):
            raise InputError(f"{place}.{name}", "this is needed", "此项必填")
        yield name, row[name]
    for name in ("low", "high"):
        if row.get(name):
            yield name, _decimal(row[name], f"{place}.{name}")
    for name, made in (("uncertainty", "uncertainty"), ("error", "error"), ("mpe", "max_permissible_error")):
        if not row.get(name):
            continue
        amount = {
            "value": _decimal(row[name], f"{place}.{made}.value"),
            "unit": row.get(f"{name}_unit") or row["unit"],
        }
        if name == "uncertainty" and row.get("k"):
            amount["k"] = _decimal(row["k"], f"{place}.{made}.k")
        yield made, amount


def _decimal(text: str, place: str) -> Decimal:
    if len(text) > LARGEST_NUMBER or not _NUMBER.fullmatch(text):
        raise InputError(place, f"{text[:LARGEST_NUMBER]!r} is not a number", f"{text[:LARGEST_NUMBER]!r} 不是数")
    return Decimal(text)


def field_at(path: str, form: CalibrationForm) -> str:
    """The name of the input, row (`results-0`) or standard that a place in the certificate is made from; empty for all."""
    row = _RESULT.match(path)
    if row is not None:
        rest = path[row.end() :].removeprefix(".")
        name = next((name for name, place in _PLACES.items() if place == rest), None)
        return f"results-{row[1]}" + (f"-{name}" if name else "")
    reference = _REFERENCE.match(path)
    if reference is not None:
        number = int(reference[1])
        return REFERENCE + form.references[number] if number < len(form.references) else "references"
    name = path.removeprefix("$").removeprefix(".")
    return name.partition(".")[0]
