"""What the environment says: read once, at start."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings by environment variables `REGISTRY_…`.

    `database_url`: SQLAlchemy URL, by default a SQLite file in `data_dir`. `base_url`: what labels point to, and the host name
    that is answered. `session_hours`: after them people sign in again. `oidc_…`: the identity provider, where there is one.
    """

    model_config = SettingsConfigDict(env_prefix="REGISTRY_", frozen=True)

    data_dir: Path = Path("data")
    database_url: str | None = None
    base_url: str = "http://127.0.0.1:8000"
    session_hours: Annotated[int, Field(ge=1, le=720)] = 12
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    test_database_url: str | None = None

    @property
    def store_url(self) -> str:
        """The database to use."""
        return self.database_url or f"sqlite:///{self.data_dir / 'registry.sqlite'}"
