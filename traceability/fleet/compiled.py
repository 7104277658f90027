"""The loops compiled: a second copy of `loops` whose functions numba has taken over, so that the first still runs as it is.

What was compiled is kept beside the source (`__pycache__`). It is made anew when the source of any room changes, as
a compiled function holds those that it calls.
"""

import hashlib
import importlib.util
import sys
from functools import lru_cache
from importlib.machinery import SourceFileLoader
from types import FunctionType, ModuleType
from typing import Any, cast

import numba
from numba import types
from numba.core import caching, cgutils
from numba.extending import intrinsic

from traceability.fleet import loops

# Each after those that it calls.
ROOMS = (
    "marks", "found", "resolution", "validity", "uncertainty", "descent", "days", "plain", "standards", "chains", "targets",
    "findings", "points",
)  # fmt: skip
# What is called from Python; all else needs no wrapper for that, which takes longer to compile than most loops do.
_CALLED = {
    "answer_items", "list_findings", "covered", "lapses", "look_at_standards", "settle_all", "settle", "settle_circles",
    "mark_circles", "answer_points", "list_point_findings", "covered_points",
}  # fmt: skip
# What every item needs, if it is plain, is put in place; all else is called, which keeps compiling short.
_IN_PLACE = {
    "note", "about_item", "relation_of", "end_of", "is_recognized", "after_the_end", "is_below", "is_smaller", "spreads_of",
    "sooner", "worst_of", "own_of", "combine", "settle", "answer_standing", "look_plainly", "find_plainly", "is_plain_anchor",
    "look", "whole_of", "added", "with_room", "doubled", "once_each", "targets_of", "is_lapsed", "first_lapse",
    "serves", "next_change", "asking_of", "asking_of_item", "about_branches", "answer_point_plainly",
}  # fmt: skip


@lru_cache(maxsize=1)
def compiled_loops() -> ModuleType:
    """A module with the compiled functions. Each is compiled when it is called first, or read from disk."""
    taken: dict[str, Any] = {"lend": lend}
    copies = [_copy_of(room) for room in ROOMS]
    for copy in copies:
        for name, value in vars(copy).items():
            if isinstance(value, FunctionType) and name not in taken:
                taken[name] = _taken_over(value)
    for copy in copies:
        vars(copy).update({name: value for name, value in taken.items() if name in vars(copy)})
    together = ModuleType(f"{loops.__name__}_compiled")
    vars(together).update({name: taken.get(name, getattr(loops, name)) for name in loops.__all__})
    return together


def _copy_of(room: str) -> ModuleType:
    name = f"{loops.__name__}.{room}_compiled"
    spec = importlib.util.spec_from_file_location(name, _source_of(f"{loops.__name__}.{room}").path)
    if spec is None or spec.loader is None:  # pragma: no cover - a module that was imported has a place.
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # Where numba looks up what it read from disk.
    spec.loader.exec_module(module)
    return module


def _source_of(name: str) -> SourceFileLoader:
    return cast("SourceFileLoader", sys.modules[name].__loader__)


def _taken_over(function: FunctionType) -> Any:
    is_called = function.__name__ in _CALLED
    taken_over: Any = numba.njit(  # type: ignore[call-overload]
        nogil=True,
        forceinline=function.__name__ in _IN_PLACE,
        no_cpython_wrapper=not is_called,
        no_cfunc_wrapper=True,
    )
    dispatcher = taken_over(function)
    dispatcher._cache = _Cache(function)  # type: ignore[no-untyped-call]  # noqa: SLF001 - what `cache=True` does, with our stamp.
    return dispatcher


@lru_cache(maxsize=1)
def _stamp() -> str:
    """One text for all that what is compiled is made of."""
    loaders = map(_source_of, [__name__, *(f"{loops.__name__}.{room}" for room in ROOMS)])
    return hashlib.sha256(b"".join(loader.get_data(loader.path) for loader in loaders)).hexdigest()


class _Stamped:
    def get_source_stamp(self) -> str:
        return _stamp()


class _WhereTheUserSays(_Stamped, caching.UserProvidedCacheLocator):
    """A folder that NUMBA_CACHE_DIR names."""


class _BesideTheSource(_Stamped, caching.InTreeCacheLocator):
    """`__pycache__`."""


class _InTheHome(_Stamped, caching.UserWideCacheLocator):
    """A folder of the user, where the source lies in one that cannot be written."""


class _Kept(caching.CompileResultCacheImpl):
    _locator_classes = [_WhereTheUserSays, _BesideTheSource, _InTheHome]  # noqa: RUF012 - as numba has it.


class _Cache(caching.FunctionCache):
    _impl_class = _Kept


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
