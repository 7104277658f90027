"""A proof bundle for a target, from what the store holds of its chain (docs/evidence.md)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from registry.access import Party
from registry.columns import instant_number
from registry.errors import IntegrityError
from registry.evidence.answers import days_of, verdict_on
from registry.evidence.bundle import Claims, Question, ShownFact, Source, packed, signed_bundle
from registry.evidence.needed import needed_records, needed_rows
from registry.evidence.shown import as_shown
from registry.ledger.facts import shown, shown_leaf
from registry.ledger.merkle import ProofError, inclusion_of_many, root
from registry.ledger.notes import Checkpoint, Signer
from registry.repositories import ledger, stored
from registry.repositories.chains import load_chain
from registry.repositories.holdings import holders_of
from registry.repositories.recordings import source_digests
from registry.repositories.stored import Stored
from registry.unit_of_work import UnitOfWork
from traceability.policy import POLICIES
from traceability.records import SECTIONS, Record, Records

Places = dict[tuple[str, str], dict[str, list[int]]]  # Of a list and an id: which parts of a field are shown.


def make_proof(
    work: UnitOfWork, question: Question, *, party: Party, checkpoint: Checkpoint, note: str, signer: Signer, at: datetime
) -> bytes:
    """The bundle as a file, for a party that may read the target; of others it shows what the proof needs.

    `checkpoint`, `note`: the statement of the tree that it is proved against, opened and as signed. Raises ProofError when the
    ledger does not go with it, or when a fact that is needed was recorded after it; IntegrityError when a fact was changed.
    """
    nodes = ledger.nodes_of(work)
    if checkpoint.size > ledger.tree_size(work) or root(checkpoint.size, nodes) != checkpoint.root:
        raise ProofError("the ledger does not go with the checkpoint", "账本与该检查点不符")
    records = needed_records(load_chain(work, question.target), question)
    entries = _entries(work, records)
    places = _shown_places(work, records, _own(work, party, question.target))
    facts = sorted(_facts(work, records, entries, places), key=lambda fact: fact.index)
    if facts[-1].index >= checkpoint.size:
        raise ProofError("a record that is needed is younger than the checkpoint", "所需记录中有晚于该检查点登记的")
    policy = POLICIES[question.policy]
    claims = Claims(
        format="traceability-proof/1",
        made_at=at,
        question=question,
        verdict=verdict_on(records, question, policy),
        coverage=days_of(records, question, policy),
        facts=tuple(facts),
        proof=tuple(packed(each) for each in inclusion_of_many([fact.index for fact in facts], checkpoint.size, nodes)),
        checkpoint=note,
        documents=_sources(work, entries["certificates"].values()),
    )
    return signed_bundle(claims, signer)


def _entries(work: UnitOfWork, records: Records) -> dict[str, dict[int, Stored]]:
    """The rows of the records, by list and running number."""
    found: dict[str, dict[int, Stored]] = {}
    for section in SECTIONS:
        wanted = {_identity(section, record): record for record in getattr(records, section)}
        rows = stored.with_ids(work, section, sorted({record.id for record in wanted.values()})) if wanted else []
        # Of an organization, the latest row counts.
        by_identity = {_identity(section, row.record): row for row in rows}
        found[section] = {by_identity[identity].entry: by_identity[identity] for identity in wanted}
    return found


def _identity(section: str, record: Record) -> tuple[str, int]:
    has_versions = section in {"competences", "items", "metering_points"}
    return record.id, instant_number(getattr(record, "recorded_at", None)) if has_versions else 0


def _facts(work: UnitOfWork, records: Records, entries: dict[str, dict[int, Stored]], places: Places) -> Iterator[ShownFact]:
    """The facts with the places of their leaves; a certificate's withdrawal is a fact of its own."""
    withdrawn = {each.id for each in records.certificates if each.withdrawal is not None}
    sections = {section: {entry: row.record.id for entry, row in rows.items()} for section, rows in entries.items()}
    sections[ledger.WITHDRAWALS] = {entry: id_ for entry, id_ in sections["certificates"].items() if id_ in withdrawn}
    for section, ids in sections.items():
        leaves = ledger.leaves_of(work, section, sorted(ids))
        texts = ledger.texts_of(work, section, sorted(ids))
        for entry, id_ in ids.items():
            leaf, text = leaves.get(entry), texts.get(entry)
            if leaf is None or text is None:
                raise _changed(section, id_)
            fact = shown(leaf.salt, text)
            if shown_leaf(fact.salt, fact.text) != leaf.leaf_hash:
                raise _changed(section, id_)
            yield as_shown(leaf.entry - 1, fact, places.get((section, id_), {}))


def _changed(section: str, id_: str) -> IntegrityError:
    return IntegrityError(f"{section} {id_!r} is not what the ledger says", f"{section} {id_!r} 与账本不符")


def _own(work: UnitOfWork, party: Party, target: str) -> set[str]:
    """The organizations whose own records are shown in full: those of the party, else those that hold the target."""
    if party.viewers is not None:
        return set(party.viewers)
    held = (holders_of(work, section, [target]) for section in ("items", "metering_points"))
    return {holder for each in held for holder, _ in each}


def _shown_places(work: UnitOfWork, records: Records, own: set[str]) -> Places:
    """Of the records of others, the parts that the proof needs: no names of items, the rows of scopes that are rested on."""
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for holder, id_ in holders_of(work, "items", [item.id for item in records.items]):
        holders[id_].add(holder)
    places: Places = {("items", id_): {"name": []} for id_, each in holders.items() if not each & own}
    for competence in records.competences:
        if competence.organization not in own:
            places["competences", competence.id] = {"scope": needed_rows(competence, records.certificates)}
    return places


def _sources(work: UnitOfWork, certificates: Iterable[Stored]) -> tuple[Source, ...]:
    """The digests of the files by which certificates came in."""
    rows = list(certificates)
    digests = source_digests(work, sorted({row.recording for row in rows}))
    found = (Source(certificate=row.record.id, sha256=digests[row.recording]) for row in rows if row.recording in digests)
    return tuple(sorted(found, key=lambda source: source.certificate))
