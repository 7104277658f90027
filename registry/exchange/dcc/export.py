"""A certificate of the records as a DCC 3.3.0: a rendering of this registry, unsigned, and marked as such.

Nothing is made up. What a DCC demands and no record holds says so (`not recorded`; country `ZZ`, which ISO 3166 leaves to its
users; place `other`); the day of the calibration stands for its first day too. What a DCC has no place for is a statement.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

from lxml import etree

from registry.exchange.dcc import own_terms
from registry.exchange.dcc.elements import D, both, identification, plain, recorded, word
from registry.exchange.dcc.export_results import range_text, result_elements
from registry.exchange.dcc.own_terms import NAMESPACE, RENDERING
from registry.exchange.dcc.reading import Element
from traceability.quantities import has_bound
from traceability.records import Certificate, CertificateKind, Item, Organization, Outcome, Reference

SCHEMA_VERSION = "3.3.0"
MARK = ("登记系统重新生成，非实验室签发原件", "Registry rendering, not the original issued by the laboratory")
_UNKNOWN = ("未登记", "not recorded")
_UNKNOWN_COUNTRY = "ZZ"  # ISO 3166-1, 8.1.3: user-assigned.
_CONFORMITY = {Outcome.PASS: "pass", Outcome.FAIL: "fail", Outcome.LIMITED: "conditionalPass"}
_SCHEMA_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A certificate and what is on record of those that it names; what is not on record is not there.

    `items` and `numbers` (of certificates) are by id, the latter also of the certificate that it replaces. `replaced_by`: ids.
    """

    certificate: Certificate
    issuer: Organization | None = None
    items: Mapping[str, Item] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)
    replaced_by: tuple[str, ...] = ()


def write_dcc(rendered: Rendered) -> bytes:
    """The document, UTF-8. The same certificate gives the same bytes."""
    root = D.digitalCalibrationCertificate(
        D.administrativeData(
            D.dccSoftware(_software()),
            D.refTypeDefinitions(
                _terms("basic", "https://digilab.ptb.de/dkd/refType/vocab/index.php?tema=2"),
                _terms(NAMESPACE, "urn:traceability-registry:terms"),
            ),
            _core(rendered),
            D("items", _item(rendered)),
            _laboratory(rendered),
            D.respPersons(D.respPerson(D.person(both("name", *_UNKNOWN)))),
            D.customer(both("name", *_UNKNOWN), _location(None)),
            D.statements(*_statements(rendered)),
        ),
        D.measurementResults(_measurement(rendered)),
        {_SCHEMA_LOCATION: f"https://ptb.de/dcc https://ptb.de/dcc/v{SCHEMA_VERSION}/dcc.xsd"},
        schemaVersion=SCHEMA_VERSION,
    )
    root.insert(0, etree.Comment(f" {MARK[0]} / {MARK[1]} "))
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _software() -> Element:
    name = both("name", "溯源登记系统", "traceability-registry")
    return D.software(name, D.release(version("traceability-registry")), D.type("application"), both("description", *MARK))


def _terms(namespace: str, link: str) -> Element:
    name = both("name", f"{namespace} 术语", f"Terms of {namespace}")
    return D.refTypeDefinition(name, D.namespace(namespace), D.link(link))


def _core(rendered: Rendered) -> Element:
    certificate = rendered.certificate
    country = rendered.issuer.country if rendered.issuer is not None else None
    day = certificate.calibrated_on.isoformat()
    return D.coreData(
        D.countryCodeISO3166_1(country or _UNKNOWN_COUNTRY),
        *(D.usedLangCodeISO639_1(language) for language in ("zh", "en")),
        D.mandatoryLangCodeISO639_1("zh"),
        word("uniqueIdentifier", certificate.number or certificate.id),
        D.identifications(identification("other", certificate.id, own_terms.CERTIFICATE_ID, "登记标识", "Registry identifier")),
        D.beginPerformanceDate(day),
        D.endPerformanceDate(day),
        D.performanceLocation("other"),
        D.issueDate(certificate.issued_on.isoformat()),
        *_replaced(rendered),
    )


def _replaced(rendered: Rendered) -> Iterator[Element]:
    """The number of the certificate that it replaces; a correction of the record under the same number is a statement."""
    number = _replaced_number(rendered)
    if number is not None:
        yield D.reportAmendedSubstituted(D.typeOfChange("substituted"), word("replacedUniqueIdentifier", number))


def _replaced_number(rendered: Rendered) -> str | None:
    number = rendered.numbers.get(rendered.certificate.replaces or "")
    return number if number and number != rendered.certificate.number else None


def _item(rendered: Rendered) -> Element:
    certificate = rendered.certificate
    item = rendered.items.get(certificate.item)
    marks = [identification("other", certificate.item, "registry_itemId", "登记标识", "Registry identifier")]
    if certificate.serial:
        marks.insert(0, _serial(certificate.serial))
    name = recorded("name", item.name) if item is not None and item.name else recorded("name", certificate.item)
    return D("item", name, D.identifications(*marks), id="item1")


def _serial(serial: str) -> Element:
    return identification("manufacturer", serial, "basic_serialNumber", "出厂编号", "Serial number")


def _laboratory(rendered: Rendered) -> Element:
    issuer = rendered.issuer
    name = recorded("name", issuer.name if issuer is not None else rendered.certificate.issuer)
    return D.calibrationLaboratory(D.contact(name, _location(issuer.country if issuer is not None else None)))


def _location(country: str | None) -> Element:
    return D.location(D.countryCode(country) if country is not None else both("further", *_UNKNOWN))


def _statements(rendered: Rendered) -> Iterator[Element]:
    certificate = rendered.certificate
    yield _statement(RENDERING, *MARK)
    yield _statement(own_terms.KIND, f"记录类别：{certificate.kind}", f"Kind of record: {certificate.kind}")
    if certificate.kind is CertificateKind.VERIFICATION or certificate.outcome is not Outcome.PASS:
        yield _statement(own_terms.OUTCOME, "结论", "Outcome", D.conformity(_CONFORMITY[certificate.outcome]))
    if certificate.valid_until is not None:
        until = D.date(certificate.valid_until.isoformat())
        yield _statement(own_terms.VALID_UNTIL, "有效至（含当日）", "Valid until (last valid day)", until)
    if certificate.as_found is not None:
        yield _statement(own_terms.AS_FOUND, f"送检状态：{certificate.as_found}", f"As found: {certificate.as_found}")
    if certificate.opened_on is not None:
        yield _statement(own_terms.OPENED_ON, "启封日", "Opened on", D.date(certificate.opened_on.isoformat()))
    if certificate.use_within_days is not None:
        days = certificate.use_within_days
        yield _statement(own_terms.USE_WITHIN, f"启封后 {days} 天内使用", f"To be used within {days} days of opening")
    yield from _fate(rendered)


def _fate(rendered: Rendered) -> Iterator[Element]:
    """What became of the certificate: a reader must not take a withdrawn one for a good one."""
    certificate = rendered.certificate
    if certificate.replaces is not None and _replaced_number(rendered) is None:
        yield _statement(own_terms.REPLACES, f"替换记录 {certificate.replaces}", f"Replaces the record {certificate.replaces}")
    if certificate.withdrawal is not None:
        void_from = D.date(certificate.withdrawal.void_from.isoformat())
        on = certificate.withdrawal.on
        declared = (f"已于 {on} 撤销，自所列日期起无效", f"Withdrawn on {on}, void from the date stated")
        yield _statement(own_terms.WITHDRAWN, *declared, D.valid("false"), void_from)
    for id_ in rendered.replaced_by:
        yield _statement(own_terms.REPLACED_BY, f"已被记录 {id_} 替换", f"Replaced by the record {id_}", D.valid("false"))


def _statement(term: str, zh: str, en: str, *more: Element) -> Element:
    return D.statement(both("declaration", zh, en), *more, refType=term)


def _measurement(rendered: Rendered) -> Element:
    certificate = rendered.certificate
    used = [_equipment(rendered, each) for each in certificate.references]
    conditions = []
    if certificate.adjusted:
        data = D.data(both("text", "结果为调整后的结果。", "The results are those after an adjustment."))
        conditions = [D.influenceCondition(both("name", "调整", "Adjustment"), D.status("afterAdjustment"), data)]
    return D.measurementResult(
        both("name", "结果", "Results"),
        *([D.measuringEquipments(*used)] if used else []),
        *([D.influenceConditions(*conditions)] if conditions else []),
        D.results(*result_elements(certificate.results)),
        refId="item1",
    )


def _equipment(rendered: Rendered, reference: Reference) -> Element:
    """A standard that was used; its citation is the number of the certificate, or what the issuer called it when not held."""
    item = rendered.items.get(reference.item)
    marks = [identification("other", reference.item, "registry_itemId", "登记标识", "Registry identifier")]
    if item is not None and item.serial:
        marks.insert(0, _serial(item.serial))
    parts = [recorded("name", item.name if item is not None and item.name else reference.item)]
    if reference.quantity or has_bound(reference):
        parts.append(
            recorded("description", f"{reference.quantity or ''} {range_text(reference) if has_bound(reference) else ''}")
        )
    if reference.certificate is not None:
        number = rendered.numbers.get(reference.certificate) or reference.certificate
        # The digest of the cited file is not on record; `-` is the good practice for what a DCC demands all the same.
        cited = (D.referral(D.content("-")), word("referralID", plain(number)), D.procedure("-"), D.value("-"))
        parts.append(D.certificate(*cited))
    return D.measuringEquipment(*parts, D.identifications(*marks), refType="basic_measurementStandard")
