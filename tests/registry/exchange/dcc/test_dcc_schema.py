"""Schema validity is reported, never a gate, and never makes the registry open anything outside the folder."""

import shutil
import socket
from pathlib import Path

import pytest

from registry.exchange.dcc import schema_validity
from registry.exchange.dcc.parsing import parse
from registry.exchange.dcc.schema import MAX_PROBLEMS, SchemaState, SchemaValidity
from tests.registry.exchange.dcc.builder import SIGNATURE, Dcc, quantity, real, result

SCHEMAS = Path(__file__).parents[4].parent / "shared" / "dcc" / "xsd"
with_schemas = pytest.mark.skipif(not SCHEMAS.is_dir(), reason=f"the DCC schemas are not at {SCHEMAS}")

SCHEMA = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"'
LOCATIONS = (
    "https://example.org/evil.xsd",
    "http://127.0.0.1:1/e.xsd",
    "../../secret.xsd",
    "file:///etc/hostname",
    "../missing.xsd",
)


def validity(document: Dcc, folder: Path | None = SCHEMAS) -> SchemaValidity:
    parsed = parse(document.xml())
    return schema_validity(parsed.root, parsed.version, folder)


def schema(content: str = "", imports: str = "") -> str:
    element = f'<xs:element name="digitalCalibrationCertificate">{content}</xs:element>'
    return f'{SCHEMA} xmlns:si="https://ptb.de/si" targetNamespace="https://ptb.de/dcc">{imports}{element}</xs:schema>'


def installed(folder: Path, text: str) -> Path:
    (folder / "v3.3.0").mkdir()
    (folder / "v3.3.0" / "dcc.xsd").write_text(text)
    return folder


def test_without_schemas_nothing_is_checked(tmp_path: Path) -> None:
    """`not checked` is said, with the reason, in both languages."""
    for folder in (None, tmp_path):
        found = validity(Dcc(), folder)
        assert found.state is SchemaState.NOT_CHECKED
        assert found.reason_en
        assert found.reason_zh
    odd = Dcc().xml().replace(b'schemaVersion="3.3.0"', b'schemaVersion="../../etc"')
    parsed = parse(odd)
    assert schema_validity(parsed.root, parsed.version, tmp_path).reason_en == "the file declares no known version"
    assert schema_validity(parsed.root, None, tmp_path).state is SchemaState.NOT_CHECKED


def test_a_broken_schema_is_no_invalid_document(tmp_path: Path) -> None:
    """The document is not to blame."""
    folder = installed(tmp_path, "<xs:schema")
    assert validity(Dcc(), folder).state is SchemaState.NOT_CHECKED


def test_own_schemas_are_applied_and_problems_located(tmp_path: Path) -> None:
    """Lines of the file, at most a page of them."""
    folder = installed(tmp_path, schema("<xs:complexType><xs:sequence/></xs:complexType>"))
    found = validity(Dcc(), folder)
    assert found.state is SchemaState.INVALID
    assert 0 < len(found.problems) <= MAX_PROBLEMS
    assert found.problems[0].line > 1
    assert validity(Dcc(), installed_open(tmp_path)).state is SchemaState.VALID


def installed_open(folder: Path) -> Path:
    shutil.rmtree(folder / "v3.3.0")
    return installed(folder, schema())


@pytest.mark.parametrize(
    "location",
    [
        "https://example.org/evil.xsd",
        "http://127.0.0.1:1/evil.xsd",
        "../../secret.xsd",
        "file:///etc/hostname",
        "../missing.xsd",
    ],
)
def test_a_schema_opens_nothing_outside_its_folder(tmp_path: Path, location: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the network nor the disk: what is not in the folder stays unknown."""
    (tmp_path / "secret.xsd").write_text(schema().replace("https://ptb.de/dcc", "https://ptb.de/si"))
    folder = tmp_path / "schemas"
    folder.mkdir()
    imports = f'<xs:import namespace="https://ptb.de/si" schemaLocation="{location}"/>'
    installed(
        folder, schema('<xs:complexType><xs:sequence><xs:element ref="si:real"/></xs:sequence></xs:complexType>', imports)
    )
    monkeypatch.setattr(socket, "socket", None)
    assert validity(Dcc(), folder).state is SchemaState.NOT_CHECKED


def test_published_addresses_are_looked_up_in_the_folder(tmp_path: Path) -> None:
    """The schemas as PTB publishes them import each other by web address."""
    for name in ("dsi/v2.2.1", "qudt/v2.2.1", "xmldsig-core-schema"):
        path = tmp_path / f"{name}.xsd"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'{SCHEMA} targetNamespace="urn:{name}"><xs:element name="x"/></xs:schema>')
    addresses = {
        "dsi/v2.2.1": "https://ptb.de/si/v2.2.1/SI_Format.xsd",
        "qudt/v2.2.1": "https://ptb.de/si/v2.2.1/SI_Format_QUDT.xsd",
        "xmldsig-core-schema": "http://www.w3.org/TR/2002/REC-xmldsig-core-20020212/xmldsig-core-schema.xsd",
    }
    imports = "".join(f'<xs:import namespace="urn:{name}" schemaLocation="{it}"/>' for name, it in addresses.items())
    refs = "".join(f'<xs:element xmlns:n="urn:{name}" ref="n:x"/>' for name in addresses)
    folder = installed(tmp_path, schema(f"<xs:complexType><xs:sequence>{refs}</xs:sequence></xs:complexType>", imports))
    assert validity(Dcc(), folder).state is SchemaState.INVALID


@with_schemas
@pytest.mark.parametrize("version", ["2.3.0", "2.4.0", "3.0.0", "3.1.0", "3.1.2", "3.2.0", "3.2.1", "3.3.0"])
def test_our_synthetic_certificates_are_valid(version: str) -> None:
    """Otherwise the tests here would try a DCC that nobody writes."""
    assert validity(Dcc(version=version)) == SchemaValidity(state=SchemaState.VALID)


@with_schemas
def test_a_signature_does_not_make_an_old_certificate_invalid() -> None:
    """Before 3.2 the schema has no place for it; the document itself is not changed."""
    parsed = parse(Dcc(version="3.1.2", tail=SIGNATURE).xml())
    assert schema_validity(parsed.root, parsed.version, SCHEMAS).state is SchemaState.VALID
    assert len(parsed.root) == 3
    assert validity(Dcc(version="3.2.1", tail=SIGNATURE)).state is SchemaState.VALID


@with_schemas
def test_an_invalid_certificate_says_where() -> None:
    """One line per deviation."""
    found = validity(Dcc(results=result(quantity(real("one", r"\kelvin")))))
    assert found.state is SchemaState.INVALID
    assert "one" in found.problems[0].message
