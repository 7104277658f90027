"""The sums of a run: of everything, and of what somebody may see; the same as counted from the answers."""

from datetime import date

from registry.access import OPERATOR
from registry.fleet_summary import Cell, FleetSummary, Lapse, Point, PointCell, PointLapse
from registry.repositories import fleet_runs, holdings
from registry.repositories.fleet_summaries import lapses_of, summary_of
from registry.repositories.recordings import Recorder
from registry.unit_of_work import Store
from tests.registry.fleet_worlds import NOW, asked_for, done
from tests.registry.worlds import certificate, recorded
from traceability.verdict import Status

STRUCTURE = "structure/1"
ITEMS = [
    {"id": "S", "kind": "measurement_standard"},
    {"id": "N", "kind": "national_standard"},
    *({"id": f"M{number}", "kind": "meter"} for number in range(4)),
]
ON = {"calibrated_on": "2024-12-01", "issued_on": "2024-12-01"}


def world(store: Store) -> None:
    """S rests on N, M0 to M2 on S; M3 has nothing. M0 serves one point, M1 another, M2 both, M3 none."""
    ends = {"M0": "2025-04-20", "M1": "2025-06-20", "M2": "2025-06-20"}
    certificates = [
        certificate("s", item="S", issuer="NIM", references=[{"item": "N"}], valid_until="2025-06-01", **ON),
        *(certificate(f"c{item}", item=item, references=[{"item": "S"}], valid_until=end, **ON) for item, end in ends.items()),
    ]
    points = [
        {
            "id": f"P{level}",
            "organization": f"user-{level}",
            "level": level,
            "energy": "electricity",
            "branches": [{"name": item, "item": item, "from": "2024-01-01"} for item in items],
        }
        for level, items in ((1, ["M0", "M2"]), (2, ["M1", "M2"]))
    ]
    document = {"items": ITEMS, "certificates": certificates, "metering_points": points}
    recorded(store, {"format": "traceability-records/1", **document})
    with store.writing() as work:
        recorder = Recorder(work, party=OPERATOR, at=NOW, source="test")
        wanted = [("A", "M0"), ("A", "S"), ("B", "M1"), ("B", "M2")]
        holdings.hold(work, "items", wanted, recorder.begun())
        holdings.hold(work, "metering_points", [("A", "P1")], recorder.begun())
        recorder.close("0" * 64)


def lapses(store: Store, viewers: list[str] | None) -> tuple[Lapse, ...]:
    with store.reading(viewers) as work:
        run = fleet_runs.current_run(work, STRUCTURE)
        assert run is not None
        return tuple(lapses_of(work, run.entry, date.max, 0, 100))


def summary(store: Store, viewers: list[str] | None) -> FleetSummary | None:
    with store.reading(viewers) as work:
        run = fleet_runs.current_run(work, STRUCTURE)
        assert run is not None
        return summary_of(work, run.entry)


def cell(energy: str, level: int, items: int, status: str = "conditional") -> Cell:
    return Cell(district="", energy=energy, level=level, status=Status(status), items=items)


def point_cell(level: int) -> PointCell:
    return PointCell(district="", energy="electricity", level=level, status=Status.CONDITIONAL, points=1)


def point(item: str, hanging: int, standards: int, ends_on: date | None, metering_points: int) -> Point:
    return Point(
        item=item,
        is_anchor=item == "N",
        hanging=hanging,
        standards=standards,
        without_alternative=hanging,
        ends_on=ends_on,
        metering_points=metering_points,
    )


def test_the_sums_are_those_of_everything_and_of_what_each_may_see(store: Store) -> None:
    """A dashboard shows other numbers than its lists, or tells an organization of what others hold."""
    world(store)
    for _ in range(2):  # The second takes the place of the first.
        done(store, asked_for(store, STRUCTURE))
    everything = summary(store, None)
    assert everything is not None
    assert everything.statuses == {
        Status.TRACEABLE: 1,
        Status.CONDITIONAL: 4,
        Status.INDETERMINATE: 0,
        Status.NOT_TRACEABLE: 1,
    }
    assert set(everything.cells) == {
        cell("", 0, 1, "traceable"),
        cell("", 0, 1),
        cell("", 0, 1, "not_traceable"),
        cell("electricity", 1, 2),
        cell("electricity", 2, 2),
    }
    spring, summer, end = date(2025, 4, 20), date(2025, 6, 20), date(2025, 6, 1)
    assert lapses(store, None) == (
        Lapse(last_day=spring, standard=None, items=1),
        Lapse(last_day=end, standard=None, items=1),
        Lapse(last_day=summer, standard="S", items=2),
    )
    assert everything.points == (point("N", 3, 1, None, 2), point("S", 3, 0, end, 2))
    assert not everything.has_more
    # A point is good as long as everything is that serves it.
    assert {status for status, count in everything.point_statuses.items() if count} == {Status.CONDITIONAL}
    assert set(everything.point_cells) == {point_cell(1), point_cell(2)}
    assert everything.point_lapses == (PointLapse(last_day=spring, points=1), PointLapse(last_day=summer, points=1))

    own = summary(store, ["A"])
    assert own is not None
    assert (own.statuses[Status.CONDITIONAL], sum(own.statuses.values())) == (2, 2)
    assert set(own.cells) == {cell("", 0, 1), cell("electricity", 1, 1)}
    assert lapses(store, ["A"]) == (Lapse(last_day=spring, standard=None, items=1), Lapse(last_day=end, standard=None, items=1))
    assert own.points == (point("S", 1, 0, end, 1),)
    assert (own.point_cells, own.point_lapses) == ((point_cell(1),), (PointLapse(last_day=spring, points=1),))

    other = summary(store, ["B"])
    assert other is not None
    assert lapses(store, ["B"]) == (Lapse(last_day=summer, standard=None, items=2),)  # The standard is not theirs to know of.
    assert other.points == ()
    assert sum(other.point_statuses.values()) == 0
    assert summary(store, ["A", "B"]) is None  # Nobody reads for both.
    with store.reading() as work:
        rows = work.connection.exec_driver_sql("SELECT count(*), count(DISTINCT run) FROM fleet_summaries").fetchall()
        assert [tuple(row) for row in rows] == [(5, 1)]  # Everything, A, B, and the two that hold points alone.
