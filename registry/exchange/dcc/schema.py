"""Validity against the XML schema of the declared version, where the operator has installed the schemas.

The schemas (LGPL-3.0) are not part of the project; they lie in a folder as `v3.3.0/dcc.xsd`, `dsi/v2.2.1.xsd`,
`qudt/v2.2.1.xsd`, `xmldsig-core-schema.xsd`. Nothing else is opened: what a schema imports by web address is looked up in the
folder, and what is not there stays unknown. A file's own `xsi:schemaLocation` is never followed.
"""

import copy
import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any

from lxml import etree

from registry.exchange.dcc.reading import Element
from registry.exchange.dcc.recognition import major_minor

MAX_PROBLEMS = 50  # More do not help anyone to repair a file.

_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_FIRST_WITH_SIGNATURE = (3, 2)  # Before DCC 3.2 the schema has no place for a signature; signed files carry one all the same.
_FOLDER = re.compile(r"\d+\.\d+\.\d+(?:-[\w.]+)?", re.ASCII)
# Where the schemas as published look for the others, and where they lie here.
_PUBLISHED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"https://(?:www\.)?ptb\.de/dcc/(v[\w.-]+)/dcc\.xsd"), "{0}/dcc.xsd"),
    (re.compile(r"https://(?:www\.)?ptb\.de/si/(v[\w.-]+)/SI_Format\.xsd"), "dsi/{0}.xsd"),
    (re.compile(r"https://(?:www\.)?ptb\.de/si/(v[\w.-]+)/\w*(?i:qudt)\w*\.xsd"), "qudt/{0}.xsd"),
    (re.compile(r"https?://www\.w3\.org/.*/(xmldsig-core-schema)\.xsd"), "{0}.xsd"),
)


class SchemaState(StrEnum):
    """Whether a document keeps to the schema of its version."""

    VALID = "valid"
    INVALID = "invalid"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaProblem:
    """One deviation: the line in the file (from 1) and what libxml2 says about it."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaValidity:
    """The state, the first `MAX_PROBLEMS` deviations, and why nothing was checked."""

    state: SchemaState
    problems: tuple[SchemaProblem, ...] = ()
    reason_en: str | None = None
    reason_zh: str | None = None


def schema_validity(root: Element, version: str | None, folder: Path | None) -> SchemaValidity:
    """Whether the document keeps to the schema of the version that it declares; `not checked` without that schema.

    An invalid document is worth reading all the same (most real ones are): the caller shows this, and may ask for more.
    """
    if folder is None:
        return _not_checked("no schemas are installed", "未安装模式文件")
    if version is None or not _FOLDER.fullmatch(version):
        return _not_checked("the file declares no known version", "文件未声明已知版本")
    path = folder / f"v{version}" / "dcc.xsd"
    if not path.is_file():
        return _not_checked(f"the schema of DCC {version} is not installed", f"未安装 DCC {version} 的模式文件")
    try:
        schema = etree.XMLSchema(etree.parse(str(path), _parser(folder)))
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError) as error:
        return _not_checked(f"the schema cannot be used: {error}", f"模式文件无法使用：{error}")
    if schema.validate(_as_the_schema_knows_it(root, version)):
        return SchemaValidity(state=SchemaState.VALID)
    problems = (SchemaProblem(line=entry.line, message=entry.message) for entry in islice(schema.error_log, MAX_PROBLEMS))
    return SchemaValidity(state=SchemaState.INVALID, problems=tuple(problems))


def _as_the_schema_knows_it(root: Element, version: str) -> Element:
    """The document without the signatures that its schema has no place for; a copy, as nothing may change the original."""
    numbers = major_minor(version)
    if numbers is None or numbers >= _FIRST_WITH_SIGNATURE:
        return root
    bare = copy.deepcopy(root)
    for signature in bare.findall(_SIGNATURE):
        bare.remove(signature)
    return bare


def _parser(folder: Path) -> etree.XMLParser:
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    parser.resolvers.add(_Installed(folder))
    return parser


class _Installed(etree.Resolver):
    """Answers every question for a schema from the folder, and with an empty document when it is not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:  # noqa: ARG002 - lxml's signature.
        path = self._path(system_url or "")
        if path is None or not path.is_file():
            return self.resolve_empty(context)
        return self.resolve_filename(str(path), context)

    def _path(self, url: str) -> Path | None:
        for pattern, place in _PUBLISHED:
            match = pattern.fullmatch(url)
            if match:
                return self._folder / place.format(match[1])
        local = Path(url.removeprefix("file://")).resolve()
        return local if local.is_relative_to(self._folder) else None


def _not_checked(en: str, zh: str) -> SchemaValidity:
    return SchemaValidity(state=SchemaState.NOT_CHECKED, reason_en=en, reason_zh=zh)
