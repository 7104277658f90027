"""What hangs on a certificate or an item: the question behind every withdrawal and every failed standard."""

from datetime import datetime

from registry.repositories.chains import load_dependents
from registry.unit_of_work import UnitOfWork
from traceability import graph
from traceability.graph import Dependent, traceability_graph
from traceability.known import known_records


def impact(work: UnitOfWork, subject: str, known_at: datetime) -> tuple[Dependent, ...]:
    """The certificates that rest on it, nearest first. Raises UnknownTargetError, TooManyRecordsError."""
    known = known_records(load_dependents(work, subject, known_at=known_at), known_at)
    return graph.impact(known, traceability_graph(known), subject)
