"""All items on a cluster: a real scheduler and workers (in this process), Parquet on disk, and the answers of one machine."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from registry.errors import StoreError
from registry.exchange.partitions import manifest_of, part_of
from registry.fleet_tables import TargetKind
from registry.unit_of_work import Store
from registry.usecases import assess_on_cluster as usecase
from registry.usecases.assess_all import assess_everything, of_kind
from registry.usecases.assess_on_cluster import assess_on_cluster, prepared
from tests.registry.worlds import recorded
from tests.strategies import Sizes, random_document
from traceability.fleet.digests import digest_of
from traceability.interchange import records_from
from traceability.policy import policy_named

if TYPE_CHECKING:
    from distributed import Client

distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
LATER = datetime(2030, 1, 1, tzinfo=UTC)
DAY = date(2025, 3, 1)
POLICY = policy_named("cn-legal/1")


@pytest.fixture(scope="module")
def client() -> Iterator["Client"]:
    """A cluster of two workers in threads of this process: the same protocol, nothing to start."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None, protocol="inproc://"
        ) as cluster,
        distributed.Client(cluster) as made,
    ):
        yield made


def test_a_cluster_answers_as_one_machine(store: Store, client: "Client", tmp_path: Path) -> None:
    """The country's verdicts depend on how many machines gave them."""
    document = random_document(Random(3), Sizes(items=6, events=6, trouble=0.2))
    document["items"] += [{"id": f"M-{number}", "kind": "meter"} for number in range(4)]
    used = document["certificates"][-1]
    document["certificates"] += [used | {"id": f"new-{number}", "item": f"M-{number}"} for number in range(3)]
    # Points whose items lie in different parts, one that a standard serves, and one that nothing does.
    serving = ["M-0", "M-3", "M-1", document["certificates"][0]["references"][0]["item"], None]
    document["metering_points"] = [
        {
            "id": f"P-{number}", "organization": "plant", "level": 1,
            "branches": [{"name": "meter", "item": item}, {"name": "more", "item": serving[number - 1]}],
        }
        for number, item in enumerate(serving)
    ]  # fmt: skip
    recorded(store, records_from(document))
    folder = tmp_path / "parts"
    for known_at in (LATER, datetime(2025, 1, 30, tzinfo=UTC)):
        manifest = prepared(store, known_at, folder, items_a_part=2)
        found = assess_everything(store, DAY, known_at, POLICY)
        of_points = of_kind(found.points, TargetKind.METERING_POINT)
        whole = pa.concat_tables([of_kind(found.items, TargetKind.ITEM), of_points])
        steps: list[str] = []
        pieces = list(assess_on_cluster(client, folder, DAY, POLICY, steps.append))
        assert [len(each) for each in pieces] == [*manifest.items, *manifest.points]
        assert len(manifest.items) > 2
        assert manifest.points == (2, 2, 1)
        assert pa.concat_tables(pieces).to_pylist() == whole.to_pylist()
        assert digest_of(pa.concat_tables(pieces)) == digest_of(whole)
        assert steps == ["broadcast", *(f"{number}/{len(pieces)}" for number in range(1, len(pieces) + 1))]
        points_alone = assess_on_cluster(client, folder, DAY, POLICY, kinds=[TargetKind.METERING_POINT])
        assert pa.concat_tables(points_alone).to_pylist() == of_points.to_pylist()
        # Nothing is left behind but the parts.
        assert not list(folder.glob("answers-*"))
        assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_parts_are_written_again_when_something_was_recorded(store: Store, tmp_path: Path, monkeypatch: Any) -> None:
    """Stale parts hide last night's withdrawal; parts that are never used cost the export every time."""
    folder = tmp_path / "parts"
    document = {"format": "traceability-records/1", "items": [{"id": "M-1", "kind": "meter"}]}
    recorded(store, records_from(document))
    first = prepared(store, LATER, folder)
    monkeypatch.setattr(usecase, "write_parts", None)
    assert prepared(store, LATER, folder) == first
    monkeypatch.undo()
    recorded(store, records_from(document | {"items": [{"id": "M-2", "kind": "meter"}]}))
    assert prepared(store, LATER, folder).items == (0, 2)
    assert prepared(store, LATER, folder, items_a_part=1).items == (0, 1, 1)
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    assert manifest_of(folder) is None
    assert prepared(store, LATER, folder).items == (0, 2)


def test_what_a_worker_cannot_do_is_a_store_error(store: Store, client: "Client", tmp_path: Path) -> None:
    """A worker that does not see the folder: a traceback from another machine, or an answer with a part missing."""
    with pytest.raises(StoreError):
        list(assess_on_cluster(client, tmp_path, DAY, POLICY))
    recorded(store, records_from({"format": "traceability-records/1", "items": [{"id": "M-1", "kind": "meter"}]}))
    folder = tmp_path / "parts"
    prepared(store, LATER, folder)
    part_of(folder, 1).rename(tmp_path / "elsewhere")
    with pytest.raises(StoreError):
        list(assess_on_cluster(client, folder, DAY, POLICY))
    with pytest.raises(StoreError), usecase.connected("tcp://127.0.0.1:9", timeout=0.2):
        pass
