"""A Digital Calibration Certificate as values, neutral to its version: what the file says, before anything is made of it.

Texts are in the best language for the readers (Chinese, English, else the first of the file), NFC, placeholders (`-`) left out.
Numbers are exact, dates civil days. Nothing here is a judgement: a claim of traceability is kept as a claim.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from registry.exchange.dcc.findings import Finding, Place

_CERTIFICATE_NUMBER = re.compile(r"certificate (?:no|num|id)|kalibrierschein|zertifikat|证书编号|证书号", re.IGNORECASE)
MAKER = "manufacturer"  # The issuer of a serial number, as identifications name it.


class SignatureState(StrEnum):
    """What is known of the electronic signature in the file. Reading a file never checks one."""

    UNSIGNED = "unsigned"
    NOT_CHECKED = "signed, not checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification:
    """A number or mark of a thing or a document: who gave it (`manufacturer`, `calibrationLaboratory`, `customer`, `owner`,
    `other`), the mark itself, and what it is called (`Serial no.`).
    """

    issuer: str
    value: str
    name: str | None = None
    ref_types: tuple[str, ...] = ()
    is_called_serial: bool = False

    @property
    def is_certificate_number(self) -> bool:
        """Whether it is the number of a certificate, by its term or its name (not that of an order or a calibration mark)."""
        is_term = any("certificateidentification" in term.lower() for term in self.ref_types)
        return is_term or _CERTIFICATE_NUMBER.search(self.name or "") is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What an item and a piece of measuring equipment have in common: name, maker, model and marks."""

    name: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    identifications: tuple[Identification, ...] = ()

    @property
    def serial(self) -> str | None:
        """The serial number: the maker's mark that is called so, else the first mark of the maker. Nothing without one."""
        of_maker = [each for each in self.identifications if each.issuer == MAKER]
        called_so = [each for each in of_maker if each.is_called_serial]
        return next((each.value for each in (*called_so, *of_maker)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratedItem(Thing):
    """A calibrated item, the id by which results refer to it, and the marks of its sub-items (DCC 3.3)."""

    ref_id: str | None = None
    parts: tuple[Identification, ...] = ()
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """How a certificate or report is named (hashType): its numbers, where it can be fetched, and the digest of its file.

    `sha256` is there when the procedure is SHA-256 and the value is one. `is_in_validity_range` and `is_traceable` are claims
    of the citing laboratory (DCC 3.2). `further` are the numbers of reports linked below it.
    """

    numbers: tuple[str, ...] = ()
    locators: tuple[str, ...] = ()
    issuer: str | None = None
    procedure: str | None = None
    sha256: str | None = None
    is_in_validity_range: bool | None = None
    is_traceable: bool | None = None
    further: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment(Thing):
    """A piece of measuring equipment that was used, and the certificate cited for it. `position` counts from 1."""

    position: int
    ref_types: tuple[str, ...] = ()
    citation: Citation | None = None
    description: str | None = None
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Laboratory:
    """The calibration laboratory: name, code (its accreditation number in practice) and country (ISO 3166 alpha-2)."""

    name: str
    code: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedResult:
    """One result: a quantity over a range with U and k (results.py says how they are chosen).

    `quantity` is the kind told by the unit, else the certificate's own term; `unit` is of the range, `uncertainty_unit` of U;
    `raw_unit` is the text of the file. A result whose unit is not known has no `unit`, an error whose points are not known no
    bounds; no record can hold those. `is_open`: that a bound is open is said and not left out. It, `error` and
    `permissible_error` (value and unit) are read of renderings of this registry alone. `items` are the ids of the items it is
    for, `text` all that its names say; both are empty when the file does not say.
    """

    quantity: str
    name: str | None
    ref_types: tuple[str, ...]
    raw_unit: str
    unit: str | None
    low: Decimal | None
    high: Decimal | None
    is_open: bool = False
    uncertainty: Decimal | None = None
    uncertainty_unit: str | None = None
    k: Decimal | None = None
    error: tuple[Decimal, str] | None = None
    permissible_error: tuple[Decimal, str] | None = None
    items: frozenset[str] = frozenset()
    text: str = ""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement of the certificate, or of one of its results (`is_beside_results`): claims and declarations.

    `conformity`: pass, fail, conditionalPass, conditionalFail, noPass, noFail. `is_traceable` and `is_valid` are claims.
    """

    ref_types: tuple[str, ...] = ()
    ref_ids: frozenset[str] = frozenset()
    convention: str | None = None
    declaration: str | None = None
    is_traceable: bool | None = None
    is_valid: bool | None = None
    conformity: tuple[str, ...] = ()
    on: date | None = None
    period: str | None = None
    is_beside_results: bool = False
    place: Place

    @property
    def is_of_document(self) -> bool:
        """Whether it speaks of the certificate as a whole."""
        return not self.is_beside_results and not self.ref_ids

    @property
    def claims_traceability(self) -> bool:
        """Whether it claims that results are traceable (d:traceable, or the term of the vocabulary with d:valid)."""
        return bool(self.is_traceable or (self.is_valid and "basic_metrologicallyTraceableToSI" in self.ref_types))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacedReport:
    """The earlier certificate that this one amends or substitutes (DCC 3.2.1), by its unique identifier."""

    type_of_change: str | None
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationDocument:
    """All that is read of one DCC. `sha256` is the digest (hex) of the bytes that were read, which are kept as they came.

    `calibrated_on` is endPerformanceDate; `issued_on` is there only when the file states it. A DCC states no validity.
    `was_adjusted`: results are stated to be those after an adjustment. `part_serials` are serial numbers of parts that result
    names mention ("Section IN, S/N: 21091"); `findings` are the remarks made while reading.
    """

    sha256: str
    schema_version: str | None
    number: str
    other_identifications: tuple[Identification, ...] = ()
    laboratory: Laboratory
    country: str | None = None
    customer: str | None = None
    performance_location: str | None = None
    begun_on: date | None = None
    calibrated_on: date
    issued_on: date | None = None
    items: tuple[CalibratedItem, ...]
    part_serials: tuple[str, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    results: tuple[ReportedResult, ...] = ()
    statements: tuple[Statement, ...] = ()
    was_adjusted: bool = False
    replaced: ReplacedReport | None = None
    previous_report: Citation | None = None
    signature: SignatureState = SignatureState.UNSIGNED
    findings: tuple[Finding, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers under which others may cite it: the unique identifier, and what the file calls its certificate number."""
        others = (each.value for each in self.other_identifications if each.is_certificate_number)
        return tuple(dict.fromkeys((self.number, *others)))

    @property
    def claims_traceability(self) -> bool:
        """Whether the file says of itself that its results are traceable. A claim, never evidence."""
        return any(statement.claims_traceability for statement in self.statements)
