"""What hangs on a certificate or item, from the store: the same as from all records."""

from datetime import UTC, datetime
from random import Random

import pytest

from registry.errors import TooManyRecordsError
from registry.repositories.chains import load_dependents
from registry.unit_of_work import Store
from registry.usecases.impact import impact
from tests.registry.worlds import NOW, certificate, only, random_records, recorded
from traceability import graph
from traceability.known import known_records
from traceability.problems import UnknownTargetError

EVERYTHING = datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize("seed", range(12))
def test_impact_is_that_of_the_graph_of_all_records(store: Store, seed: int) -> None:
    """A recall that misses a meter is worse than none."""
    records = random_records(seed, items=6, certificates_per_item=3, trouble=Random(seed).choice((0.1, 0.4)))
    recorded(store, records)
    known = known_records(records, EVERYTHING)
    everything = graph.traceability_graph(known)
    for subject in sorted({*known.certificates, *known.items}):
        with store.reading() as work:
            assert impact(work, subject, EVERYTHING) == graph.impact(known, everything, subject)
            assert work.statements <= 15


def test_levels_are_counted_from_the_certificate(store: Store) -> None:
    """First what was calibrated with it, then what was calibrated with that."""
    chain = [
        certificate("TOP", item="A"),
        certificate("MIDDLE", item="B", references=[{"item": "A"}], calibrated_on="2024-02-01", issued_on="2024-02-01"),
        certificate("METER", item="C", references=[{"item": "B"}], calibrated_on="2024-03-01", issued_on="2024-03-01"),
    ]
    items = [{"id": name, "kind": "instrument"} for name in "ABC"]
    recorded(store, {**only("items", *items), "certificates": chain})
    with store.reading() as work:
        found = impact(work, "TOP", NOW)
        assert [(each.level, each.certificate) for each in found] == [(1, "MIDDLE"), (2, "METER")]
        assert impact(work, "A", NOW) == found
        assert impact(work, "METER", NOW) == ()


def test_unknown_and_too_much(store: Store) -> None:
    """Both are answers, not silence."""
    recorded(store, only("certificates", *(certificate(f"K{number}", references=[{"item": "HUB"}]) for number in range(20))))
    with store.reading() as work:
        with pytest.raises(UnknownTargetError):
            impact(work, "NOWHERE", NOW)
        with pytest.raises(TooManyRecordsError):
            load_dependents(work, "HUB", budget=10)
