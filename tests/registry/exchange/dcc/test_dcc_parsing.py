"""What is no DCC is refused by the name of what it is, with a place; what is one is read without opening anything else."""

import json
import socket

import pytest

from registry.exchange.dcc import DocumentRefused, read_dcc
from registry.exchange.dcc.parsing import MAX_MARKUP, MAX_SIZE, parse
from tests.registry.exchange.dcc.builder import VERSIONS, Dcc
from traceability.problems import InputError

BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY a{level} "{(f"&a{level - 1};" if level else "&a;") * 10}">' for level in range(12)
)


def refused(data: bytes) -> DocumentRefused:
    with pytest.raises(DocumentRefused) as caught:
        read_dcc(data)
    return caught.value


@pytest.mark.parametrize(
    ("data", "format_name"),
    [
        (b"", "empty file"),
        (b"  \r\n\t ", "empty file"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"PK\x03\x04....", "ZIP (also xlsx, docx)"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xd0\xcf\x11\xe0\xa1", "Microsoft Office document"),
        (b"\x89PNG\r\n", "PNG image"),
        (b"\xff\xd8\xff\xe0", "JPEG image"),
        (json.dumps({"format": "traceability-records/1"}).encode(), "JSON"),
        (b"\xef\xbb\xbf [1]", "JSON"),
        (b"<!doctype HTML><html></html>", "HTML"),
        (b"<html><body/></html>", "HTML"),
        (b"-----BEGIN CERTIFICATE-----\nMII", "X.509 certificate (PEM)"),
        (b"-----BEGIN PKCS7-----\nMII", "signed message (CMS, PEM)"),
        (b"0\x82\x05\x39", "signed message or X.509 certificate (DER)"),
        (b"certificate number;1", "text or binary data without XML"),
        (b"\x00\x01\x02", "text or binary data without XML"),
    ],
)
def test_bytes_that_are_no_xml_are_named(data: bytes, format_name: str) -> None:
    """Otherwise a person would read an XML parser's complaint about a PDF."""
    error = refused(data)
    assert (error.format_name, error.line, error.column) == (format_name, 1, 1)
    assert error.en
    assert error.zh


@pytest.mark.parametrize(
    ("document", "format_name"),
    [
        (
            '<d:digitalReferenceMaterialDocument xmlns:d="urn:drmd:schema" schemaVersion="1.0.0"/>',
            "DRMD (reference material document) 1.0.0",
        ),
        (
            '<d:digitalReferenceMaterialDocument xmlns:d="https://example.org/drmd"/>',
            "DRMD (reference material document) of unknown version",
        ),
        ('<x:digitalCalibrationExchange xmlns:x="https://dfm.dk"/>', "DFM digitalCalibrationExchange"),
        (
            '<c:digitalCalibrationCertificate xmlns:c="https://intranet.ptb.de/fileadmin/DCC"/>',
            "DCC of an older namespace",
        ),
        ('<c:digitalCalibrationCertificate xmlns:c="https://ptb.de/dcc" schemaVersion="2.0.0"/>', "DCC 2.0.0"),
        ('<c:digitalCalibrationCertificate xmlns:c="https://ptb.de/dcc" schemaVersion="4.0.0"/>', "DCC 4.0.0"),
        (
            '<c:digitalCalibrationCertificate xmlns:c="https://example.org"/>',
            "XML document 'digitalCalibrationCertificate' of namespace 'https://example.org'",
        ),
        ("<!-- nothing --><certificate/>", "XML document 'certificate' of namespace ''"),
        ('<!-- page --><html xmlns="http://www.w3.org/1999/xhtml"/>', "HTML"),
    ],
)
def test_other_xml_documents_are_named(document: str, format_name: str) -> None:
    """Otherwise a reference material document or a competing format would be taken for a certificate."""
    error = refused(document.encode())
    assert error.format_name == format_name
    assert error.line == 1
    assert error.xpath.startswith("/")


@pytest.mark.parametrize(
    "prolog",
    [
        "<!DOCTYPE dcc>",
        '<!DOCTYPE dcc SYSTEM "http://127.0.0.1:1/evil.dtd">',
        '<!DOCTYPE dcc [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        BOMB + "]>",
        "<!-- a comment --><?pi x?>\n<!DOCTYPE dcc>",
    ],
)
def test_a_doctype_is_refused(prolog: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a file could make the registry read its own disk, call out, or run out of memory."""
    monkeypatch.setattr(socket, "socket", None)
    error = refused(Dcc(prolog=prolog, number="&a11;" if "ENTITY a" in prolog else "C-1").xml())
    assert error.format_name == "XML with a DOCTYPE"
    assert error.line is not None


def test_a_doctype_in_utf_16_is_refused() -> None:
    """Otherwise another encoding would hide it."""
    text = Dcc(prolog="<!DOCTYPE dcc>").xml().decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    assert refused(text.encode("utf-16")).format_name == "XML with a DOCTYPE"


def test_a_doctype_that_only_the_parser_sees_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the first look would be the only guard."""
    monkeypatch.setattr("registry.exchange.dcc.parsing._refuse_doctype", lambda _: None)
    assert refused(Dcc(prolog="<!DOCTYPE dcc>").xml()).format_name == "XML with a DOCTYPE"


def test_the_word_doctype_in_a_comment_is_no_doctype() -> None:
    """Otherwise an honest comment would refuse a certificate."""
    assert read_dcc(Dcc(prolog="<!-- no <!DOCTYPE here -->").xml()).number == "C-1"


@pytest.mark.parametrize(
    ("data", "format_name"),
    [
        (b"<a><b></a>", "not well-formed XML"),
        (b"<a>&unknown;</a>", "not well-formed XML"),
        (b"<a>\xff</a>", "not well-formed XML"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "not well-formed XML"),
        (b"<a>" * 300 + b"</a>" * 300, "XML beyond the limits"),
        (b"<a>" + b"x" * 10_500_000 + b"</a>", "XML beyond the limits"),
    ],
)
def test_broken_and_oversized_xml_is_refused_with_its_place(data: bytes, format_name: str) -> None:
    """Otherwise nobody could repair the file, or a crafted one could exhaust the parser."""
    error = refused(data)
    assert error.format_name == format_name
    assert (error.line, error.column) >= (1, 1)
    assert f"line {error.line}, column {error.column}" in error.path


def test_a_file_that_is_too_large_is_not_even_parsed() -> None:
    """Otherwise memory would be the only limit."""
    assert refused(b"<" + b" " * MAX_SIZE).format_name == "oversized file"


def test_too_many_elements_are_refused() -> None:
    """Otherwise 20 MB of tags could take gigabytes, and looking up places in a broad file hours."""
    document = Dcc(tail="<dcc:comment>" + "<a/>" * MAX_MARKUP + "</dcc:comment>")
    assert refused(document.xml()).format_name == "oversized XML"


def test_a_refusal_is_an_input_error_in_both_languages() -> None:
    """Otherwise commands and pages would need to know this package to report it."""
    error = refused(b"%PDF-")
    assert isinstance(error, InputError)
    assert "PDF" in error.zh
    assert "PDF" in str(error)
    assert error.path == "line 1, column 1"
    assert error.below("$.file").path.startswith("$.file")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_declares_itself(version: str) -> None:
    """Up to 2.2 only the name of the schema file tells the version."""
    assert parse(Dcc(version=version).xml()).version == version


def test_newer_and_undeclared_versions_are_read_with_a_remark() -> None:
    """Otherwise next year's certificates would be refused, or read as if nothing had changed."""
    newer = read_dcc(Dcc(version="3.4.0").xml())
    assert [finding.code for finding in newer.findings] == ["VERSION_NEWER"]
    bare = Dcc(version="2.2.0").xml().replace(b"/v2.2.0/dcc.xsd", b"/dcc.xsd")
    unknown = read_dcc(bare)
    assert unknown.schema_version is None
    assert [finding.code for finding in unknown.findings] == ["VERSION_UNKNOWN"]
    odd = read_dcc(Dcc(version="3.3.0").xml().replace(b'schemaVersion="3.3.0"', b'schemaVersion="three"'))
    assert [finding.code for finding in odd.findings] == ["VERSION_UNKNOWN"]


def test_the_digest_is_that_of_the_bytes() -> None:
    """Otherwise the kept original could not be found by it."""
    plain = Dcc().xml()
    assert read_dcc(plain).sha256 != read_dcc(plain + b"\n").sha256
