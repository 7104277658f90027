"""The loops compiled: a second copy of `loops` whose functions numba has taken over, so that the first still runs as it is.

What was compiled is kept beside the source (`__pycache__`) and is made anew when the source changes.
"""

import importlib.util
import sys
from functools import lru_cache
from types import FunctionType, ModuleType

import numba
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from traceability.fleet import loops

# What is called from Python or too large to be repeated wherever it is used; all else is put in place.
_LARGE = {
    "answer_items", "list_findings", "covered", "lapse_in_chain", "next_day_in_chain", "chain_of", "mark_circles", "settle_all",
    "settle_circles", "look_at_standards", "lapses",
}  # fmt: skip
_NAME = f"{loops.__name__}_compiled"


@lru_cache(maxsize=1)
def compiled_loops() -> ModuleType:
    """The module of the compiled functions. Each is compiled when it is called first, or read from disk."""
    spec = importlib.util.spec_from_file_location(_NAME, loops.__file__)
    if spec is None or spec.loader is None:  # pragma: no cover - a module that was imported has a place.
        raise ImportError(_NAME)
    module = importlib.util.module_from_spec(spec)
    sys.modules[_NAME] = module  # Where numba looks up what it read from disk.
    spec.loader.exec_module(module)
    for name, value in list(vars(module).items()):
        if isinstance(value, FunctionType):
            setattr(module, name, numba.njit(cache=True, nogil=True, forceinline=name not in _LARGE)(value))
    module.lend = lend  # type: ignore[attr-defined]
    return module


@intrinsic
def lend(typing_context, arrays):  # type: ignore[no-untyped-def]  # noqa: ARG001 - as numba calls it.
    """A named tuple of arrays without their reference counts: whoever lends them keeps them until the call ends.

    Counting costs more than the loops do, as it locks the memory that the threads share.
    """

    def lent(context, builder, signature, values):  # type: ignore[no-untyped-def]
        (kind,) = signature.args
        members = cgutils.unpack_tuple(builder, values[0])  # type: ignore[no-untyped-call]
        for place, member in enumerate(kind.types):
            if isinstance(member, types.Array):
                array = context.make_array(member)(context, builder, value=members[place])
                array.meminfo = cgutils.get_null_value(array.meminfo.type)  # type: ignore[no-untyped-call]
                members[place] = array._getvalue()  # noqa: SLF001 - numba's own way.
        return context.make_tuple(builder, signature.return_type, members)

    return arrays(arrays), lent
