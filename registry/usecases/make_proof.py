"""A proof bundle for a target, from what the store holds of its chain (docs/evidence.md)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from registry.access import Party
from registry.columns import instant_number
from registry.editions import Editions, load_editions
from registry.errors import IntegrityError, TooManyRecordsError
from registry.evidence.answers import account_of, days_of, verdict_on
from registry.evidence.bundle import Account, Claims, CountedFactor, Question, ShownFact, Source, packed, signed_bundle
from registry.evidence.needed import needed_records, needed_rows
from registry.evidence.shown import READINGS, as_shown
from registry.ledger.facts import shown, shown_leaf
from registry.ledger.merkle import ProofError, inclusion_of_many, root
from registry.ledger.notes import Checkpoint, Signer
from registry.reading_tables import MeterReadings
from registry.readings import StoredReading
from registry.repositories import ledger, stored
from registry.repositories.chains import load_chain
from registry.repositories.holdings import holders_of
from registry.repositories.meter_readings import current_readings
from registry.repositories.recordings import source_digests
from registry.repositories.stored import Stored
from registry.unit_of_work import UnitOfWork
from traceability.policy import POLICIES, Policy
from traceability.problems import QuestionError
from traceability.records import SECTIONS, Record, Records

MOST_READINGS = 5_000  # Of one bundle: thirteen years of days; some 3 MB.

_NOTHING_SEALED: dict[str, list[int]] = {name: [] for name in MeterReadings.sealed_columns}

Places = dict[tuple[str, str], dict[str, list[int]]]  # Of a list and an id: which parts of a field are shown.


def make_proof(
    work: UnitOfWork,
    question: Question,
    *,
    party: Party,
    checkpoint: Checkpoint,
    note: str,
    signer: Signer,
    at: datetime,
    editions: Editions | None = None,
) -> bytes:
    """The bundle as a file, for a party that may read the target; of others it shows what the proof needs.

    `checkpoint`, `note`: the statement of the tree that it is proved against, opened and as signed. `editions`: those at hand,
    where readings are asked for; the house's when left out. Raises ProofError when the
    ledger does not go with it, or when a fact that is needed was recorded after it; IntegrityError when a fact was changed.
    """
    if question.known_at > at:
        raise QuestionError("nobody knows yet what will be known then", "届时已知的记录现在尚不可知")
    nodes = ledger.nodes_of(work)
    if checkpoint.size > ledger.tree_size(work) or root(checkpoint.size, nodes) != checkpoint.root:
        raise ProofError("the ledger does not go with the checkpoint", "账本与该检查点不符")
    records = needed_records(load_chain(work, question.target), question)
    entries = _entries(work, records)
    places = _shown_places(work, records, _own(work, party, question.target))
    readings = readings_asked(work, question)
    sections = _sections(records, entries)
    sections[READINGS] = {each.entry: each.reading.id for each in readings}
    places |= {(READINGS, each.reading.id): _NOTHING_SEALED for each in readings}
    facts = sorted(_facts(work, sections, places), key=lambda fact: fact.index)
    if facts[-1].index >= checkpoint.size:
        raise ProofError("a record that is needed is younger than the checkpoint", "所需记录中有晚于该检查点登记的")
    policy = POLICIES[question.policy]
    claims = Claims(
        format="traceability-proof/1",
        made_at=at,
        question=question,
        verdict=verdict_on(records, question, policy),
        coverage=days_of(records, question, policy),
        account=_account(records, question, policy, readings, editions) if question.readings else None,
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


def readings_asked(work: UnitOfWork, question: Question) -> list[StoredReading]:
    """The readings that count in the period, where they are asked for; TooManyRecordsError for more than MOST_READINGS."""
    if not question.readings:
        return []
    if question.start is None or question.until is None:
        raise QuestionError("readings are of a period", "读数须有时段")
    found = current_readings(work, [question.target], question.start, question.until, question.known_at)
    if len(found) > MOST_READINGS:
        raise TooManyRecordsError(question.target, MOST_READINGS)
    return found


def _account(
    records: Records, question: Question, policy: Policy, readings: Sequence[StoredReading], editions: Editions | None
) -> Account:
    """What the readings come to; QuestionError for what is no metering point, or holds what a model gives."""
    points = [each for each in records.metering_points if each.id == question.target]
    if not points or question.start is None or question.until is None:
        raise QuestionError("readings are of a metering point", "只有计量点才有读数")
    editions = editions or load_editions(None)
    energy = editions.energy(points[-1].energy, question.until)
    sectors = editions.sectors_on(question.until)
    if sectors is not None and energy in sectors.modelled:
        raise QuestionError("what a model gives has no chain to prove", "模型给出的数值没有溯源链可证明")
    measured = [made for each in readings if (made := each.reading.measured()) is not None]
    counted = [
        CountedFactor(
            edition=each.edition,
            value=each.stated.value,
            unit=each.stated.unit,
            start=each.counted.start,
            until=each.counted.until or date.max,
            source=each.stated.source,
        )
        for each in editions.factors_of(energy, question.start, question.until)
        if each.counts_for(measured)
    ]
    return account_of(records, question, policy, measured, counted, points[-1].energy)


def _sections(records: Records, entries: dict[str, dict[int, Stored]]) -> dict[str, dict[int, str]]:
    """The ids of the facts by list and running number; a certificate's withdrawal is a fact of its own."""
    withdrawn = {each.id for each in records.certificates if each.withdrawal is not None}
    sections = {section: {entry: row.record.id for entry, row in rows.items()} for section, rows in entries.items()}
    sections[ledger.WITHDRAWALS] = {entry: id_ for entry, id_ in sections["certificates"].items() if id_ in withdrawn}
    return sections


def _facts(work: UnitOfWork, sections: dict[str, dict[int, str]], places: Places) -> Iterator[ShownFact]:
    """The facts with the places of their leaves."""
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
