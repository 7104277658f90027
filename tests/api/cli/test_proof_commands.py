"""`registry proof …`: made on one machine, checked on another that has nothing but the file and the key."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from tests.api.worlds import DOCUMENT


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a registry, proofs of it, its key and a checkpoint."""
    folder = tmp_path_factory.mktemp("proofs")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("REGISTRY_DATABASE_URL", raising=False)
        patch.setenv("REGISTRY_DATA_DIR", str(folder / "data"))
        (folder / "records.json").write_bytes(DOCUMENT)
        assert run("import", str(folder / "records.json")).exit_code == 0
        assert run("log", "checkpoint", "--out", str(folder / "checkpoint")).exit_code == 0
        (folder / "key").write_text(run("log", "checkpoint", "--show-key").stdout)
        for target in ("gate-gas", "dryer-gas-meter"):
            asked = ("--as-of", "2026-11-20", "--out", str(folder / f"{target}.json"))
            assert run("proof", "make", target, *asked).exit_code == 0
        period = ("--from", "2026-01-01", "--until", "2026-11-20", "--checkpoint", str(folder / "checkpoint"))
        assert run("proof", "make", "boiler-gas-meter", *period, "--out", str(folder / "period.json")).exit_code == 0
        assert run("proof", "page", "--out", str(folder / "page.html"), "--lang", "en").exit_code == 0
    return folder


@pytest.fixture
def elsewhere(made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[str, ...]:
    """The machine of somebody else: no database, no key; the options that name the public key."""
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "nothing"))
    return ("--key", (made / "key").read_text().strip())


def test_a_proof_is_checked_with_nothing_but_the_key(made: Path, elsewhere: tuple[str, ...], tmp_path: Path) -> None:
    """A verifier without our database, as all of them are. Nothing is left behind there."""
    for target, code in (("gate-gas", 0), ("dryer-gas-meter", 1)):
        result = run("proof", "verify", str(made / f"{target}.json"), *elsewhere, "--json")
        assert result.exit_code == code
        answer = json.loads(result.stdout)
        assert answer["verdict"]["target"] == target
        assert (answer["is_witnessed"], answer["is_complete_known"]) == (False, False)
    assert not (tmp_path / "nothing").exists()


def test_people_read_what_was_not_checked(made: Path, elsewhere: tuple[str, ...]) -> None:
    """A proof that seems to say more than it does is worse than none."""
    told = run("proof", "verify", str(made / "gate-gas.json"), *elsewhere, "--lang", "en").stdout
    for words in ("Traceable", "Not checked:", "the registry's own word", "What is withheld", "scope"):
        assert words in " ".join(told.split())


def test_a_period_is_proved_against_a_checkpoint_kept_elsewhere(made: Path, elsewhere: tuple[str, ...]) -> None:
    """The one thing that tells of a history made anew."""
    witness = ("--checkpoint", str(made / "checkpoint"))
    result = run("proof", "verify", str(made / "period.json"), *elsewhere, *witness, "--json", "--policy", "structure/1")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert answer["is_witnessed"]
    assert answer["verdict"]["policy"] == "structure/1"
    assert answer["made_for_policy"] == "cn-legal/1"
    days = answer["coverage"]
    assert (days[0]["from"], days[-1]["until"]) == ("2026-01-01", "2026-11-20")
    assert run("proof", "verify", str(made / "period.json"), *elsewhere, *witness, "--lang", "en").exit_code == 1


def test_a_changed_proof_ends_with_the_code_of_integrity(made: Path, elsewhere: tuple[str, ...], tmp_path: Path) -> None:
    """A script looks at the exit code alone."""
    bad = tmp_path / "bad.json"
    bad.write_bytes((made / "gate-gas.json").read_bytes().replace(b"2026", b"2025", 1))
    assert run("proof", "verify", str(bad), *elsewhere).exit_code == 6
    assert run("proof", "verify", str(made / "gate-gas.json"), "--key", "x+00+x").exit_code == 6


def test_an_original_that_was_swapped_is_told_from_the_true_one(made: Path, elsewhere: tuple[str, ...], tmp_path: Path) -> None:
    """Whoever hands out the certificate's file could hand out another one; the digest in the proof is that of the true one."""
    told = run("proof", "verify", str(made / "gate-gas.json"), *elsewhere, "--document", str(made / "records.json")).stdout
    assert "records.json 是证书 gate-gas-gauge-c1" in told
    assert "出自登记处的声明" not in told
    other = tmp_path / "records.json"
    other.write_bytes(DOCUMENT + b" ")
    assert run("proof", "verify", str(made / "gate-gas.json"), *elsewhere, "--document", str(other)).exit_code == 6


def test_a_question_that_cannot_be_asked_is_a_usage_error(made: Path, elsewhere: tuple[str, ...], tmp_path: Path) -> None:
    """Without a key, without a file, with half a period."""
    assert run("proof", "verify", str(made / "gate-gas.json")).exit_code == 2
    assert run("proof", "verify", str(tmp_path / "none.json"), *elsewhere).exit_code == 2
    half = run("proof", "make", "gate-gas", "--from", "2026-01-01", "--out", str(tmp_path / "x.json"))
    assert half.exit_code == 2
    assert run("proof", "make", "nothing-here", "--out", str(tmp_path / "x.json")).exit_code == 4


def test_the_page_stands_alone(made: Path) -> None:
    """A page that loads something is none for a machine without network; a script that ends early would be shown as text."""
    page = (made / "page.html").read_text(encoding="utf-8")
    assert page.count("<script>") == page.count("</script>") == 1
    assert page.count("<style>") == page.count("</style>") == 1
    for loaded in (" src=", "<link", "@import", "url(", "fetch(", "http://", "https://"):
        assert loaded not in page
    assert (made / "key").read_text().strip().split("+")[0] in page
