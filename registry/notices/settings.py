"""What notices need of their surroundings, as values."""

from dataclasses import dataclass, field
from pathlib import Path

from registry.notices.sealing import Sealer

KEY_FILE = "notices.key"  # In the data folder.


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSettings:
    """`base_url`: where people and programs find this registry. `allows_private`: webhooks may go to private addresses.

    `smtp_url` and `mail_from`: how mails go out; without them none do.
    """

    base_url: str = "http://127.0.0.1:8000"
    data_dir: Path = Path("data")
    allows_private: bool = False
    smtp_url: str | None = None
    mail_from: str | None = None
    sealer: Sealer = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sealer", Sealer(self.data_dir / KEY_FILE))
