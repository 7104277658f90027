"""Texts looked up among many, compiled."""

from random import Random

import numpy as np
import pyarrow as pa
import pytest

from traceability.fleet import codes, compiler
from traceability.fleet.codes import finder, places_in


def test_texts_are_found_where_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate is taken for that of a meter whose id begins alike, or of none."""
    monkeypatch.setattr(codes, "_MANY", 3)
    random = Random(3)
    texts = list(dict.fromkeys("".join(random.choices("ab能", k=random.randrange(1, 30))) for _ in range(500)))
    values = pa.array(["none", *texts[:300]]).slice(1)
    asked = [random.choice([*texts, None, texts[0], texts[0] + "a"]) for _ in range(3000)]
    asked = [each for each in asked for _ in range(random.randrange(1, 3))]  # Some twice in a row.
    for column in (pa.array(asked, pa.string()), pa.array([each for each in asked if each]), pa.array(asked).slice(7, 900)):
        expected = [texts.index(each) if each in texts[:300] else -1 for each in column.to_pylist()]
        assert finder(values)(column).tolist() == expected == places_in(column, values).tolist()
    with_empty = pa.array(["", *texts[:9]])
    assert finder(with_empty)(pa.array([None, "", None, "", texts[3]])).tolist() == [-1, 0, -1, 0, 4]
    assert finder(values)(pa.array([], pa.string())).dtype == np.int32


def test_without_a_compiler_texts_are_found_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where numba cannot be imported nothing can be answered at all."""
    monkeypatch.setattr(codes, "_MANY", 3)
    monkeypatch.setattr(codes, "has_compiler", lambda: False)
    assert compiler.has_compiler()
    assert finder(pa.array(["a", "b", "c", "d"]))(pa.array(["c", "e", None])).tolist() == [2, -1, -1]
