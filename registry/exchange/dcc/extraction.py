"""Bytes of a DCC -> CalibrationDocument: the version-neutral reader of DCC 2.1 to 3.3 (later 3.x leniently).

Refused, with the place, is a document without what makes it a certificate of anything: one number, one laboratory, the day
the calibration ended, and an item. All else may be missing; it is then missing in the result, or remarked.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from registry.exchange.dcc.document import (
    CalibratedItem,
    CalibrationDocument,
    Citation,
    Equipment,
    Laboratory,
    ReplacedReport,
    SignatureState,
)
from registry.exchange.dcc.equipment import (
    MAX_EQUIPMENT,
    MAX_ITEMS,
    MAX_NUMBER,
    MAX_NUMBERS,
    condition_certificates,
    containers,
    part_serials,
    read_citation,
    read_equipment,
    read_identifications,
    read_items,
)
from registry.exchange.dcc.findings import Code, Remarks
from registry.exchange.dcc.parsing import DocumentRefused, parse, refusal_at
from registry.exchange.dcc.reading import Element, child, children, date_from, said, text_of, wording
from registry.exchange.dcc.recognition import NEWEST, major_minor
from registry.exchange.dcc.results import reported
from registry.exchange.dcc.statements import optional_date, read_statements, was_adjusted
from registry.exchange.dcc.tables import result_names, tables

_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_COUNTRY = re.compile("[A-Z]{2}")  # ISO 3166 alpha-2.


def read_dcc(data: bytes) -> CalibrationDocument:
    """What a DCC says. DocumentRefused when the bytes are no DCC, or one that lacks number, laboratory, date or item.

    The caller keeps `data` as it came, under `sha256` of the result. Nothing is fetched, no signature is checked, and no
    schema is applied (schema.schema_validity does that, where schemas are at hand).
    """
    parsed = parse(data)
    root = parsed.root
    remarks = Remarks()
    _remark_version(root, parsed.version, remarks)
    administrative = _single(root, "administrativeData")
    core = _single(administrative, "coreData")
    results = child(root, "measurementResults")
    places = tuple(containers(results))
    read = CalibrationDocument(
        sha256=parsed.sha256,
        schema_version=parsed.version,
        number=_number(core),
        other_identifications=read_identifications(core),
        laboratory=_laboratory(administrative, core),
        country=_country(text_of(child(core, "countryCodeISO3166_1"))),
        customer=wording(child(administrative, "customer", "name")),
        performance_location=said(child(core, "performanceLocation")),
        begun_on=optional_date(core, "beginPerformanceDate", remarks),
        calibrated_on=_calibrated_on(core),
        issued_on=optional_date(core, "issueDate", remarks),
        items=_items(administrative),
        part_serials=part_serials(result_names(results)),
        equipment=_equipment(places, remarks),
        results=reported(tables(results, remarks), remarks),
        statements=read_statements(administrative, places, remarks),
        was_adjusted=was_adjusted(places),
        replaced=_replaced(core),
        previous_report=_previous(core, remarks),
        signature=_signature(root, remarks),
    )
    for place, cited in condition_certificates(places):
        if cited.numbers:
            remarks.add(Code.CONDITION_CERTIFICATE, place, numbers=", ".join(cited.numbers))
    return replace(read, findings=remarks.all())


def _remark_version(root: Element, version: str | None, remarks: Remarks) -> None:
    numbers = major_minor(version)
    if numbers is None:
        remarks.add(Code.VERSION_UNKNOWN, root)
    elif numbers > NEWEST:
        remarks.add(Code.VERSION_NEWER, root, version=version)


def _single(parent: Element, name: str) -> Element:
    """The one child of that name. Two of them would let two readers see two different certificates."""
    found = list(children(parent, name))
    if len(found) > 1:
        raise _refused(found[1], f"a second {name}", f"出现第二个 {name}")
    if not found:
        raise _refused(parent, f"no {name}", f"缺少 {name}")
    return found[0]


def _number(core: Element) -> str:
    element = _single(core, "uniqueIdentifier")
    number = said(element)
    if number is None:
        raise _refused(element, "the unique identifier (certificate number) is empty", "唯一标识（证书编号）为空")
    if len(number) > MAX_NUMBER:
        raise _refused(
            element, f"a certificate number of more than {MAX_NUMBER} characters", f"证书编号超过 {MAX_NUMBER} 个字符"
        )
    return number


def _calibrated_on(core: Element) -> date:
    element = _single(core, "endPerformanceDate")
    on = date_from(text_of(element) or "")
    if on is None:
        raise _refused(element, "endPerformanceDate is not a date", "endPerformanceDate 不是日期")
    return on


def _laboratory(administrative: Element, core: Element) -> Laboratory:
    element = _single(administrative, "calibrationLaboratory")
    contact = child(element, "contact")
    name = wording(child(contact, "name"))
    if name is None:
        raise _refused(element, "the calibration laboratory has no name", "校准实验室没有名称")
    location = text_of(child(contact, "location", "countryCode"))
    return Laboratory(
        name=name,
        code=said(child(element, "calibrationLaboratoryCode")),
        country=_country(location) or _country(text_of(child(core, "countryCodeISO3166_1"))),
    )


def _country(text: str | None) -> str | None:
    return text if text is not None and _COUNTRY.fullmatch(text) else None


def _items(administrative: Element) -> tuple[CalibratedItem, ...]:
    element = _single(administrative, "items")
    items = read_items(element)
    if not items:
        raise _refused(element, "no item that was calibrated", "缺少被校准的器具")
    if len(items) > MAX_ITEMS:
        raise _refused(element, f"more than {MAX_ITEMS} items", f"器具超过 {MAX_ITEMS} 件")
    return items


def _equipment(places: Sequence[Element], remarks: Remarks) -> tuple[Equipment, ...]:
    """The equipment. Nothing may be left out of a list that is too long: each missing reference makes a chain look better."""
    equipment = read_equipment(places, remarks)
    too_long = [each for each in equipment if each.citation is not None and len(each.citation.numbers) > MAX_NUMBERS]
    if too_long or len(equipment) > MAX_EQUIPMENT:
        en = f"more than {MAX_EQUIPMENT} pieces of equipment, or more than {MAX_NUMBERS} certificates cited for one"
        zh = f"测量设备超过 {MAX_EQUIPMENT} 件，或一件设备引用的证书超过 {MAX_NUMBERS} 份"
        raise _refused(places[0], en, zh)
    return equipment


def _replaced(core: Element) -> ReplacedReport | None:
    element = child(core, "reportAmendedSubstituted")
    number = said(child(element, "replacedUniqueIdentifier"))
    if number is None or len(number) > MAX_NUMBER:
        return None
    return ReplacedReport(type_of_change=said(child(element, "typeOfChange")), number=number)


def _previous(core: Element, remarks: Remarks) -> Citation | None:
    element = child(core, "previousReport")
    if element is None:
        return None
    citation = read_citation(element)
    remarks.add(Code.PREVIOUS_REPORT, element, numbers=", ".join(citation.numbers) or citation.issuer or "-")
    return citation


def _signature(root: Element, remarks: Remarks) -> SignatureState:
    """A signature anywhere is one that nobody has checked; where it stands and what it covers is for whoever checks it."""
    signature = next(root.iter(_SIGNATURE), None)
    if signature is None:
        return SignatureState.UNSIGNED
    remarks.add(Code.SIGNATURE_NOT_CHECKED, signature)
    return SignatureState.NOT_CHECKED


def _refused(element: Element, en: str, zh: str) -> DocumentRefused:
    return refusal_at(element, "incomplete DCC", f"a DCC that cannot be recorded: {en}", f"无法登记的 DCC：{zh}")
