"""A registry in parts: the answers are those of the whole, row by row, wherever it is cut."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.fleet_city import sheets as city
from tests.traceability.fleet.worlds import drawn
from traceability.fleet import loops
from traceability.fleet.answers import assess_all
from traceability.fleet.digests import Digest, digest_of
from traceability.fleet.encode import encode
from traceability.fleet.partitions import Division, Standards, answers_of_part, answers_of_points, answers_of_standards
from traceability.fleet.point_answers import assess_everything
from traceability.fleet.points import encode_points, point_sheets_of
from traceability.fleet.sheets import SHEETS, Sheets, sheets_of
from traceability.known import known_records
from traceability.policy import Policy, policy_named


def _divided(sheets: Sheets, items_a_part: int, points: Sheets | None = None) -> list[Sheets]:
    """The parts of a registry whose tables are all at hand; those of metering points hold these tables as well."""
    division = Division(sheets["items"], pc.unique(sheets["certificate_references"]["item"]), items_a_part, points)
    empty = {name: schema.empty_table() for name, schema in SHEETS.items()}
    parts = [*(dict(empty) for _ in range(division.parts)), *(empty | dict(each) for each in division.points)]
    for name in SHEETS:
        for number, rows in division.of(name, sheets[name]):
            parts[number][name] = rows
    return list(parts)


def _in_parts(sheets: Sheets, size: int, day: date, policy: Policy, points: Sheets | None = None) -> list[pa.Table]:
    first, *others = _divided(sheets, size, points)
    standards = Standards.of(first)
    return [
        answers_of_standards(standards, day, policy, loops),
        *(
            answers_of_points(standards, part, part, day, policy, loops)
            if "metering_points" in part
            else answers_of_part(standards, part, day, policy, loops)
            for part in others
        ),
    ]


@given(st.integers(min_value=0, max_value=2**63))
@settings(max_examples=6, derandomize=True)
def test_the_answers_of_parts_are_those_of_the_whole(seed: int) -> None:
    """A cluster gives another verdict than one machine: an item's evidence lay in a part that nobody looked at."""
    world = drawn(seed, points=5)
    known = known_records(world.records, world.known_at)
    sheets, points = sheets_of(known), point_sheets_of(known)
    whole = pa.concat_tables(assess_everything(encode_points(encode(sheets), points), world.as_of, world.policy, loops))
    for size in (1, 3):
        parts = pa.concat_tables(_in_parts(sheets, size, world.as_of, world.policy, points))
        assert parts.to_pylist() == whole.to_pylist()
        assert digest_of(parts) == digest_of(whole)


def test_a_city_in_parts_has_the_digest_of_the_whole() -> None:
    """Rows of a part lie apart in the tables, laboratories are many, most standards are not met: and yet nothing differs."""
    sheets = city(20, is_local=True)
    shuffled = {name: table.take(pa.array(np.arange(len(table))[::-1])) for name, table in sheets.items()}
    for policy in (policy_named("cn-legal/1"), policy_named("cn-supervision/1")):
        for tables in (sheets, shuffled):
            whole = assess_all(encode(tables), date(2026, 6, 1), policy, loops)
            digest = Digest()
            for answers in _in_parts(tables, 8, date(2026, 6, 1), policy):
                digest.add(answers)
            assert digest.rows == len(whole)
            assert digest.hexdigest() == digest_of(whole)


def test_a_digest_tells_every_column_and_no_seams() -> None:
    """Two runs are called identical although one of them lost a column; or different, because a cluster cut elsewhere."""
    whole = assess_all(encode(city(40)), date(2026, 6, 1), policy_named("cn-legal/1"), loops)
    digests = {digest_of(whole), digest_of(whole.slice(0, 0))}
    for place, field in enumerate(whole.schema):
        digests.add(digest_of(whole.set_column(place, field, pa.nulls(len(whole), field.type))))
    assert len(digests) == 2 + len(whole.schema)
    assert digest_of(pa.concat_tables([whole.slice(0, 7), whole.slice(7, 0), whole.slice(7)])) == digest_of(whole)
