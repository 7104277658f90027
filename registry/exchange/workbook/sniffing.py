"""What a file is, by its content: its name says nothing about it."""

import re
from typing import NamedTuple

from registry.exchange.workbook.book import Format

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # The container of xls, doc and of encrypted xlsx files.
_HEAD = 4096  # Bytes that tell text from other things.


class Stranger(NamedTuple):
    """What a file is that is no workbook, in both languages."""

    en: str
    zh: str


_SIGNATURES: tuple[tuple[bytes, Stranger], ...] = (
    (b"%PDF", Stranger("a PDF document", "PDF 文档")),
    (b"\x89PNG", Stranger("a PNG picture", "PNG 图片")),
    (b"\xff\xd8\xff", Stranger("a JPEG picture", "JPEG 图片")),
    (b"GIF8", Stranger("a GIF picture", "GIF 图片")),
    (b"BM", Stranger("a BMP picture", "BMP 图片")),
    (b"II*\x00", Stranger("a TIFF picture", "TIFF 图片")),
    (b"MM\x00*", Stranger("a TIFF picture", "TIFF 图片")),
    (b"\x1f\x8b", Stranger("a gzip archive", "gzip 压缩文件")),
    (b"Rar!", Stranger("a RAR archive", "RAR 压缩文件")),
    (b"7z\xbc\xaf", Stranger("a 7-Zip archive", "7-Zip 压缩文件")),
    (b"MZ", Stranger("a program", "可执行程序")),
    (b"\x7fELF", Stranger("a program", "可执行程序")),
    (b"{\\rtf", Stranger("an RTF document", "RTF 文档")),
    (b"SQLite format 3", Stranger("a SQLite database", "SQLite 数据库")),
    (b"PAR1", Stranger("a Parquet file", "Parquet 文件")),
)
_TEXTS: tuple[tuple[re.Pattern[bytes], Stranger], ...] = (
    (
        re.compile(rb"\s*(?:<!doctype html|<html|<table|<meta)", re.IGNORECASE),
        Stranger(
            "a web page (HTML) under another name; open it in a spreadsheet program and save it as xlsx",
            "网页（HTML）；请用表格软件打开后另存为 xlsx",
        ),
    ),
    (
        re.compile(rb"MIME-Version:", re.IGNORECASE),
        Stranger("a saved web page (MHTML); save it as xlsx", "网页存档（MHTML）；请另存为 xlsx"),
    ),
    (re.compile(rb"\s*<\?xml|\s*<[A-Za-z][\w.-]*:[A-Za-z]"), Stranger("an XML document", "XML 文档")),
    (
        re.compile(rb"\s*[\[{]\s*[\"{\[]"),
        Stranger("a JSON document; import it as a records document", "JSON 文档；请按记录文档导入"),
    ),
)
_IN_ARCHIVES: tuple[tuple[bytes, Stranger], ...] = (
    (b"word/", Stranger("a Word document", "Word 文档")),
    (b"ppt/", Stranger("a PowerPoint presentation", "PowerPoint 演示文稿")),
    (b"application/vnd.oasis.opendocument.text", Stranger("an OpenDocument text", "OpenDocument 文本")),
    (b"xl/workbook.bin", Stranger("a binary workbook (xlsb); save it as xlsx", "二进制工作簿（xlsb）；请另存为 xlsx")),
)


def sniffed(data: bytes) -> Format | Stranger:
    """The format of a workbook, or what the file is instead. CSV is what is text and nothing else."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive(data)
    return _container(data) if data.startswith(_OLE) else _plain(data)


def _plain(data: bytes) -> Format | Stranger:
    """What a file is that is no container."""
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    stranger = next((each for signature, each in _SIGNATURES if data.startswith(signature)), None)
    stranger = stranger or next((each for pattern, each in _TEXTS if pattern.match(head)), None)
    is_utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if stranger is None and not data.strip():
        stranger = Stranger("an empty file", "空文件")
    if stranger is None and b"\x00" in head and not is_utf16:
        stranger = Stranger("a binary file of an unknown kind", "未知类型的二进制文件")
    return stranger or Format.CSV


def _archive(data: bytes) -> Format | Stranger:
    """What a zip archive holds, by the names in it: they stand in clear at its parts and in its directory."""
    if b"xl/workbook.xml" in data:
        return Format.XLSX
    if b"application/vnd.oasis.opendocument.spreadsheet" in data[:_HEAD]:
        return Format.ODS
    for name, stranger in _IN_ARCHIVES:
        if name in data:
            return stranger
    return Stranger("a zip archive without a workbook", "不含工作簿的 zip 压缩文件")


def _container(data: bytes) -> Format | Stranger:
    """What an OLE container holds, by the names of its streams (UTF-16)."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Stranger("protected by a password; save it without one", "受密码保护的文件；请取消密码后另存")
    if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        return Format.XLS
    if "WordDocument".encode("utf-16-le") in data:
        return Stranger("a Word document", "Word 文档")
    if "PowerPoint".encode("utf-16-le") in data:
        return Stranger("a PowerPoint presentation", "PowerPoint 演示文稿")
    return Stranger("an old Office file without a workbook", "不含工作簿的旧版 Office 文件")
