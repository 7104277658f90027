"""Compilation of the inner loops by numba, kept on disk; without numba they run as they are, slowly, with the same answers.

The loops are compiled without holding Python's lock, so that threads share the work, rather than with numba's own threads: its
plain threading layer ends the process when two requests compute at the same time.
"""

import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from traceability.verdict import Code

F = TypeVar("F", bound=Callable[..., Any])

try:
    import numba
except ImportError:  # An optional extra.
    numba = None

HAS_NUMBA = numba is not None and not numba.config.DISABLE_JIT


def compiled(function: F) -> F:
    """The function, compiled on its first call for the types it is called with, and kept on disk."""
    if not HAS_NUMBA:
        return function
    dispatcher: Any = numba.njit(nogil=True, cache=True, error_model="numpy")(function)
    # A function holds the machine code of those it calls, from other modules too, but numba looks at its own file only; and it
    # reads the types of stale entries, which may be gone, unless the version is another. It has no public way to say this.
    dispatcher._cache._cache_file._version = (numba.__version__, *_stamp())  # noqa: SLF001
    dispatcher.get_call_template = _widening(dispatcher.get_call_template)
    accelerated: F = dispatcher
    return accelerated


def _widening(get_call_template: Callable[..., Any]) -> Callable[..., Any]:
    """Calls between compiled functions with whole numbers as 64 bits, whatever the width of the column they come from.

    Otherwise numba compiles a function anew for every mixture of widths, twice as long in all.
    """

    def widened(args: Any, kws: Any) -> Any:
        return get_call_template([numba.int64 if isinstance(arg, numba.types.Integer) else arg for arg in args], kws)

    return widened


@lru_cache(maxsize=1)
def _stamp() -> tuple[object, ...]:
    """What compiled code depends on: every source of this package, and the numbers of the finding codes."""
    with os.scandir(os.path.dirname(__file__)) as entries:  # noqa: PTH120 - the core has no business with paths.
        files = [(entry.name, entry.stat().st_mtime, entry.stat().st_size) for entry in entries if entry.name.endswith(".py")]
    return (*sorted(files), *(code.value for code in Code))
