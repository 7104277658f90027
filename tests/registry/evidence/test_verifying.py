"""A bundle proves what it says; one in which anything was changed proves nothing."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from registry.access import OPERATOR
from registry.evidence.bundle import Claims, CountedFactor, Question, read_bundle, signed_bundle, unpacked
from registry.evidence.verifying import Proved, verified
from registry.ledger.facts import SALT_LENGTH, canonical, shown_leaf
from registry.ledger.merkle import Node, ProofError, complete_subtree, root
from registry.ledger.notes import Checkpoint, opened, signed
from registry.unit_of_work import Store
from registry.usecases.make_checkpoint import current_checkpoint
from registry.usecases.make_proof import make_proof
from tests.api.worlds import KEY, NOW, SEED, SIGNER, TODAY, VERIFIER, asked_of
from tests.registry.evidence.conftest import Make
from tests.registry.evidence.mutations import Path, mutations
from traceability.assess import assess, coverage
from traceability.policy import POLICIES
from traceability.problems import InvalidValueError, QuestionError
from traceability.verdict import Status

LEGAL = POLICIES["cn-legal/1"]
START, UNTIL = date(2025, 1, 1), date(2026, 11, 1)
NO_SALT = "AAAAAAAAAAAAAAAAAAAAAA=="
TARGET = "belt-scale"  # Of the seed chains the one with the most levels.


def proved(content: bytes, policy: str = "cn-legal/1", outside: Checkpoint | None = None) -> Proved:
    return verified(content, VERIFIER, POLICIES[policy], outside)


@pytest.fixture(scope="module")
def bundle(make: Make) -> bytes:
    return make(TARGET, **period())


def period() -> dict[str, Any]:
    return {"start": START, "until": UNTIL}


@pytest.mark.parametrize(
    "target", ["gate-electricity", "boiler-gas-meter", "dryer-gas-meter", "jacket-thermometer-a", "new-gas-meter"]
)
@pytest.mark.parametrize("policy", list(POLICIES))
def test_the_verdict_is_the_one_on_all_records(make: Make, target: str, policy: str) -> None:
    """A bundle that leaves out too much would tell a verifier with another policy of defects that there are not."""
    found = proved(make(target), policy)
    expected = asked_of(SEED, target, policy)
    assert found.verdict == expected
    assert found.bundle.verdict == asked_of(SEED, target)


def test_a_period_is_covered_as_on_all_records(bundle: bytes) -> None:
    """Gaps that a bundle hides or invents would be charged to somebody."""
    found = proved(bundle)
    days = period()
    good = coverage(SEED, TARGET, days["start"], days["until"], NOW, LEGAL)
    runs = [(each.start, each.until) for each in found.coverage]
    assert runs[0][0] == days["start"]
    assert runs[-1][1] == days["until"]
    assert sum((each.until - each.start).days + 1 for each in found.coverage if each.status.is_good) == sum(
        (until - start).days + 1 for start, until in good
    )


def in_facts(path: Path) -> bool:
    """Whether a place of a bundle is a text that is a document itself: a fact, or a part of one."""
    return path[:1] == ("facts",) and path[-1:] == ("text",)


def test_every_change_of_a_single_field_is_found(bundle: bytes) -> None:
    """Whoever passes the file on could change what it says, leave something out, add, double or move it."""
    document, kinds = json.loads(bundle), set()
    for path in mutations(document, inside=in_facts):
        kinds.add(path[-1].split()[-1] if isinstance(path[-1], str) else "")
        with pytest.raises(ProofError):
            proved(canonical(document))
    assert canonical(document) == bundle
    assert kinds >= {"null", "changed", "added", "removed", "out", "doubled", "swapped"}


def test_there_is_one_spelling(bundle: bytes) -> None:
    """Two files with one signature could be read in two ways."""
    document = json.loads(bundle)
    again = json.dumps(document, ensure_ascii=False).encode()
    doubled = bundle.replace(b'{"checkpoint"', b'{"checkpoint":"","checkpoint"', 1)
    for other in (again, bundle + b"\n", doubled, bundle[:-1], b"", b"\xff", b"[" * 100_000, b"{}", b"null"):
        with pytest.raises(ProofError):
            proved(other)
    for extra in ({**document, "note": ""}, {**document, "facts": [{**document["facts"][0], "x": 1}, *document["facts"][1:]]}):
        with pytest.raises(ProofError):
            proved(canonical(extra))


# What the registry alone says, in its own name; no leaf and no rule stands behind it.
_SAID = {"made_at", "documents"}


def test_whoever_holds_the_key_cannot_change_facts_or_verdict(bundle: bytes) -> None:
    """The registry could sign what its ledger does not hold: leaves and rules are checked for themselves.

    What it may do is to withhold a part on which the verdict does not rest, and then a verifier is told.
    """
    document = json.loads(bundle)
    document.pop("signature")
    told, withheld = sum(each.hidden for each in proved(bundle).withheld), set()
    for path in mutations(document, lambda path: path[0] not in _SAID):
        if "parts" in path and path[-1] == "removed":
            withheld.add(_withheld_by(document, told))
            continue
        with pytest.raises(ProofError):
            proved(resigned(document))
    assert withheld == {True, False}


def _withheld_by(document: Any, told: int) -> bool:
    """Whether parts can be withheld as the document does it, and are then told."""
    try:
        found = proved(resigned(document))
    except ProofError:
        return False
    assert sum(each.hidden for each in found.withheld) > told
    return True


def resigned(document: Any) -> bytes:
    """The document with a signature that is right; ProofError where it cannot be one."""
    try:
        return signed_bundle(msgspec.json.decode(canonical(document), type=Claims), SIGNER)
    except msgspec.MsgspecError as error:
        raise ProofError("no claims", "") from error


def test_the_bundle_does_not_choose_the_policy(make: Make) -> None:
    """A centre that picks the easiest policy is not believed: the verifier's own decides."""
    easy = make("dryer-gas-meter", policy="structure/1")
    found = proved(easy)
    assert found.verdict == asked_of(SEED, "dryer-gas-meter")
    assert found.policy is LEGAL
    document = json.loads(easy)
    document.pop("signature")
    document["question"]["policy"] = document["verdict"]["policy"] = "easy/1"
    with pytest.raises(ProofError):
        proved(resigned(document))


def test_a_checkpoint_from_outside_must_be_the_one(bundle: bytes) -> None:
    """Whoever made all history anew has a sound ledger, and another root."""
    own = opened(read_bundle(bundle).checkpoint, VERIFIER)
    assert proved(bundle, outside=own).is_witnessed
    for other, size in ((bytes(32), own.size), (own.root, own.size + 1)):
        with pytest.raises(ProofError):
            proved(bundle, outside=Checkpoint(origin=own.origin, size=size, root=other))


def test_a_part_is_shown_as_it_was_sealed_or_not_at_all(bundle: bytes) -> None:
    """A row of a scope that was swapped for a wider one would make an issuer competent."""
    document = json.loads(bundle)
    document.pop("signature")
    number = next(number for number, fact in enumerate(document["facts"]) if "scope" in fact.get("parts", {}))
    scope = document["facts"][number]["parts"]["scope"]
    wider = [{**scope[0], "text": scope[0]["text"].replace('"quantity"', '"quantity" ')}]
    for other in (
        wider,
        [*scope, scope[-1]],
        [{**scope[0], "place": 99}],
        [],
        [{**scope[0], "salt": "AAAAAAAAAAAAAAAAAAAAAA=="}],
    ):
        document["facts"][number]["parts"] = {"scope": other}
        with pytest.raises(ProofError):
            proved(resigned(document))
    document["facts"][number]["parts"] = {"name": scope}
    with pytest.raises(ProofError):
        proved(resigned(document))


def test_what_is_withheld_is_told(bundle: bytes) -> None:
    """Otherwise a verifier would take what is shown for all there is."""
    found = proved(bundle)
    shown = {competence.id: len(competence.scope) for competence in found.records.competences}
    whole = {competence.id: len(competence.scope) for competence in SEED.competences}
    told = {each.id: (each.parts - each.hidden, each.parts) for each in found.withheld if each.field == "scope"}
    assert told
    assert all((shown[id_], whole[id_]) == counts for id_, counts in told.items())


def test_no_record_beyond_those_needed_is_shown(bundle: bytes) -> None:
    """Each is there because some answer would differ without it, or because it names who issued."""
    found = proved(bundle)
    for section in ("certificates", "items", "competences"):
        for record in getattr(found.records, section):
            rest = tuple(each for each in getattr(found.records, section) if each is not record)
            without = msgspec.structs.replace(found.records, **{section: rest})
            if record.id == TARGET:
                continue
            answers = [assess(without, TARGET, found.verdict.as_of, NOW, policy) for policy in POLICIES.values()]
            days = period()
            runs = [coverage(without, TARGET, days["start"], days["until"], NOW, policy) for policy in POLICIES.values()]
            same = [asked_of(SEED, TARGET, name) for name in POLICIES]
            covered = [coverage(SEED, TARGET, days["start"], days["until"], NOW, policy) for policy in POLICIES.values()]
            assert (answers, runs) != (same, covered), record.id


def test_the_statuses_of_the_examples_differ(make: Make) -> None:
    """The tests above would say little if all targets were alike."""
    assert {proved(make(target)).verdict.status for target in ("gate-electricity", "boiler-gas-meter", "dryer-gas-meter")} == {
        Status.TRACEABLE,
        Status.INDETERMINATE,
        Status.NOT_TRACEABLE,
    }


def forged(document: Any) -> bytes:
    """The bundle of a registry that lies from the start: a ledger of the facts as they stand now, and everything signed."""
    leaves = [shown_leaf(unpacked(fact["salt"], SALT_LENGTH), fact["text"].encode()) for fact in document["facts"]]
    for index, fact in enumerate(document["facts"]):
        fact["index"] = index
    nodes = StoredHashes(leaves)
    note = signed(Checkpoint(origin="registry.example/log", size=len(leaves), root=root(len(leaves), nodes)), SIGNER)
    claims = {name: value for name, value in document.items() if name != "signature"} | {"proof": [], "checkpoint": note}
    signature = {"key": KEY, "value": base64.b64encode(SIGNER.sign(canonical(claims))).decode()}
    return canonical(claims | {"signature": signature})


class StoredHashes:
    """The hashes of complete subtrees over some leaves."""

    def __init__(self, leaves: list[bytes]) -> None:
        self._leaves = leaves

    def __call__(self, wanted: Sequence[Node]) -> list[bytes]:
        return [complete_subtree(self._leaves[index << level : (index + 1) << level]) for level, index in wanted]


def _known_later(document: Any) -> None:
    document["question"]["known_at"] = document["verdict"]["known_at"] = "2099-01-01T00:00:00Z"


def _withdrawn(document: Any, times: int) -> None:
    certificate = document["documents"][-1]["certificate"]
    for day in range(1, times + 1):
        said = {"certificate": certificate, "on": "2026-01-01", "void_from": f"2099-01-0{day}"}
        document["facts"].append({"index": 0, "salt": NO_SALT, "text": canonical({"withdrawals": said}).decode()})


def _sealed_withdrawal(document: Any) -> None:
    _withdrawn(document, 1)
    fact = json.loads(document["facts"][-1]["text"]) | {"sealed": {"name": []}}
    document["facts"][-1]["text"] = canonical(fact).decode()


def _withdrawal_inside(document: Any) -> None:
    fact = next(fact for fact in document["facts"] if fact["text"].startswith('{"certificates"'))
    text = json.loads(fact["text"])
    text["certificates"]["withdrawal"] = {"on": "2026-01-01", "void_from": "2099-01-01"}
    fact["text"] = canonical(text).decode()


def _spelled(document: Any) -> None:
    fact = document["facts"][0]
    fact["text"] = fact["text"].replace(":", ": ", 1)


def _doubled(document: Any) -> None:
    document["facts"].append(document["facts"][-1] | {"salt": NO_SALT})


# What a registry that lies can put into its own ledger, and sign.
FORGERIES: dict[str, Callable[[Any], None]] = {
    "known after it was made": _known_later,
    "made at no zone's time": lambda document: document.update(made_at="2026-11-23T02:00:00"),
    "withdrawn twice, the later one hiding the other": lambda document: _withdrawn(document, 2),
    "a withdrawal with something withheld": _sealed_withdrawal,
    "a withdrawal inside a certificate": _withdrawal_inside,
    "a fact in another spelling": _spelled,
    "a fact twice with another salt": _doubled,
    "an original of a certificate that is not here": lambda each: each["documents"][0].update(certificate="elsewhere"),
    "an original twice": lambda document: document["documents"].append(document["documents"][0]),
    "a field in the verdict that there is not": lambda document: document["verdict"].update(note=""),
    "a graph without nodes": lambda document: document["verdict"]["graph"].pop("nodes"),
    "readings that were not asked for": lambda document: document["question"].update(readings=False),
    "a status that is better than its reasons": lambda document: document["verdict"].update(status="traceable"),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_what_a_lying_registry_signs_is_refused(make: Make, what: str) -> None:
    """Whoever holds the key holds the ledger as well: a whole one is made around what is forged."""
    document = json.loads(make("boiler-gas-meter", **period()))
    assert proved(forged(document))
    FORGERIES[what](document)
    with pytest.raises(ProofError):
        proved(forged(document))


def test_what_will_be_known_is_not_proved(make: Make, seeded: Store) -> None:
    """A proof would say of a withdrawal of tomorrow that it was never recorded."""
    note = current_checkpoint(seeded, SIGNER, NOW).note
    asked = Question(target=TARGET, as_of=TODAY, known_at=NOW + timedelta(days=1), policy="cn-legal/1")
    with seeded.reading() as work, pytest.raises(QuestionError):
        make_proof(work, asked, party=OPERATOR, checkpoint=opened(note, VERIFIER), note=note, signer=SIGNER, at=NOW)


def test_a_short_text_for_a_number_without_end_is_refused_before_it_is_written_out() -> None:
    """A file of some kilobytes that nobody signed would fill the memory of whoever checks it."""
    with pytest.raises(InvalidValueError):
        CountedFactor(edition="x", value=Decimal("1E+999999999"), unit="t/m^3", start=TODAY, until=TODAY, source="x")
