"""A digest of answers: equal when all answers for all items are, whatever the pieces that they come in."""

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from traceability.fleet.answers import SCHEMA


class Digest:
    """SHA-256 over the columns of answers: what is present, how long it is and what it says, each hashed row after row."""

    def __init__(self) -> None:
        self._hashed: dict[tuple[str, str], Any] = {}
        self.rows = 0

    def add(self, answers: pa.Table) -> None:
        """The answers for some more items."""
        self.rows += len(answers)
        for name in SCHEMA.names:
            for chunk in answers[name].chunks:
                for what, content in _said(chunk):
                    self._hashed.setdefault((name, what), hashlib.sha256()).update(content)

    def hexdigest(self) -> str:
        """The digest of all that was added."""
        lines = [f"{name} {what} {hashed.hexdigest()}\n" for (name, what), hashed in sorted(self._hashed.items())]
        return hashlib.sha256("".join([f"{self.rows}\n", *lines]).encode()).hexdigest()


def digest_of(answers: pa.Table) -> str:
    """The digest of the answers of a table."""
    digest = Digest()
    digest.add(answers)
    return digest.hexdigest()


def _said(values: pa.Array, prefix: str = "") -> Iterator[tuple[str, memoryview]]:
    """What an array says, as bytes that depend neither on where it was cut nor on what lies under a null."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    yield f"{prefix}present", _bytes(values.is_valid().cast(pa.uint8()))
    if pa.types.is_list(values.type):
        yield f"{prefix}length", _bytes(pc.list_value_length(values).fill_null(0))
        yield from _said(values.flatten(), f"{prefix}inner ")
    elif pa.types.is_string(values.type):
        texts = values.fill_null("")
        yield f"{prefix}length", _bytes(pc.binary_length(texts))
        _, offsets, content = texts.buffers()
        bounds = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1] if offsets else np.zeros(1, int)
        yield f"{prefix}text", memoryview(content or b"")[bounds[0] : bounds[-1]]
    else:
        number = values.cast(pa.int32()) if pa.types.is_date32(values.type) else values
        yield f"{prefix}value", _bytes(number.fill_null(0))


def _bytes(numbers: pa.Array) -> memoryview:
    return np.ascontiguousarray(numbers.to_numpy(zero_copy_only=False)).view(np.uint8).data
