"""Small synthetic certificates in the spelling of each DCC version: valid by default, one thing changed by each test."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

NEWEST = "3.3.0"
VERSIONS = ("2.1.1", "2.2.0", "2.4.0", "3.0.0", "3.1.2", "3.2.1", "3.3.0")


def numbers_of(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("-", maxsplit=1)[0].split("."))


def text(name: str, content: str, lang: str = "en") -> str:
    return f'<dcc:{name}><dcc:content lang="{lang}">{escape(content)}</dcc:content></dcc:{name}>'


def real(value: str, unit: str, uncertainty: str | None = None, k: str | None = "2") -> str:
    stated = ""
    if uncertainty is not None:
        factor = "" if k is None else f"<si:coverageFactor>{k}</si:coverageFactor>"
        stated = (
            f"<si:expandedUnc><si:uncertainty>{uncertainty}</si:uncertainty>{factor}"
            "<si:coverageProbability>0.95</si:coverageProbability></si:expandedUnc>"
        )
    return f"<si:real><si:value>{value}</si:value><si:unit>{unit}</si:unit>{stated}</si:real>"


def vector(values: str, units: str, uncertainties: str | None = None, ks: str = "2") -> str:
    stated = ""
    if uncertainties is not None:
        stated = (
            f"<si:expandedUncXMLList><si:uncertaintyXMLList>{uncertainties}</si:uncertaintyXMLList>"
            f"<si:coverageFactorXMLList>{ks}</si:coverageFactorXMLList>"
            "<si:coverageProbabilityXMLList>0.95</si:coverageProbabilityXMLList></si:expandedUncXMLList>"
        )
    return (
        f"<si:realListXMLList><si:valueXMLList>{values}</si:valueXMLList>"
        f"<si:unitXMLList>{units}</si:unitXMLList>{stated}</si:realListXMLList>"
    )


def quantity(value: str, name: str = "Value", ref_type: str | None = None, ref_id: str | None = None, more: str = "") -> str:
    attributes = "".join(f' {key}="{it}"' for key, it in (("refType", ref_type), ("refId", ref_id)) if it is not None)
    return f"<dcc:quantity{attributes}>{text('name', name)}{value}{more}</dcc:quantity>"


def table(*quantities: str, name: str | None = None) -> str:
    return f"<dcc:list>{text('name', name) if name else ''}{''.join(quantities)}</dcc:list>"


def result(*content: str, name: str = "Result", ref_type: str | None = None, ref_id: str | None = None) -> str:
    attributes = "".join(f' {key}="{it}"' for key, it in (("refType", ref_type), ("refId", ref_id)) if it is not None)
    return f"<dcc:result{attributes}>{text('name', name)}<dcc:data>{''.join(content)}</dcc:data></dcc:result>"


def points(values: str, unit: str, uncertainties: str) -> str:
    """The same as a vector, in the form of D-SI 1.x; D-SI 2.0 has one more level."""
    pairs = zip(values.split(), uncertainties.split(), strict=True)
    reals = "".join(real(value, unit, uncertainty) for value, uncertainty in pairs)
    reals = reals.replace(f"<si:unit>{unit}</si:unit>", "")
    return f"<si:list><si:listUnit>{unit}</si:listUnit>{reals}</si:list>"


def default_result(version: str) -> str:
    """Three temperatures with U, k = 2."""
    form = vector if numbers_of(version) >= (3, 1) else points
    value = form("10 20 30", "\\kelvin", "0.1 0.3 0.2")
    if (3,) <= numbers_of(version) < (3, 1):
        value = f"<si:list>{value.replace('si:list>', 'si:realList>')}</si:list>"
    return result(table(quantity(value, "Indicated")), name="Temperature")


@dataclass(frozen=True, kw_only=True)
class Mark:
    value: str
    issuer: str = "manufacturer"
    name: str = "Serial number"
    ref_type: str | None = None


@dataclass(frozen=True, kw_only=True)
class Thing:
    name: str = "Thermometer"
    manufacturer: str | None = "Maker"
    model: str | None = "T-1"
    marks: Sequence[Mark] = (Mark(value="100"),)
    xml_id: str | None = None
    # Of equipment: the numbers in the text and in the identifier of the citation, and its digest.
    referral: Sequence[str] | None = None
    referral_id: str = "-"
    procedure: str = "-"
    digest: str = "-"
    sub_items: str = ""


def thing(serial: str = "100", **changes: Any) -> Thing:
    return Thing(**({"marks": (Mark(value=serial),)} | changes))


def standard(serial: str = "900", number: str = "S-1", **changes: Any) -> Thing:
    facts: dict[str, Any] = {"name": "Standard", "model": "S", "marks": (Mark(value=serial),)}
    return Thing(**(facts | {"referral": ("-",), "referral_id": number} | changes))


@dataclass(frozen=True, kw_only=True)
class Dcc:
    """A certificate; `xml()` gives its bytes."""

    version: str = NEWEST
    number: str = "C-1"
    laboratory: str = "Laboratory A"
    laboratory_code: str | None = None
    country: str = "DE"
    begun_on: str = "2024-03-01"
    ended_on: str = "2024-03-04"
    issued_on: str | None = None
    items: Sequence[Thing] = (Thing(),)
    equipment: Sequence[Thing] = (standard(),)
    results: str | None = None
    statements: str = ""
    core: str = ""
    beside_results: str = ""
    conditions: str = ""
    tail: str = ""
    prolog: str = ""
    measurement_ref_id: str | None = None

    def xml(self) -> bytes:
        numbers = numbers_of(self.version)
        declared = f' schemaVersion="{self.version}"' if numbers >= (2, 3) else ""
        ref_id = f' refId="{self.measurement_ref_id}"' if self.measurement_ref_id else ""
        equipment = "".join(self._thing(each, "measuringEquipment") for each in self.equipment)
        equipment = f"<dcc:measuringEquipments>{equipment}</dcc:measuringEquipments>" if equipment else ""
        conditions = f"<dcc:influenceConditions>{self.conditions}</dcc:influenceConditions>" if self.conditions else ""
        results = default_result(self.version) if self.results is None else self.results
        statements = f"<dcc:statements>{self.statements}</dcc:statements>" if self.statements else ""
        document = f"""<?xml version="1.0" encoding="UTF-8"?>
{self.prolog}<dcc:digitalCalibrationCertificate xmlns:dcc="https://ptb.de/dcc" xmlns:si="https://ptb.de/si"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="https://ptb.de/dcc https://ptb.de/dcc/v{self.version}/dcc.xsd"{declared}>
<dcc:administrativeData>
<dcc:dccSoftware><dcc:software>{text("name", "Writer")}<dcc:release>1</dcc:release></dcc:software></dcc:dccSoftware>
{self._core(numbers)}
<dcc:items>{"".join(self._thing(each, "item") for each in self.items)}</dcc:items>
{self._laboratory()}
<dcc:respPersons><dcc:respPerson><dcc:person>{text("name", "Person")}</dcc:person></dcc:respPerson></dcc:respPersons>
<dcc:customer>{text("name", "Customer")}{_CONTACT}</dcc:customer>
{statements}
</dcc:administrativeData>
<dcc:measurementResults><dcc:measurementResult{ref_id}>
{text("name", "Results") if numbers >= (3,) else ""}
<dcc:usedMethods><dcc:usedMethod>{text("name", "Method")}{text("description", "Method")}</dcc:usedMethod></dcc:usedMethods>
{equipment}{conditions}
<dcc:results>{results}</dcc:results>
{self.beside_results}
</dcc:measurementResult></dcc:measurementResults>
{self.tail}</dcc:digitalCalibrationCertificate>
"""
        return document.encode()

    def _core(self, numbers: tuple[int, ...]) -> str:
        place = "<dcc:performanceLocation>laboratory</dcc:performanceLocation>" if numbers >= (3,) else ""
        issued = f"<dcc:issueDate>{self.issued_on}</dcc:issueDate>" if self.issued_on else ""
        return f"""<dcc:coreData>
<dcc:countryCodeISO3166_1>{self.country}</dcc:countryCodeISO3166_1>
<dcc:usedLangCodeISO639_1>en</dcc:usedLangCodeISO639_1><dcc:mandatoryLangCodeISO639_1>en</dcc:mandatoryLangCodeISO639_1>
<dcc:uniqueIdentifier>{self.number}</dcc:uniqueIdentifier>
<dcc:beginPerformanceDate>{self.begun_on}</dcc:beginPerformanceDate>
<dcc:endPerformanceDate>{self.ended_on}</dcc:endPerformanceDate>{place}{issued}{self.core}
</dcc:coreData>"""

    def _laboratory(self) -> str:
        code = self.laboratory_code
        stated = f"<dcc:calibrationLaboratoryCode>{code}</dcc:calibrationLaboratoryCode>" if code else ""
        contact = _CONTACT.replace(">DE<", f">{self.country}<")
        name = text("name", self.laboratory)
        return f"<dcc:calibrationLaboratory>{stated}<dcc:contact>{name}{contact}</dcc:contact></dcc:calibrationLaboratory>"

    def _thing(self, each: Thing, element: str) -> str:
        xml_id = f' id="{each.xml_id}"' if each.xml_id else ""
        contact = "" if numbers_of(self.version) >= (2, 4) else _CONTACT
        maker = f"<dcc:manufacturer>{text('name', each.manufacturer)}{contact}</dcc:manufacturer>" if each.manufacturer else ""
        model = f"<dcc:model>{each.model}</dcc:model>" if each.model else ""
        marks = "".join(self._mark(mark) for mark in each.marks)
        marks = f"<dcc:identifications>{marks}</dcc:identifications>" if marks else ""
        cited = self._citation(each) if element == "measuringEquipment" and each.referral is not None else ""
        name = text("name", each.name)
        if numbers_of(self.version) < (3,):
            name += text("description", each.name)
        return f"<dcc:{element}{xml_id}>{name}{cited}{maker}{model}{marks}{each.sub_items}</dcc:{element}>"

    def _mark(self, mark: Mark) -> str:
        name = text("name" if numbers_of(self.version) >= (3,) else "description", mark.name)
        term = f' refType="{mark.ref_type}"' if mark.ref_type else ""
        return (
            f"<dcc:identification{term}><dcc:issuer>{mark.issuer}</dcc:issuer><dcc:value>{mark.value}</dcc:value>{name}"
            "</dcc:identification>"
        )

    def _citation(self, each: Thing) -> str:
        word = "referral" if numbers_of(self.version) >= (3,) else "reference"
        contents = "".join(f"<dcc:content>{escape(content)}</dcc:content>" for content in each.referral or ())
        return (
            f"<dcc:certificate><dcc:{word}>{contents}</dcc:{word}><dcc:{word}ID>{each.referral_id}</dcc:{word}ID>"
            f"<dcc:procedure>{each.procedure}</dcc:procedure><dcc:value>{each.digest}</dcc:value></dcc:certificate>"
        )


_CONTACT = (
    "<dcc:eMail>someone@example.org</dcc:eMail><dcc:location><dcc:city>City</dcc:city>"
    "<dcc:countryCode>DE</dcc:countryCode></dcc:location>"
)

SIGNATURE = (
    '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod '
    'Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod '
    'Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI=""><ds:DigestMethod '
    'Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:SignedInfo>'
    "<ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature>"
)
