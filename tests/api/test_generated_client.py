"""A client generator takes the OpenAPI document, and what it makes can be used."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from api import openapi

# What a client asks for most; the generator names modules after operation ids.
_OPERATIONS = ("get_certificate", "get_item", "get_item_history", "get_verdict", "list_certificates", "list_items", "search")

# The generator knows of JSON, text and bytes; pictures and files are bytes to it when it is told so.
_AS_BYTES = dict.fromkeys(
    (
        "application/dcc+xml",
        "application/pdf",
        "application/timestamp-reply",
        "application/vnd.ms-excel",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/x-ndjson",
        "application/xml",
        "application/zip",
        "image/jpeg",
        "image/png",
        "image/svg+xml",
        "image/webp",
        "text/csv",
    ),
    "application/octet-stream",
)


def test_a_client_is_generated_and_its_models_read_the_examples(tmp_path: Path) -> None:
    """Whoever connects a LIMS generates the client; a schema that the generator drops is a call that cannot be made."""
    package = tmp_path / "registry_client"
    configuration = tmp_path / "generator.json"
    configuration.write_text(json.dumps({"post_hooks": [], "content_type_overrides": _AS_BYTES}), encoding="utf-8")
    made = subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"),
            *("--path", str(openapi.DOCUMENT), "--output-path", str(package), "--config", str(configuration)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    used = subprocess.run(
        [sys.executable, "-W", "error", "-c", _USE, json.dumps(_examples())],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert used.returncode == 0, used.stderr
    modules = {path.stem for path in package.glob("api/*/*.py")}
    assert modules.issuperset(_OPERATIONS)


def _examples() -> dict[str, Any]:
    """The example of each answer, by the name of its schema."""
    document = json.loads(openapi.DOCUMENT.read_text(encoding="utf-8"))
    found: dict[str, Any] = {}
    for operation in (each for methods in document["paths"].values() for each in methods.values()):
        for response in operation["responses"].values():
            content = response.get("content", {}).get("application/json", {})
            if "example" in content:
                found[content["schema"]["$ref"].rpartition("/")[2]] = content["example"]
    return found


# Runs where the package was made: every example goes through the generated model and comes out as it was.
_USE = """
import json, sys
from registry_client import Client, models
from registry_client.api.items import list_items
for name, example in json.loads(sys.argv[1]).items():
    read = getattr(models, name).from_dict(example)
    assert set(read.to_dict()) == set(example), name
assert callable(list_items.sync)
assert Client(base_url="http://127.0.0.1:8000")
"""
