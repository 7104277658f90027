"""Where the top of every page leads those who are known, by what they may do: rooms, and the pages of each."""

from itertools import groupby
from typing import NamedTuple

from api.language import Bilingual
from registry.access import Party, Permission


class Place(NamedTuple):
    """A page of the navigation; `badge` stands behind its name where there is one."""

    address: str
    name: Bilingual
    badge: str
    is_here: bool


class Room(NamedTuple):
    """Pages that belong together; the room leads to the first of them."""

    name: Bilingual
    places: tuple[Place, ...]

    @property
    def address(self) -> str:
        """Its first page."""
        return self.places[0].address

    @property
    def is_here(self) -> bool:
        """Whether one of its pages is shown."""
        return any(place.is_here for place in self.places)

    @property
    def badge(self) -> str:
        """What stands behind one of its pages."""
        return next((place.badge for place in self.places if place.badge), "")


class _Page(NamedTuple):
    room: Bilingual
    address: str
    name: Bilingual
    needs: tuple[Permission, ...]  # One of these is enough.


_RECORDS = Bilingual("登记", "Records")
_FLEET = Bilingual("全局", "Overall")
_FIELD = Bilingual("标签与现场", "Labels and visits")
_CARBON = Bilingual("碳计量", "Carbon metering")
_REVIEW = Bilingual("计量审查", "Metering review")
_SETTINGS = Bilingual("设置", "Settings")

# Pages of one room stand together.
_PAGES = (
    _Page(_RECORDS, "/overview", Bilingual("概览", "Overview"), (Permission.READ,)),
    _Page(_RECORDS, "/items", Bilingual("器具", "Items"), (Permission.READ,)),
    _Page(_RECORDS, "/certificates", Bilingual("证书", "Certificates"), (Permission.READ,)),
    _Page(_RECORDS, "/due", Bilingual("到期", "Due"), (Permission.READ,)),
    _Page(_RECORDS, "/imports", Bilingual("导入", "Imports"), (Permission.RECORD_ITEMS, Permission.RECORD_CERTIFICATES)),
    _Page(_RECORDS, "/reviews", Bilingual("待审核", "Reviews"), (Permission.APPROVE,)),
    _Page(_FLEET, "/fleet", Bilingual("全部器具", "All items"), (Permission.READ,)),
    _Page(_FLEET, "/fleet/lapses", Bilingual("失效日历", "Lapses"), (Permission.READ,)),
    _Page(_FLEET, "/fleet/single-points", Bilingual("单点依赖", "Single points"), (Permission.READ,)),
    _Page(_FLEET, "/fleet/forecast", Bilingual("假如不校准", "Without a standard"), (Permission.READ,)),
    _Page(_FLEET, "/recalls", Bilingual("召回", "Recalls"), (Permission.READ,)),
    _Page(_FIELD, "/labels", Bilingual("标签", "Labels"), (Permission.RECORD_ITEMS,)),
    _Page(_FIELD, "/rounds", Bilingual("现场核查", "Rounds"), (Permission.AUDIT, Permission.CONFIRM)),
    _Page(_FIELD, "/disputes", Bilingual("可疑标签", "Suspect labels"), (Permission.RECORD_COMPETENCES,)),
    _Page(_CARBON, "/accounting", Bilingual("核算期", "Accounting periods"), (Permission.READ,)),
    _Page(_CARBON, "/readings", Bilingual("读数", "Readings"), (Permission.READ,)),
    _Page(_REVIEW, "/review-board", Bilingual("审查看板", "Board"), (Permission.READ,)),
    _Page(_REVIEW, "/units", Bilingual("用能单位", "Units"), (Permission.READ,)),
    _Page(_REVIEW, "/registers", Bilingual("试点与中心", "Pilots and centres"), (Permission.READ,)),
    _Page(_REVIEW, "/review-plans", Bilingual("审查计划", "Plans"), (Permission.READ,)),
    _Page(_REVIEW, "/review-cases", Bilingual("审查", "Reviews of units"), (Permission.READ,)),
    _Page(_REVIEW, "/inspectors", Bilingual("检查人员", "Inspectors"), (Permission.REVIEW, Permission.AUDIT)),
    _Page(_REVIEW, "/monitoring", Bilingual("监测系统", "Monitoring"), (Permission.READ,)),
    _Page(_SETTINGS, "/settings", Bilingual("设置", "Settings"), (Permission.READ,)),
)
_MOST_COUNTED = 99
_MORE = {"/items": ("/i/",), "/recalls": ("/recall-preview",)}  # What else lies under a page.


def rooms(party: Party | None, waiting: int, path: str) -> tuple[Room, ...]:
    """The pages that a party may open, by room, in order; none for somebody unknown. `waiting`: how much waits for review."""
    if party is None:
        return ()
    open_to_them = [page for page in _PAGES if any(map(party.may, page.needs))]
    # Of pages of which one lies under the other, the nearest: one is never in two places.
    here = max((page.address for page in open_to_them if _is_here(page, path)), key=len, default="")
    return tuple(
        Room(name, tuple(_place(page, waiting, here) for page in pages))
        for name, pages in groupby(open_to_them, key=lambda page: page.room)
    )


def _place(page: _Page, waiting: int, here: str) -> Place:
    return Place(page.address, page.name, _count(waiting) if page.address == "/reviews" else "", page.address == here)


def _count(waiting: int) -> str:
    if not waiting:
        return ""
    return f"{_MOST_COUNTED}+" if waiting > _MOST_COUNTED else str(waiting)


def _is_here(page: _Page, path: str) -> bool:
    return path == page.address or path.startswith((f"{page.address}/", *_MORE.get(page.address, ())))
