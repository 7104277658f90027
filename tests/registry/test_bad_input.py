"""Every field of the records document spoilt in every way: a located refusal, the store unchanged, no other exception."""

import json
import shutil
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from registry.access import Party
from registry.unit_of_work import Store, open_store
from registry.usecases.import_records import import_records
from tests.registry.worlds import FULL, NOW, exported, fingerprint, full, recorded
from traceability.interchange import parse_records
from traceability.problems import InputError
from traceability.records import Records

# Written as JSON text, as Python has no other way to say some of them.
SPOILT = {
    "number": "5",
    "huge number": "1" + "0" * 120,
    "tiny number": "1e-200",
    "enormous exponent": "1e999999999999",
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "text": '"no such thing"',
    "empty text": '""',
    "long text": '"' + "x" * 3000 + '"',
    "text with zero": '"a\\u0000b"',
    "lone surrogate": '"\\ud800"',
    "truth": "true",
    "list": "[]",
    "list of wrong": '["x", 1]',
    "object": "{}",
    "object with duplicate": '{"a": 1, "a": 1}',
    "null": "null",
    "missing": None,
    "duplicate": "duplicate",
}
_MARK = "\x01spoilt\x01"


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """All fields and elements, at any depth."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in children:
        yield (*place, key)
        yield from _places(inner, (*place, key))


def _spoilt(place: tuple[Any, ...], how: str) -> str:
    document: Any = deepcopy(FULL)
    holder = document
    for key in place[:-1]:
        holder = holder[key]
    text = SPOILT[how]
    if text is None:
        del holder[place[-1]]
        return json.dumps(document, ensure_ascii=False)
    if text == "duplicate":
        if isinstance(holder, list):
            holder.append(deepcopy(holder[place[-1]]))
            return json.dumps(document, ensure_ascii=False)
        text = f'{json.dumps(holder[place[-1]])}, "{place[-1]}": {json.dumps(holder[place[-1]])}'
    holder[place[-1]] = _MARK
    return json.dumps(document, ensure_ascii=False).replace(json.dumps(_MARK), text)


@pytest.fixture(scope="module")
def kept_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for all of them: that it stays as it is, is what is tested."""
    path = tmp_path_factory.mktemp("kept") / "registry.sqlite"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    store = open_store(f"sqlite:///{path}")
    yield store
    store.close()


@pytest.mark.parametrize("how", SPOILT)
def test_spoilt_fields_are_refused_with_their_place(kept_store: Store, how: str) -> None:
    """A stack trace, a half-written file or a value quietly taken for another would each lose a laboratory's trust."""
    before = fingerprint(kept_store)
    refused = 0
    for place in _places(FULL):
        text = _spoilt(place, how)
        expected = _read(text)
        if isinstance(expected, InputError):
            with pytest.raises(InputError) as caught:
                recorded(kept_store, text)
            assert caught.value.path == expected.path
            refused += 1
            continue
        # Some changes leave a document that the format allows: then the store takes it as the core does, or holds it already.
        with pytest.raises(_UndoneError), kept_store.writing() as work:
            import_records(work, [text], party=Party(name="tester"), at=NOW, source="spoilt")
            raise _UndoneError
    assert fingerprint(kept_store) == before  # Rows are never removed, so one look at the end sees all that stayed.
    assert refused > 10


def _read(text: str) -> Records | InputError:
    try:
        return parse_records(text)
    except InputError as error:
        return error


class _UndoneError(Exception):
    pass


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", "$"),
        ("[]", "$"),
        ("nonsense", "$"),
        ("{}", "$.format"),
        ('{"format": "traceability-records/2"}', "$.format"),
        ('{"format": "traceability-records/1"', "$"),
        ('{"format": "traceability-records/1"} {}', "$"),
        ('{"format": "traceability-records/1", "things": []}', "$.things"),
        ('{"format": "traceability-records/1", "items": {}}', "$.items"),
        ('{"format": "traceability-records/1", "items": [], "items": []}', "$.items"),
        ('{"items": [{"id": "A", "kind": "meter"}]}', "$.format"),
        ('{"format": "traceability-records/1", "items": [{"id": "A", "kind": "meter"},]}', "$.items[1]"),
        ('{"format": "traceability-records/1"}\n{"items": {"id": "A"}}', "$.items[0].kind"),
        ('{"format": "traceability-records/1"}\n{"items": {"id": "A", "kind": "meter"}}\nnonsense', "$[2]"),
        ('{"format": "traceability-records/1"}\n{"items": {"id": "A", "kind": "meter"}, "events": {}}', "$[1]"),
    ],
)
def test_what_is_no_document_is_refused(store: Store, text: str, path: str) -> None:
    """Cut files, other formats and half lines are the usual accidents."""
    before = fingerprint(store)
    with pytest.raises(InputError) as caught:
        recorded(store, text)
    assert caught.value.path == path
    assert fingerprint(store) == before


def test_dangling_references_are_no_error(store: Store) -> None:
    """They may be unknown at `known_at`; what each means is a finding, not a refusal (SEMANTICS 2)."""
    document = full()
    document["certificates"][2]["references"] = [{"item": "NOWHERE", "certificate": "NONE"}]
    document["certificates"][2]["issuer"] = "NOBODY"
    document["certificates"][2]["replaces"] = "NOTHING"
    document["events"][0]["item"] = "NOWHERE"
    document["metering_points"][0]["branches"][0]["item"] = "NOWHERE"
    recorded(store, document)
    assert parse_records(exported(store)) == parse_records(json.dumps(document))
