"""Whether loops can be compiled here."""

import importlib.util
from functools import lru_cache

NAME = "numba"


@lru_cache(maxsize=1)
def has_compiler() -> bool:
    """Whether the compiler can be imported."""
    return importlib.util.find_spec(NAME) is not None
