"""Bytes of arrays for compiled loops, without the looks at each index that whoever has looked at the bounds can do without."""

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_MIXER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 by the golden ratio: odd, without a pattern.
_SHIFT = np.uint64(29)
# In place: a call takes longer than most of them.
_in_place: Any = numba.njit(forceinline=True, no_cpython_wrapper=True)  # type: ignore[call-overload]


@intrinsic
def _byte_at(typing_context, array, place):  # type: ignore[no-untyped-def]  # noqa: ARG001 - as numba calls it.
    """The byte at a place, as a whole number."""

    def loaded(context, builder, signature, values):  # type: ignore[no-untyped-def]
        return builder.zext(builder.load(_address(context, builder, signature.args[0], *values)), ir.IntType(64))

    return types.int64(array, types.int64), loaded


@intrinsic
def _word_at(typing_context, array, place):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """The eight bytes from a place on, as they lie, as one number."""

    def loaded(context, builder, signature, values):  # type: ignore[no-untyped-def]
        word = ir.IntType(64)
        address = builder.bitcast(_address(context, builder, signature.args[0], *values), word.as_pointer())
        return builder.load(address, align=1)

    return types.int64(array, types.int64), loaded


@intrinsic
def _copy(typing_context, target, at, source, start, size):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """Put bytes of one array into another."""

    def copied(context, builder, signature, values):  # type: ignore[no-untyped-def]
        to = _address(context, builder, signature.args[0], *values[:2])
        cgutils.raw_memcpy(builder, to, _address(context, builder, signature.args[2], *values[2:4]), values[4], 1)  # type: ignore[no-untyped-call]
        return context.get_dummy_value()

    return types.void(target, types.int64, source, types.int64, types.int64), copied


def _address(context: Any, builder: Any, kind: Any, array: Any, place: Any) -> Any:  # pragma: no cover - while compiling.
    return builder.gep(context.make_array(kind)(context, builder, value=array).data, [place])


byte_at: Any = _byte_at
word_at: Any = _word_at
copy: Any = _copy


@_in_place
def mixed(value, word):  # type: ignore[no-untyped-def]
    """A hash of what was hashed before and a further word."""
    value = (value ^ word) * _MIXER
    return value ^ (value >> _SHIFT)


@_in_place
def hash_of(array, start, stop, value):  # type: ignore[no-untyped-def]
    """A hash of bytes, and of what was hashed before them."""
    at = start
    while at + 8 <= stop:
        value = mixed(value, np.uint64(word_at(array, at)))
        at += 8
    rest = np.uint64(stop - start)
    while at < stop:
        rest = (rest << np.uint64(8)) | np.uint64(byte_at(array, at))
        at += 1
    return mixed(value, rest)


@_in_place
def is_same(one, at, other, start, size):  # type: ignore[no-untyped-def]
    """Whether so many bytes are the same in two arrays."""
    place = np.int64(0)
    while place + 8 <= size:
        if word_at(one, at + place) != word_at(other, start + place):
            return False
        place += 8
    while place < size:
        if byte_at(one, at + place) != byte_at(other, start + place):
            return False
        place += 1
    return True
