"""`registry log …`: the ledger as a person checks it, with a checkpoint that was kept elsewhere."""

import base64
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from registry.ledger.notes import key_id
from tests.api.worlds import DOCUMENT
from tests.registry.exchange.dcc.builder import Dcc


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with some records and the file of a certificate, on a machine where it was never used before."""
    made = tmp_path_factory.mktemp("original")
    (made / "records.json").write_bytes(DOCUMENT)
    (made / "certificate.xml").write_bytes(Dcc(number="C-1").xml())
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("REGISTRY_DATABASE_URL", raising=False)
        patch.setenv("REGISTRY_DATA_DIR", str(made / "data"))
        assert run("import", str(made / "records.json"), str(made / "certificate.xml")).exit_code == 0
    return made


@pytest.fixture
def folder(original: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A copy of it for each test."""
    monkeypatch.delenv("REGISTRY_DATABASE_URL", raising=False)
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "data"))
    shutil.copytree(original / "data", tmp_path / "data")
    return tmp_path


def test_a_sound_ledger_is_confirmed(folder: Path) -> None:
    """The figures go to programs, the sentence to people."""
    report = json.loads(run("log", "check", "--json").stdout)
    assert report["difference"] is None
    assert report["size"] > 10
    assert len(report["root"]) == 64
    assert run("log", "check").exit_code == 0


def test_a_change_ends_with_the_code_of_integrity_failures(folder: Path) -> None:
    """A script that watches the ledger looks at the exit code alone."""
    tamper(folder)
    result = run("log", "check", "--json")
    assert result.exit_code == 6
    assert json.loads(result.stdout)["difference"]["section"] == "certificates"


# The tamper drill: what somebody who owns the database does, with the list and the words by which `registry log check` tells.
_LONGER = "UPDATE certificates SET valid_until = valid_until + 365 WHERE place = 3"
_DRILL: dict[str, tuple[str, str | None, str]] = {
    "a value changed": (_LONGER, "certificates", "says something else"),
    "a row deleted": ("DELETE FROM withdrawals", "withdrawals", "is gone"),
    "rows reordered": (
        "UPDATE certificates SET entry = -entry WHERE id IN "
        "(SELECT id FROM certificates ORDER BY entry LIMIT 2); UPDATE certificates SET entry = "
        "(SELECT sum(-entry) FROM certificates WHERE entry < 0) + entry WHERE entry < 0",
        "certificates",
        "says something else",
    ),
    "leaves reordered": (
        "UPDATE ledger_leaves SET leaf_hash = (SELECT leaf_hash FROM ledger_leaves AS other WHERE other.entry = 15 - "
        "ledger_leaves.entry) WHERE entry IN (7, 8)",
        None,
        "says something else",
    ),
    "a row slipped in": (
        "INSERT INTO events SELECT entry + 1000, 'E-new', recorded_at, item, kind, happened_on, recording, place "
        "FROM events LIMIT 1",
        "events",
        "no leaf stands for",
    ),
    "a document swapped": ("UPDATE documents SET content = CAST('other' AS BLOB)", "documents", "has another SHA-256"),
    "a document swapped, digest and all": (
        "UPDATE documents SET content = CAST('' AS BLOB), "
        "sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'",
        None,
        "is gone",
    ),
}


@pytest.mark.parametrize("what", _DRILL)
def test_what_is_done_to_the_database_is_told_by_the_check_alone(folder: Path, what: str) -> None:
    """An owner of the database could do it unseen, or somebody would not know where to look."""
    statements, section, said = _DRILL[what]
    tamper(folder, *statements.split(";"))
    result = run("log", "check", "--json")
    difference = json.loads(result.stdout)["difference"]
    assert result.exit_code == 6
    assert said in difference["en"]
    assert section in {None, difference["section"]}


# Without what left the machine before nobody can tell; these two it takes a checkpoint from outside for.
def test_a_history_made_anew_is_told_by_a_checkpoint_from_outside_alone(folder: Path) -> None:
    """Whoever owns the database changes a record and computes the whole tree anew: it is sound, and it is another one."""
    kept = folder / "checkpoint.txt"
    assert run("log", "checkpoint", "--out", str(kept)).exit_code == 0
    tamper(folder, _LONGER, "DELETE FROM ledger_leaves", "DELETE FROM ledger_tiles")
    assert json.loads(run("migrate", "--json").stdout)["leaves"] > 10
    own = run("log", "check", "--json")  # Its own checkpoint was left: that tells it already.
    assert (own.exit_code, "has another root" in json.loads(own.stdout)["difference"]["en"]) == (6, True)
    assert run("log", "checkpoint").exit_code == 6
    tamper(folder, "DELETE FROM ledger_checkpoints")
    assert run("log", "check").exit_code == 0
    outside = run("log", "check", "--checkpoint", str(kept), "--json")
    assert (outside.exit_code, "has another root" in json.loads(outside.stdout)["difference"]["en"]) == (6, True)


def test_an_old_backup_is_told_by_a_checkpoint_from_outside_alone(folder: Path) -> None:
    """It was sound when it was made, and knows nothing of what came after."""
    database, kept, backup = folder / "data" / "registry.sqlite", folder / "checkpoint.txt", folder / "backup.sqlite"
    shutil.copy(database, backup)
    (folder / "later.xml").write_bytes(Dcc(number="C-2").xml())
    assert run("import", str(folder / "later.xml")).exit_code == 0
    assert run("log", "checkpoint", "--out", str(kept)).exit_code == 0
    for file in database.parent.glob("registry.sqlite*"):
        file.unlink()
    shutil.copy(backup, database)
    assert run("log", "check").exit_code == 0
    outside = run("log", "check", "--checkpoint", str(kept), "--json")
    assert outside.exit_code == 6
    assert json.loads(outside.stdout)["difference"]["en"].startswith("a checkpoint knows ")


def test_a_checkpoint_that_was_kept_elsewhere_is_compared(folder: Path) -> None:
    """Only it tells of a database that was put back to an old copy."""
    kept = folder / "checkpoint.txt"
    assert run("log", "checkpoint", "--out", str(kept)).exit_code == 0
    key = run("log", "checkpoint", "--show-key").stdout.strip()
    assert run("log", "check", "--checkpoint", str(kept), "--key", key).exit_code == 0
    (folder / "data" / "registry.sqlite").unlink()
    assert run("log", "check", "--checkpoint", str(kept)).exit_code == 6


def test_a_forged_checkpoint_is_refused(folder: Path) -> None:
    """It would raise a false alarm, or hide a true one."""
    kept = folder / "checkpoint.txt"
    run("log", "checkpoint", "--out", str(kept))
    kept.write_text(kept.read_text(encoding="utf-8").replace("\n", "0\n", 1), encoding="utf-8")
    assert run("log", "check", "--checkpoint", str(kept)).exit_code == 6
    kept.write_bytes(b"\xff")
    assert run("log", "check", "--checkpoint", str(kept)).exit_code == 2


def test_no_checkpoint_is_signed_over_a_changed_history(folder: Path) -> None:
    """Two signed histories would be each other's proof against us."""
    run("log", "checkpoint")
    tamper(folder, "UPDATE ledger_leaves SET leaf_hash = zeroblob(32) WHERE entry = 3")
    assert run("log", "checkpoint").exit_code == 6


def test_the_private_key_is_for_its_owner_alone(folder: Path) -> None:
    """Who reads it signs in our name."""
    run("log", "checkpoint")
    assert (folder / "data" / "ledger-key.pem").stat().st_mode & 0o077 == 0


def test_a_store_from_before_the_ledger_is_made_up_by_migrate(folder: Path) -> None:
    """Facts without a leaf are named until then."""
    tamper(folder, "DELETE FROM ledger_leaves", "DELETE FROM ledger_tiles")
    assert run("log", "check").exit_code == 6
    assert json.loads(run("migrate", "--json").stdout)["leaves"] > 10
    assert run("log", "check").exit_code == 0


def tamper(folder: Path, *statements: str) -> None:
    """What the owner of a database can do: triggers and foreign keys hold others."""
    with closing(sqlite3.connect(folder / "data" / "registry.sqlite")) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements or ("UPDATE certificates SET valid_until = valid_until + 1",):
            connection.execute(statement)
        connection.commit()


def test_witnesses_are_entered_listed_and_ended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who vouches for this registry is the operator's choice, and a recorded one."""
    assert run("log", "send").exit_code == 0  # Nobody to ask.
    key = witness_line()
    assert run("log", "witness", "--key", key).exit_code == 2
    assert run("log", "witness", "--key", key, "--url", "http://127.0.0.1:9/").exit_code != 0
    monkeypatch.setenv("REGISTRY_WEBHOOKS_ALLOW_PRIVATE", "1")
    found = json.loads(run("log", "witness", "--key", key, "--url", "http://127.0.0.1:9/", "--json").stdout)["witnesses"]
    assert [(each["name"], each["is_active"], each["size"]) for each in found] == [("witness.example/w", True, None)]
    sent = run("log", "send", "--json")
    assert sent.exit_code == 1  # Nobody is at that address.
    assert json.loads(sent.stdout)["asked"][0]["said"].startswith("not signed: ")
    assert "启用" in run("log", "witness").stdout
    assert run("log", "witness", "--end", "witness.example/w").exit_code == 0
    assert run("log", "witness", "--end", "witness.example/w").exit_code == 4
    assert run("log", "check").exit_code == 0
    assert run("log", "checkpoint", "--timestamp", str(folder / "stamp.tsr")).exit_code == 2  # None was made.


def test_checkpoints_and_proofs_are_signed_with_what_the_settings_say(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same commands with SM2; a verifier with the other key refuses."""
    before = run("log", "checkpoint", "--show-key").stdout.strip()
    run("log", "checkpoint")
    monkeypatch.setenv("REGISTRY_LEDGER_ALGORITHM", "sm2-sm3")
    key, proof = run("log", "checkpoint", "--show-key").stdout.strip(), folder / "proof.json"
    assert run("proof", "make", "gate-gas", "--as-of", "2026-11-20", "--out", str(proof)).exit_code == 0
    assert run("proof", "verify", str(proof), "--key", key).exit_code in {0, 1}
    assert run("proof", "verify", str(proof), "--key", before).exit_code == 6


def witness_line() -> str:
    """A verifier key as a witness publishes it."""
    name, public = "witness.example/w", b"\x04" + bytes(range(32))
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(public).decode()}"
