"""Records as JSON-LD with terms of W3C PROV-O and SOSA, and back.

A node is a record with the field names of the format; the context says which terms they are, so nothing is said twice. What no
vocabulary has is a term of this registry's own. Numbers are texts of xsd:decimal, as a JSON number would be read as a binary
float. Of a thing that comes in versions each is a node of its own, `prov:specializationOf` the thing. The context stands in the
document and nothing is fetched; only documents with this very context are read back, as another would mean other things.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import Any
from urllib.parse import quote

import msgspec

from registry.exchange.flat import Kind, tables, typed
from traceability.interchange import FORMAT, Entry, record_from
from traceability.json_text import Scanner, dump, positional
from traceability.problems import InputError
from traceability.records import SECTIONS, Record

_START = re.compile(r'\s*\{\s*"@context"')
_OWN = "urn:traceability-registry:terms:"
_THINGS = "urn:traceability-registry:"  # What stands before ids: those of a store are its own.

_TYPES: dict[str, list[str]] = {
    "organizations": ["prov:Organization"],
    "competences": ["prov:Entity", "Competence"],
    "items": ["prov:Entity", "sosa:FeatureOfInterest", "Item"],
    "certificates": ["prov:Activity", "sosa:Observation", "Certificate"],
    "events": ["prov:Activity", "Event"],
    "metering_points": ["prov:Entity", "sosa:Platform", "MeteringPoint"],
}
_NODES = {"item": "items", "issuer": "organizations", "organization": "organizations", "replaces": "certificates"}
_TERMS: dict[str, Any] = {
    "id": "dcterms:identifier",
    "name": "schema:name",
    "serial": "schema:serialNumber",
    "country": "schema:addressCountry",
    "calibrated_on": {"@id": "prov:endedAtTime", "@type": "xsd:date"},
    "issued_on": {"@id": "dcterms:issued", "@type": "xsd:date"},
    "valid_until": {"@id": "own:valid_until", "@type": "xsd:date"},
    "results": "sosa:hasResult",
    "references": "prov:qualifiedUsage",
    "quantity": "sosa:observedProperty",
    "of_item": {"@id": "sosa:hasFeatureOfInterest", "@type": "@id"},
    "of_issuer": {"@id": "prov:wasAssociatedWith", "@type": "@id"},
    "of_organization": {"@id": "prov:wasAttributedTo", "@type": "@id"},
    "of_replaces": {"@id": "prov:wasInformedBy", "@type": "@id"},
    "used": {"@id": "prov:entity", "@type": "@id"},
    "specializationOf": {"@id": "prov:specializationOf", "@type": "@id"},
    "from": {"@id": "prov:startedAtTime", "@type": "xsd:date"},
    "until": {"@id": "own:until", "@type": "xsd:date"},
    "recorded_at": {"@id": "own:recorded_at", "@type": "xsd:dateTime"},
}
_XSD = {Kind.NUMBER: "xsd:decimal", Kind.COUNT: "xsd:integer", Kind.DAY: "xsd:date", Kind.INSTANT: "xsd:dateTime"}
# The first node: what the document is.
_HEAD = {"@type": "prov:Bundle", "format": FORMAT}
_ADDED = {"@id", "@type", "specializationOf", "used", *(f"of_{name}" for name in _NODES)}


def write_linked(sections: Iterable[tuple[str, Iterable[Record]]]) -> Iterator[bytes]:
    """One JSON-LD document, a node a line."""
    yield b'{"@context": ' + dump(context()) + b',\n"@graph": [\n' + dump(_HEAD)
    separator = b",\n"
    for section, records in sections:
        for record in records:
            yield separator + msgspec.json.encode(_node(section, record))
            separator = b",\n"
    yield b"]}\n"


def is_linked(start: str) -> bool:
    """Whether a document that begins so is meant as JSON-LD."""
    return _START.match(start) is not None


def read_linked(chunks: Iterable[str]) -> Iterator[Entry]:
    """The records of a document that `write_linked` wrote; InputError with the path of the first defect."""
    scanner = Scanner(chunks)
    scanner.expect("{", "$")
    _expect_name(scanner, "@context")
    _expect_value(scanner, "$.@context", context())
    scanner.expect(",", "$")
    _expect_name(scanner, "@graph")
    scanner.expect("[", "$.@graph")
    _expect_value(scanner, "$.@graph[0]", _HEAD)
    counts = dict.fromkeys(SECTIONS, 0)
    while scanner.skip(","):
        path = f"$.@graph[{sum(counts.values()) + 1}]"
        section, value = _read(scanner.value(path), path)
        yield Entry(section, counts[section], record_from(value, SECTIONS[section], path))
        counts[section] += 1
    scanner.expect("]", "$.@graph")
    scanner.expect("}", "$")
    scanner.expect_end()


@cache
def context() -> dict[str, Any]:
    """What the names in a document mean."""
    terms: dict[str, Any] = {
        "@version": Decimal("1.1"),
        "@vocab": _OWN,
        "own": _OWN,
        "prov": "http://www.w3.org/ns/prov#",
        "sosa": "http://www.w3.org/ns/sosa/",
        "dcterms": "http://purl.org/dc/terms/",
        "schema": "https://schema.org/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "format": "dcterms:conformsTo",
        **_TERMS,
    }
    for table in tables().values():
        for path, kind in table.columns.items():
            name = path.rpartition(".")[2]
            if name not in terms and kind in _XSD and name not in {"record", "position"}:
                terms[name] = {"@id": f"own:{name}", "@type": _XSD[kind]}
    return terms


def _node(section: str, record: Record) -> dict[str, Any]:
    plain = _written(msgspec.to_builtins(record, builtin_types=(Decimal,)))
    thing = _thing(section, record.id)
    recorded_at = plain.get("recorded_at") if section in {"competences", "items", "metering_points"} else None
    node = {"@id": thing, "@type": _TYPES[section]}
    if recorded_at is not None:
        node |= {"@id": f"{thing}#{recorded_at}", "specializationOf": thing}
    return {**node, **_links(plain, "of_"), **plain}


def _thing(section: str, id_: str) -> str:
    return f"{_THINGS}{section}:{quote(id_, safe='')}"


def _written(value: Any) -> Any:
    match value:
        case Decimal():
            return positional(value)
        case dict():
            return {name: _written(inner) for name, inner in value.items()}
        case list() | tuple():
            # A use of a reference, and a branch, name the item that they are about.
            return [{**_links(inner, "used"), **_written(inner)} if isinstance(inner, dict) else inner for inner in value]
        case _:
            return value


def _links(value: dict[str, Any], prefix: str) -> dict[str, Any]:
    """The things that the ids of a record are those of, as links."""
    found = {name: _thing(section, value[name]) for name, section in _NODES.items() if name in value}
    if prefix == "used":
        return {"used": found["item"]} if "item" in found else {}
    return {f"{prefix}{name}": link for name, link in found.items()}


def _expect_name(scanner: Scanner, name: str) -> None:
    if scanner.value("$") != name:
        raise InputError("$", f"{name!r} is expected here", f"此处应为 {name!r}")
    scanner.expect(":", f"$.{name}")


def _expect_value(scanner: Scanner, path: str, wanted: object) -> None:
    if scanner.value(path) != wanted:
        raise InputError(path, "another one than this registry writes", "与本系统所写的不同")


def _read(node: Any, path: str) -> tuple[str, dict[str, Any]]:
    types = node.get("@type") if isinstance(node, dict) else None
    section = next((section for section, each in _TYPES.items() if each == types), None)
    if section is None:
        raise InputError(f"{path}.@type", "no record of this type", "没有此类型的记录")
    return section, _stripped(node, section)


def _stripped(value: dict[str, Any], table: str) -> dict[str, Any]:
    """What the record says: without what was added for readers of linked data, numbers as such."""
    columns = tables()[table].columns if table in tables() else {}
    return dict(chain.from_iterable(_field(name, inner, table, columns) for name, inner in value.items() if name not in _ADDED))


def _field(name: str, value: Any, table: str, columns: dict[str, Kind], prefix: str = "") -> Iterator[tuple[str, Any]]:
    path = f"{prefix}{name}"
    match value:
        case str():
            kind = columns.get(path, Kind.TEXT)
            yield name, typed(kind, value) if kind is Kind.NUMBER else value
        case dict():
            inner = (_field(each, one, table, columns, f"{path}.") for each, one in value.items())
            yield name, dict(chain.from_iterable(inner))
        case list():
            yield name, [_stripped(each, f"{table}.{name}") if isinstance(each, dict) else each for each in value]
        case _:
            yield name, value
