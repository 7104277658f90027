"""The loops compiled: a second copy of `loops` whose functions numba has taken over, so that the first still runs as it is.

What was compiled is kept beside the source (`__pycache__`) and is made anew when the source changes.
"""

import importlib.util
import sys
from functools import lru_cache
from types import FunctionType, ModuleType

import numba

from traceability.fleet import loops

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
            setattr(module, name, numba.njit(cache=True, nogil=True)(value))
    return module
