"""Which loops run: compiled ones for many items, the same as they are for few; by numpy where there is no compiler."""

from types import ModuleType

from traceability.fleet import arrays, loops
from traceability.fleet.columns import Fleet
from traceability.fleet.compiler import has_compiler

_FEW = 3000  # Items that plain loops answer in about a second; compiling takes longer, once for a machine.


def engine_of(items: int) -> ModuleType:
    """The loops for so many items."""
    if items <= _FEW:
        return loops
    return _compiled() if has_compiler() else arrays


def engine_for(fleet: Fleet) -> ModuleType:
    """The loops for a fleet of this size."""
    return engine_of(fleet.items)


def runs_plain(fleet: Fleet) -> bool:
    """Whether loops that numpy has no part in run as they are: for few items, or where there is no compiler."""
    return fleet.items <= _FEW or not has_compiler()


def _compiled() -> ModuleType:
    from traceability.fleet.compiled import compiled_loops  # noqa: PLC0415 - imports the compiler, which may not be there.

    return compiled_loops()
