"""The settings of organizations: rows appended, the latest of an organization counts."""

from typing import Any

import msgspec
from sqlalchemy import Select, bindparam, select

from registry.account_tables import OrganizationSettings as SettingsTable
from registry.organization_settings import DEFAULT_SETTINGS, OrganizationSettings
from registry.queries import Query, Spelling
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork

_settings = table_of(SettingsTable)


def latest(work: UnitOfWork, organization: str) -> tuple[int, OrganizationSettings]:
    """The running number of the settings that count, and the settings; 0 and the defaults where there are none."""
    for entry, settings in work.rows(_LATEST, organization=organization):
        return entry, msgspec.json.decode(settings, type=OrganizationSettings)
    return 0, DEFAULT_SETTINGS


def append(work: UnitOfWork, organization: str, settings: OrganizationSettings, recording: int) -> int:
    """Let settings count from now on; their running number."""
    entry = work.allot(SettingsTable)
    work.append(SettingsTable, [(entry, organization, msgspec.json.encode(settings).decode(), recording)])
    return entry


def _latest(_: Spelling) -> Select[Any]:
    wanted = select(_settings.c.entry, _settings.c.settings).where(_settings.c.organization == bindparam("organization"))
    return wanted.order_by(_settings.c.entry.desc()).limit(1)


_LATEST = Query(_latest)
