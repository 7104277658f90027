"""The settings of an organization: read by everything that acts for it, changed as a whole."""

from dataclasses import dataclass
from datetime import datetime

from registry.access import Party
from registry.errors import StaleError
from registry.organization_settings import OrganizationSettings
from registry.repositories import organization_settings as stored
from registry.repositories.recordings import Recorder
from registry.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionedSettings:
    """Settings with their version: 0 for an organization that never changed them."""

    settings: OrganizationSettings
    version: int


def settings_of(work: UnitOfWork, organization: str) -> OrganizationSettings:
    """The settings that count now; the defaults for an organization that never changed them."""
    return stored.latest(work, organization)[1]


def versioned_settings_of(work: UnitOfWork, organization: str) -> VersionedSettings:
    """The settings with the version that a change has to name."""
    version, settings = stored.latest(work, organization)
    return VersionedSettings(settings=settings, version=version)


def change_settings(
    work: UnitOfWork, organization: str, settings: OrganizationSettings, *, version: int | None, party: Party, at: datetime
) -> VersionedSettings:
    """Let new settings count. StaleError when others count by now than those of `version`; None takes whatever counts."""
    held = versioned_settings_of(work, organization)
    if version is not None and version != held.version:
        raise StaleError("the settings", "设置")
    if settings == held.settings:
        return held
    recording = Recorder(work, party=party, at=at, source=f"settings of {organization}").begun()
    return VersionedSettings(settings=settings, version=stored.append(work, organization, settings, recording))
