"""The documentation says what the code does."""

import re
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
import typer
from fastapi.routing import iter_route_contexts
from typer.main import get_command

from api.app import everything
from api.cli.main import COMMANDS
from api.render.findings_page import page
from registry.access import PERMISSIONS
from registry.settings import Settings
from traceability.interchange import parse_records

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SETTINGS = {f"REGISTRY_{name.upper()}" for name in Settings.model_fields} | {"REGISTRY_LANG"}
REMARKS = {"REGISTRY_RENDERING"}  # Spelled like a setting.
ABOVE = {"/api/v1", "/cancel", "/undo", "/confirmation", "/rejection", "/report.pdf"}  # Of addresses said once before.
PARTS = "api|registry|traceability|bench|seed_data|tests|migrations|docs|web|requirements"


def test_the_page_of_findings_is_up_to_date() -> None:
    """A code or its sentence was changed and `python -m api.render.findings_page > docs/findings.md` was not run."""
    assert (ROOT / "docs" / "findings.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    """A page names a file that is not there."""
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_the_example_of_the_format_is_a_document() -> None:
    """The page that explains the format shows something that the registry refuses."""
    example = re.search(r"```jsonc\n(.*?)```", (ROOT / "docs" / "format.md").read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    assert len(parse_records(example[1]).certificates) == 1


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_page_names_is_there(document: Path) -> None:
    """A command, option, address, setting, file or function was renamed, and the page still tells of the old one."""
    text = document.read_text(encoding="utf-8")
    missing = {name for name in re.findall(r"REGISTRY_[A-Z_]+\b", text) if name not in SETTINGS | REMARKS}
    missing |= {name for name in re.findall(r"python -m ([\w.]+\w)", text) if find_spec(name) is None}
    for line in _code(text):
        if re.match(r"(\.venv/bin/)?registry [a-z]", line):
            missing |= set(_unknown_of_command(line))
        elif (asked := re.match(r"(GET|POST|PUT|PATCH|DELETE) (/\S+)", line)) is not None:
            missing |= set() if _is_route(asked[2], asked[1]) else {line}
        elif re.match(r"/[\w{}./?=&%,…-]+$", line):
            missing |= set() if line in ABOVE or _is_route(line) or _is_route(f"/api/v1{line}") else {line}
        elif re.match(rf"({PARTS})/[\w/.-]+$", line):
            missing |= set() if (ROOT / line).exists() else {line}
        elif re.match(rf"({PARTS})(\.[a-zA-Z]\w*)+(\(|$)", line):
            missing |= set() if _is_name(line.partition("(")[0]) else {line}
    assert missing == set()


def test_the_readme_leads_to_every_page() -> None:
    """A page that nothing leads to is read by nobody."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in (ROOT / "docs").glob("*.md") if f"](docs/{path.name})" not in readme] == []


def test_every_setting_and_command_is_told_of() -> None:
    """What can be set or asked is found by whoever reads the code alone."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS).replace("`…_", "`REGISTRY_OIDC_")
    assert {name for name in SETTINGS if name not in text} == set()
    assert {" ".join(words) for words, _ in _commands() if f"registry {' '.join(words)}" not in text} == {"demo"}  # make demo


def test_the_page_of_security_tells_what_each_role_may() -> None:
    """A customer gives a role for less than it permits."""
    rows = re.findall(
        r"^\| [^|]*\(`(\w+)`\) \| (.*) \|$", (ROOT / "docs" / "security.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    told = {role: set(re.findall(r"`(\w+)`", permissions)) for role, permissions in rows}
    assert told == {role.value: {each.value for each in permissions} for role, permissions in PERMISSIONS.items()}


def _code(text: str) -> Iterator[str]:
    """What stands between backticks, and the lines of blocks, without comments."""
    lines = "\n".join(re.findall(r"```\w*\n(.*?)```", text, flags=re.DOTALL)).splitlines()
    inline = re.findall(r"`([^`\n]+(?:\n[^`\n]+)?)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    for code in (*inline, *lines):
        yield code.replace("\n", " ").partition(" #")[0].strip()


def _commands() -> Iterator[tuple[tuple[str, ...], str]]:
    for name, found in COMMANDS.items():
        if isinstance(found, str):
            yield (name,), found
        else:
            yield from (((name, inner), place) for inner, place in found.items())


def _unknown_of_command(line: str) -> Iterator[str]:
    """The command that a line gives, where there is none, and options that it does not know."""
    words = line.split()[1:]
    places = dict(_commands())
    place = places.get(tuple(words[:2])) or places.get(tuple(words[:1]))
    if place is None:
        yield line
        return
    module, _, name = place.partition(":")
    app = typer.Typer()
    app.command()(getattr(import_module(module), name))
    known = {option for parameter in get_command(app).params for option in (*parameter.opts, *parameter.secondary_opts)}
    yield from (word for word in re.findall(r"(?<![\w-])--[a-z][a-z-]*", line) if word not in known | {"--help"})


def _is_route(address: str, method: str | None = None) -> bool:
    """Whether a route of the app has such an address; what stands in braces, or in capitals, may be anything."""
    asked = [re.sub(r".*[{…].*|[A-Z]+", "{}", part) for part in re.split(r"[?#]", address)[0].split("/")]
    for route in iter_route_contexts(everything().routes):
        parts = [re.sub(r".*\{.*", "{}", part) for part in str(route.path_format).split("/")]
        is_asked = method is None or method in (route.methods or ())
        if is_asked and len(parts) == len(asked) and all(a == b or "{}" in {a, b} for a, b in zip(parts, asked, strict=True)):
            return True
    return False


def _is_name(dotted: str) -> bool:
    """Whether a module, or something in one, has this name."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            found = getattr(found, part, None)
        return found is not None
    return False
