"""What every route of an app needs, read off its dependencies: for the OpenAPI document, and for the authorization matrix."""

from collections.abc import Iterator
from typing import NamedTuple

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from api.security import NEEDS


class Operation(NamedTuple):
    """A route with one of its methods. `needs` is empty where nothing is declared, which is a mistake."""

    method: str
    path: str
    needs: frozenset[str]


def operations(app: FastAPI) -> Iterator[Operation]:
    """All operations of an app, in the order in which they are matched; mounted files are none."""
    for route in iter_route_contexts(app.routes):
        for method in sorted(route.methods or ()):
            yield Operation(method, str(route.path_format), frozenset(_declared(route.dependant)))


def _declared(dependant: Dependant) -> Iterator[str]:
    for each in dependant.dependencies:
        need = getattr(each.call, NEEDS, None)
        if need is not None:
            yield str(need)
        yield from _declared(each)
