"""Which tables the ledger covers: of every table its rows are leaves, or parts of one, or there is a reason why not."""

import pytest
from sqlalchemy import Integer

from registry.columns import WholeNumber
from registry.every_table import TABLES
from registry.repositories import ledger
from registry.table_parts import Table, table_of

# Records are leaves by way of the recorder, with the rows of the lists inside them; the text of a leaf holds them all.
RECORDS = {"organizations", "competences", "items", "certificates", "withdrawals", "events", "metering_points"}
PARTS = {
    "suspensions": "competences",
    "scope_rows": "competences",
    "item_quantities": "items",
    "recognized_periods": "items",
    "results": "certificates",
    "certificate_references": "certificates",
    "branches": "metering_points",
}
NO_LEAVES = {
    # Secrets: a leaf that can never be opened proves nothing (docs/decisions/0040).
    "monitoring_secrets": "a secret",
    "passwords": "a secret",
    "password_tokens": "a secret",
    "first_tokens": "a secret",
    "webhook_secrets": "a secret",
    # What people and machines do with the service is no fact about the world.
    "sessions": "a way into the service",
    "session_ends": "a way into the service",
    "sign_in_attempts": "a way into the service",
    "used_states": "a way into the service",
    "idempotency_keys": "an answer, given again to the same request",
    "announcements": "tells of facts that have leaves",
    "outgoing": "tells of facts that have leaves",
    "outgoing_tries": "how a message was sent",
    "outgoing_outcomes": "how a message was sent",
    "monitoring_sendings": "how a message was sent",
    "due_notices": "reminds of what follows from certificates",
    "review_notices": "reminds of what follows from steps of reviews",
    "jobs": "work on the way; what it recorded has leaves",
    "job_starts": "work on the way",
    "job_ends": "work on the way",
    "imports": "work on the way; the recording that came of it has a leaf with the digest of the file",
    "import_mappings": "work on the way",
    "import_jobs": "work on the way",
    "import_findings": "work on the way",
    "imported_rows": "which rows came of a recording; each of them has a leaf",
    "header_mappings": "a convenience for the next file",
    "scans": "forgotten after some time (docs/decisions/0034); that they were forgotten has a leaf",
    # Who may look, not what is so: no verdict reads it, and the recording behind each row has a leaf.
    "holdings": "access, by recordings that have leaves",
    # Files: the leaf of the row that names them holds their SHA-256, and the check computes it anew.
    "documents": "bytes by their digest",
    "uploads": "bytes by their digest",
    "uploaded_pieces": "bytes by their digest",
    "round_photos": "bytes by their digest",
    # Found in a document that has a leaf as read.
    "read_numbers": "found in readings",
    "read_items": "found in readings",
    "cited_certificates": "found in readings",
    # The ledger itself: what it says is computed anew.
    "ledger_leaves": "the ledger",
    "ledger_tiles": "the ledger",
    "ledger_checkpoints": "the ledger",
    "checkpoint_attestations": "signed by others",
    "attestation_tries": "how asking others went",
}


def test_every_table_has_leaves_or_a_reason_to_have_none() -> None:
    """A new table of facts without leaves could be changed unseen by whoever owns the database."""
    covered = {str(table.__tablename__) for table in TABLES if table.is_fact}
    computed = {str(table.__tablename__) for table in TABLES if table.is_cache}  # From other rows, and may be dropped.
    assert covered | RECORDS | PARTS.keys() | NO_LEAVES.keys() | computed == {str(table.__tablename__) for table in TABLES}
    assert not computed & covered
    assert not covered & (RECORDS | PARTS.keys() | NO_LEAVES.keys())
    assert set(ledger.sections()) == covered | RECORDS
    assert set(PARTS.values()) <= RECORDS


@pytest.mark.parametrize("table", [table for table in TABLES if table.is_fact], ids=lambda table: str(table.__tablename__))
def test_rows_of_facts_have_numbers(table: type[Table]) -> None:
    """The ledger knows a row by a number, made of a running number and at most a place."""
    keys = list(table_of(table).primary_key)
    assert 1 <= len(keys) <= 2
    assert keys == list(table_of(table).columns)[: len(keys)]
    assert all(isinstance(key.type, WholeNumber | Integer) for key in keys)
