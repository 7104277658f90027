"""Bytes -> hardened XML tree of a DCC, or a refusal that names what the file is and where it fails.

The parser opens no file and no connection, expands no entity, and refuses every DOCTYPE; libxml2 limits depth (256 levels),
single texts (10 MB) and amplification. `xsi:schemaLocation` is read as a word and never followed.
"""

import hashlib
import re
from dataclasses import dataclass

from lxml import etree

from registry.exchange.dcc.reading import Element, line_of, path_of
from registry.exchange.dcc.recognition import Foreign, foreign_bytes, foreign_root, schema_version
from traceability.problems import InputError

MAX_SIZE = 20 * 1024 * 1024  # Bytes; the largest DCC met has 0.4 MB, one with an embedded scan a few MB.
MAX_MARKUP = 1_000_000  # Characters `<` and `=`; the richest DCC met has 9 000. Each element takes some 120 bytes of memory.

_PROLOG_STEP = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)


class DocumentRefused(InputError):  # noqa: N818 - the name says what happened to the document.
    """A file that is not read: `format_name` is what it is, `path` where it fails, `en` and `zh` why.

    The place is told by `xpath` for a document that could be parsed, by `line` and `column` (from 1) for one that could not;
    `path` puts it in words.
    """

    def __init__(
        self, xpath: str, en: str, zh: str, *, format_name: str = "", line: int | None = None, column: int | None = None
    ) -> None:
        place = xpath if line is None else f"{xpath} (line {line})" if column is None else f"line {line}, column {column}"
        super().__init__(place, en, zh)
        self.format_name = format_name
        self.xpath = xpath
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDocument:
    """The root of a DCC, its declared schema version (nothing when it names none), and the SHA-256 (hex) of its bytes."""

    root: Element
    version: str | None
    sha256: str


def parse(data: bytes) -> ParsedDocument:
    """The tree of a DCC of version 2.1 to 3.x; DocumentRefused for everything else."""
    if len(data) > MAX_SIZE:
        en = f"{len(data)} bytes; at most {MAX_SIZE} are read"
        raise DocumentRefused("/", en, f"文件大小为 {len(data)} 字节，最多读取 {MAX_SIZE} 字节", format_name="oversized file")
    _refuse(foreign_bytes(data))
    if data.count(b"<") + data.count(b"=") > MAX_MARKUP:
        en = f"more than {MAX_MARKUP} tags and attributes"
        raise DocumentRefused("/", en, f"标签和属性超过 {MAX_MARKUP} 个", format_name="oversized XML")
    _refuse_doctype(_decoded_start(data))
    root = _tree(data)
    if root.getroottree().docinfo.doctype:
        raise _doctype_refused(None)
    _refuse(foreign_root(root), root)
    return ParsedDocument(root=root, version=schema_version(root), sha256=hashlib.sha256(data).hexdigest())


def refusal_at(element: Element, format_name: str, en: str, zh: str) -> DocumentRefused:
    """A refusal for something about an element of a tree that is well-formed."""
    return DocumentRefused(path_of(element), en, zh, format_name=format_name, line=line_of(element))


def _tree(data: bytes) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, remove_comments=False
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        # libxml2 repeats the position in the message; ours is told apart from it.
        reason = (error.msg or "").removesuffix(f", line {line}, column {column}").strip()
        if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
            name, en, zh = "XML beyond the limits", "larger or deeper than is safe to read", "超出安全读取的大小或深度"
        else:
            name, en, zh = "not well-formed XML", "not well-formed XML", "不是格式良好的 XML"
        raise DocumentRefused("/", f"{en}: {reason}", f"{zh}：{reason}", format_name=name, line=line, column=column) from error


def _refuse(foreign: Foreign | None, root: Element | None = None) -> None:
    if foreign is None:
        return
    if root is None:
        raise DocumentRefused("/", foreign.en, foreign.zh, format_name=foreign.format_name, line=1, column=1)
    raise refusal_at(root, foreign.format_name, foreign.en, foreign.zh)


def _decoded_start(data: bytes) -> str:
    """The text as far as a DOCTYPE shows in it before the parser is asked. Exotic encodings show nothing."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    return data.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def _refuse_doctype(text: str) -> None:
    """Refuse a DOCTYPE before the parser meets what it declares. The parser's own view of it is asked again afterwards."""
    position = 0
    while step := _PROLOG_STEP.match(text, position):
        position = step.end()
    if text[position : position + 9].upper() == "<!DOCTYPE":
        raise _doctype_refused(text.count("\n", 0, position) + 1)


def _doctype_refused(line: int | None) -> DocumentRefused:
    return DocumentRefused(
        "/",
        "a DOCTYPE is not allowed: a DCC has none, and it can make a reader open files",
        "不允许 DOCTYPE：DCC 中不应有，且可能使读取程序打开其他文件",
        format_name="XML with a DOCTYPE",
        line=line,
    )
