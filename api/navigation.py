"""Where the top of every page leads those who are known, by what they may do."""

from typing import NamedTuple

from api.language import Bilingual
from registry.access import Party, Permission


class Place(NamedTuple):
    """A page of the navigation; `badge` stands behind its name where there is one."""

    address: str
    name: Bilingual
    badge: str
    is_here: bool


class _Page(NamedTuple):
    address: str
    name: Bilingual
    needs: tuple[Permission, ...]  # One of these is enough.


_PAGES = (
    _Page("/overview", Bilingual("概览", "Overview"), (Permission.READ,)),
    _Page("/items", Bilingual("器具", "Items"), (Permission.READ,)),
    _Page("/certificates", Bilingual("证书", "Certificates"), (Permission.READ,)),
    _Page("/due", Bilingual("到期", "Due"), (Permission.READ,)),
    _Page("/labels", Bilingual("标签", "Labels"), (Permission.RECORD_ITEMS,)),
    _Page("/disputes", Bilingual("可疑标签", "Suspect labels"), (Permission.RECORD_COMPETENCES,)),
    _Page("/imports", Bilingual("导入", "Imports"), (Permission.RECORD_ITEMS, Permission.RECORD_CERTIFICATES)),
    _Page("/reviews", Bilingual("待审核", "Reviews"), (Permission.APPROVE,)),
    _Page("/rounds", Bilingual("现场核查", "Rounds"), (Permission.AUDIT, Permission.CONFIRM)),
    _Page("/units", Bilingual("用能单位", "Units"), (Permission.READ,)),
    _Page("/settings", Bilingual("设置", "Settings"), (Permission.READ,)),
)
_MOST_COUNTED = 99


def places(party: Party | None, waiting: int, path: str) -> tuple[Place, ...]:
    """The pages that a party may open, in order; none for somebody unknown. `waiting`: how much waits for review."""
    if party is None:
        return ()
    return tuple(
        Place(page.address, page.name, _count(waiting) if page.address == "/reviews" else "", _is_here(page, path))
        for page in _PAGES
        if any(map(party.may, page.needs))
    )


def _count(waiting: int) -> str:
    if not waiting:
        return ""
    return f"{_MOST_COUNTED}+" if waiting > _MOST_COUNTED else str(waiting)


def _is_here(page: _Page, path: str) -> bool:
    return path == page.address or path.startswith(f"{page.address}/") or (page.address == "/items" and path.startswith("/i/"))
