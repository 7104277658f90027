"""Every change of one thing in a JSON document: values, keys, elements and their order, each undone before the next.

A text of a fact is a document itself: `inside` says in which of them every change is made as well.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from registry.ledger.facts import canonical

Path = tuple[Any, ...]
Wanted = Callable[[Path], bool]
NEW = "x-new"  # A name that no part of a bundle has.


def everywhere(_: Path) -> bool:
    return True


def nowhere(_: Path) -> bool:
    return False


def mutations(document: Any, is_wanted: Wanted = everywhere, inside: Wanted = nowhere) -> Iterator[Path]:
    """The document is changed in one place while its path and the kind of change are told, and is as before afterwards."""
    for path, holder, step in list(_places(document)):
        if not is_wanted(path):
            continue
        kept = holder[step]
        for kind, value in _others(kept, is_opened=inside(path)):
            holder[step] = value
            yield *path, kind
            holder[step] = kept
        match kept:
            case dict():
                kept[NEW] = ""
                yield *path, "added"
                del kept[NEW]
            case list():
                for kind, value in _rearranged(kept):
                    holder[step] = value
                    yield *path, kind
                    holder[step] = kept
        if isinstance(holder, dict):
            before = dict(holder)
            del holder[step]
            yield *path, "removed"
            holder.update(before)


def _places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """All places of a document with what holds them."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*path, step), value, step
        yield from _places(inner, (*path, step))


def _others(value: Any, *, is_opened: bool) -> Iterator[tuple[str, Any]]:
    """Another value of its kind, one of another kind, and for a text that is JSON every change in it."""
    yield "null", None if value is not None else 0
    match value:
        case bool():
            yield "changed", not value
        case int():
            yield "changed", value + 1
        case str():
            middle = len(value) // 2
            yield "changed", value[:middle] + ("1" if value[middle : middle + 1] == "0" else "0") + value[middle + 1 :]
            inner = json.loads(value) if is_opened else {}
            for path in mutations(inner):
                yield f"in the text {path}", canonical(inner).decode()


def _rearranged(elements: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    for place in range(len(elements)):
        yield f"{place} left out", [*elements[:place], *elements[place + 1 :]]
        yield f"{place} doubled", [*elements[: place + 1], *elements[place:]]
    for place in range(len(elements) - 1):
        if elements[place] != elements[place + 1]:
            swapped = [elements[place + 1], elements[place]]
            yield f"{place} swapped", [*elements[:place], *swapped, *elements[place + 2 :]]
    if not elements:
        yield "filled", [""]
