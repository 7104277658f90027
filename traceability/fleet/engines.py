"""Which loops run: compiled ones for many items, the same as they are for few."""

from types import ModuleType

from traceability.fleet import loops
from traceability.fleet.columns import Fleet
from traceability.fleet.compiled import compiled_loops

_FEW = 3000  # Items that plain loops answer in about a second; compiling takes longer, once for a machine.


def engine_of(items: int) -> ModuleType:
    """The loops for so many items."""
    return loops if items <= _FEW else compiled_loops()


def engine_for(fleet: Fleet) -> ModuleType:
    """The loops for a fleet of this size."""
    return loops if is_small(fleet) else compiled_loops()


def is_small(fleet: Fleet) -> bool:
    """Whether plain loops do for a fleet."""
    return fleet.items <= _FEW
