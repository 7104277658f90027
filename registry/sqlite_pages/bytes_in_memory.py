"""Bytes of arrays for compiled loops, without the looks at each index that whoever has looked at the bounds can do without."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def byte_at(typing_context, array, place):  # type: ignore[no-untyped-def]  # noqa: ARG001 - as numba calls it.
    """The byte at a place, as a whole number."""

    def loaded(context, builder, signature, values):  # type: ignore[no-untyped-def]
        return builder.zext(builder.load(_address(context, builder, signature.args[0], *values)), ir.IntType(64))

    return types.int64(array, types.int64), loaded


@intrinsic
def word_at(typing_context, array, place):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """The eight bytes from a place on, as they lie, as one number."""

    def loaded(context, builder, signature, values):  # type: ignore[no-untyped-def]
        word = ir.IntType(64)
        address = builder.bitcast(_address(context, builder, signature.args[0], *values), word.as_pointer())
        return builder.load(address, align=1)

    return types.int64(array, types.int64), loaded


@intrinsic
def copy(typing_context, target, at, source, start, size):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """Put bytes of one array into another."""

    def copied(context, builder, signature, values):  # type: ignore[no-untyped-def]
        to = _address(context, builder, signature.args[0], *values[:2])
        cgutils.raw_memcpy(builder, to, _address(context, builder, signature.args[2], *values[2:4]), values[4], 1)  # type: ignore[no-untyped-call]
        return context.get_dummy_value()

    return types.void(target, types.int64, source, types.int64, types.int64), copied


def _address(context: Any, builder: Any, kind: Any, array: Any, place: Any) -> Any:
    return builder.gep(context.make_array(kind)(context, builder, value=array).data, [place])
