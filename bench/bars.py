"""The bars that issues set, and what was measured: noted by the benches, told together at the end."""

from typing import NamedTuple


class _Noted(NamedTuple):
    name: str
    figure: float
    bound: float
    is_least: bool

    @property
    def is_met(self) -> bool:
        return self.figure >= self.bound if self.is_least else self.figure <= self.bound


_noted: list[_Noted] = []


def at_least(name: str, figure: float, bound: float) -> None:
    """A figure that shall not be smaller than the bar."""
    _noted.append(_Noted(name, figure, bound, is_least=True))


def at_most(name: str, figure: float, bound: float) -> None:
    """A figure that shall not be larger than the bar."""
    _noted.append(_Noted(name, figure, bound, is_least=False))


def told() -> str:
    """All that was noted, a line each: the bar, the figure, and whether it is met."""
    width = max((len(each.name) for each in _noted), default=0)
    return "\n".join(
        f"{each.name:<{width}}  {'>=' if each.is_least else '<='} {each.bound:<9g} {each.figure:<10.4g}"
        f" {'met' if each.is_met else 'NOT MET'}"
        for each in _noted
    )
