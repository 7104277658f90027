"""What the environment says: read once, at start."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from registry.notices.settings import NoticeSettings
from registry.usecases.fleet_nights import NIGHT, FleetPlan
from registry.usecases.make_checkpoint import Algorithm
from registry.usecases.note_scans import KEPT_DAYS
from traceability.policy import DEFAULT_POLICY, POLICIES


class Settings(BaseSettings):
    """Settings by environment variables `REGISTRY_…`.

    `database_url`: SQLAlchemy URL, by default a SQLite file in `data_dir`. `base_url`: what labels point to, and the host name
    that is answered. `session_hours`: after them people sign in again. `oidc_…`: the identity provider, where there is one.
    `scan_days`: after them the history of scans is forgotten. `workers`: processes that share the visitors, each of which
    allows its part of what one visitor may do; `registry serve --workers` tells its own.
    `fleet_policies`: under which everything is answered each night, with commas between them; `fleet_hour`: from then on.
    `open_data_licence`: what stands as the licence of the open data, in words or as an address.
    `smtp_url` and `mail_from`: how reminders go out. `webhooks_allow_private`: webhooks may go to addresses of the own network.
    `ledger_algorithm`: what checkpoints and proofs are signed with (docs/decisions/0063). `timestamp_url` and
    `timestamp_roots`: a time stamping authority (RFC 3161) for checkpoints, and a PEM file of whom it is believed by.
    """

    model_config = SettingsConfigDict(env_prefix="REGISTRY_", frozen=True)

    data_dir: Path = Path("data")
    database_url: str | None = None
    base_url: str = "http://127.0.0.1:8000"
    scan_days: Annotated[int, Field(ge=1, le=3650)] = KEPT_DAYS
    workers: Annotated[int, Field(ge=1, le=1024)] = 1
    fleet_policies: str = DEFAULT_POLICY
    fleet_hour: Annotated[int, Field(ge=0, le=23)] = NIGHT
    open_data_licence: str = ""
    session_hours: Annotated[int, Field(ge=1, le=720)] = 12
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    test_database_url: str | None = None
    smtp_url: str | None = None
    mail_from: str | None = None
    webhooks_allow_private: bool = False
    ledger_algorithm: Algorithm = "ed25519"
    timestamp_url: str | None = None
    timestamp_roots: Path | None = None

    @field_validator("fleet_policies")
    @classmethod
    def _are_policies(cls, names: str) -> str:
        for name in _listed(names):
            if name not in POLICIES:
                raise ValueError(f"没有策略 {name!r} / no policy {name!r}; {', '.join(POLICIES)}")
        return names

    @property
    def fleet(self) -> FleetPlan:
        """Under which policies everything is answered each night, and when."""
        return FleetPlan(policies=_listed(self.fleet_policies), hour=self.fleet_hour)

    @property
    def notices(self) -> NoticeSettings:
        """What notices need of this."""
        return NoticeSettings(
            base_url=self.base_url,
            data_dir=self.data_dir,
            allows_private=self.webhooks_allow_private,
            smtp_url=self.smtp_url,
            mail_from=self.mail_from,
        )

    @property
    def store_url(self) -> str:
        """The database to use."""
        return self.database_url or f"sqlite:///{self.data_dir / 'registry.sqlite'}"


def _listed(names: str) -> tuple[str, ...]:
    return tuple(name for each in names.split(",") if (name := each.strip()))
