"""What a file is that is not a DCC, told from its first bytes or its root element, in words for the person who sent it."""

import re
from dataclasses import dataclass

from registry.exchange.dcc.reading import DCC_NAMESPACE, Element

OLDEST, NEWEST = (2, 1), (3, 3)  # DCC versions read as known ones, by (major, minor). Unknown 3.x are read leniently.

_ROOT = "digitalCalibrationCertificate"
_VERSION = re.compile(r"v?(\d{1,3})\.(\d{1,3})(?:\.\d{1,3})?(?:-[\w.]{1,20})?", re.ASCII)
_SCHEMA_FILE = re.compile(r"/v(\d[\w.-]{0,30})/dcc\.xsd", re.ASCII)
_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"

# Beginnings of files that people mistake for a DCC, and their names.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "ZIP (also xlsx, docx)"),
    (b"\x1f\x8b", "gzip"),
    (b"\xd0\xcf\x11\xe0", "Microsoft Office document"),
    (b"\x89PNG", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"-----BEGIN CERTIFICATE", "X.509 certificate (PEM)"),
    (b"-----BEGIN PKCS7", "signed message (CMS, PEM)"),
    (b"-----BEGIN CMS", "signed message (CMS, PEM)"),
    (b"0\x80", "signed message or X.509 certificate (DER)"),
    (b"0\x82", "signed message or X.509 certificate (DER)"),
    (b"0\x83", "signed message or X.509 certificate (DER)"),
    (b"{", "JSON"),
    (b"[", "JSON"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A format that is not read: its name, and what to do about it in two languages."""

    format_name: str
    en: str
    zh: str


def foreign_bytes(data: bytes) -> Foreign | None:
    """What the bytes are when they are no XML at all; nothing when they may be XML."""
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:200]
    if not start:
        return Foreign(format_name="empty file", en="the file is empty", zh="文件为空")
    if start[:15].lower().startswith((b"<!doctype html", b"<html")):
        return _foreign("HTML")
    for magic, name in _MAGIC:
        if start.startswith(magic):
            return _foreign(name)
    if b"<" not in start and not data.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\x00<" not in data[:200]:
        return _foreign("text or binary data without XML")
    return None


def foreign_root(root: Element) -> Foreign | None:
    """What the XML document is when it is no DCC of 2.1 to 3.x; nothing when it is one."""
    namespace, _, name = str(root.tag).removeprefix("{").rpartition("}")
    if name == _ROOT and namespace == DCC_NAMESPACE:
        return _unread_version(schema_version(root))
    if name == _ROOT and "ptb.de/" in namespace:
        return Foreign(
            format_name="DCC of an older namespace",
            en=f"a DCC older than 2.1 (namespace {namespace}); ask the issuer for 2.1 or later",
            zh=f"早于 2.1 版的 DCC（命名空间 {namespace}）；请向签发机构索取 2.1 或更新版本",
        )
    return _named_root(name, namespace, root.get("schemaVersion"))


def schema_version(root: Element) -> str | None:
    """The version that the document declares: `schemaVersion`, or (up to 2.2) the name of its schema file, never fetched."""
    declared = (root.get("schemaVersion") or "").strip()
    if declared:
        return declared
    match = _SCHEMA_FILE.search(root.get(_LOCATION) or "")
    return match[1] if match else None


def major_minor(version: str | None) -> tuple[int, int] | None:
    """The first two numbers of a version such as `3.2.1` or `3.0.0-rc.2`; nothing when it is no version."""
    match = _VERSION.fullmatch(version or "")
    return (int(match[1]), int(match[2])) if match else None


def _unread_version(version: str | None) -> Foreign | None:
    numbers = major_minor(version)
    if numbers is None or (numbers >= OLDEST and numbers[0] <= NEWEST[0]):
        return None
    return Foreign(
        format_name=f"DCC {version}",
        en=f"DCC {version}; versions 2.1 to 3.x are read",
        zh=f"DCC {version}；可读取 2.1 至 3.x 版",
    )


def _named_root(name: str, namespace: str, version: str | None) -> Foreign:
    match name:
        case "digitalReferenceMaterialDocument":
            known_as = f"DRMD (reference material document) {version or 'of unknown version'}"
            return Foreign(
                format_name=known_as,
                en=f"{known_as}: a reference material document, not a calibration certificate; record it by hand",
                zh=f"{known_as}：标准物质文件，不是校准证书；请手工登记",
            )
        case "digitalCalibrationExchange":
            return _foreign("DFM digitalCalibrationExchange")
        case "html":
            return _foreign("HTML")
        case _:
            return _foreign(f"XML document {name[:80]!r} of namespace {namespace[:200]!r}")


def _foreign(name: str) -> Foreign:
    return Foreign(format_name=name, en=f"{name}, not a DCC in XML", zh=f"{name}，不是 XML 格式的 DCC")
