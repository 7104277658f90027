"""The documentation says what the code does."""

import re
from pathlib import Path

import pytest

from api.render.findings_page import page
from traceability.interchange import parse_records

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


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
