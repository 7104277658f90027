"""What can go wrong with the store, said in Chinese and English; the border above translates it (exit codes, HTTP status)."""


class RegistryError(Exception):
    """Every error that this package raises on purpose; `en` and `zh` say the reason."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.en = en
        self.zh = zh


class StoreError(RegistryError):
    """The database cannot be used: not reachable, not writable, or busy for too long."""


class SchemaVersionError(StoreError):
    """The tables in the database are not those of this release."""

    def __init__(self, found: str | None, expected: str) -> None:
        super().__init__(
            f"the database schema is at {found or 'nothing'}, this release needs {expected}",
            f"数据库结构版本为 {found or '空'}，本版本需要 {expected}",
        )
        self.found = found
        self.expected = expected


class ConflictError(RegistryError):
    """A record contradicts what is stored under its id. Records are never edited: correct by replacing or withdrawing.

    `path` is the place in the document, `identifier` the id.
    """

    def __init__(self, path: str, identifier: str, en: str, zh: str) -> None:
        super().__init__(f"{path}: {en}", f"{path}：{zh}")
        self.path = path
        self.identifier = identifier


class TooManyRecordsError(RegistryError):
    """A question reaches more records than one answer may hold: a budget, never silence."""

    def __init__(self, identifier: str, budget: int) -> None:
        super().__init__(f"{identifier!r} reaches more than {budget} records", f"{identifier!r} 涉及的记录超过 {budget} 条")
        self.identifier = identifier
        self.budget = budget


class StaleError(RegistryError):
    """What was to be changed has changed in the meantime: look again, then decide again."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(f"{en} changed in the meantime", f"{zh}在此期间已变更")


class UnknownError(RegistryError):
    """There is nothing under this id, or nothing that the party may know of: one answer for both."""

    def __init__(self, identifier: str) -> None:
        super().__init__(f"nothing is known as {identifier!r}", f"没有 {identifier!r}")
        self.identifier = identifier


class NotPermittedError(RegistryError):
    """The party may not do this, whatever exists."""


class UnacceptableError(RegistryError):
    """A value that cannot be accepted; `path` is the field."""

    def __init__(self, path: str, en: str, zh: str) -> None:
        super().__init__(en, zh)
        self.path = path


class TakenError(RegistryError):
    """What is to be unique is in use, or there is no room for another; `path` is the field."""

    def __init__(self, path: str, en: str, zh: str) -> None:
        super().__init__(en, zh)
        self.path = path


class SignInError(RegistryError):
    """Name and password do not belong together, or a token is not good: one answer for every reason."""


class WaitError(RegistryError):
    """Too many attempts: `seconds` until the next one is looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many attempts; try again in {seconds} s", f"尝试过多，请在 {seconds} 秒后再试")
        self.seconds = seconds


class PlatformError(RegistryError):
    """The monitoring system did not do what it was asked; trying again may help (`is_final`: it will not)."""

    def __init__(self, en: str, zh: str, *, is_final: bool = False) -> None:
        super().__init__(en, zh)
        self.is_final = is_final


class IntegrityError(RegistryError):
    """What is stored contradicts what was vouched for: somebody changed history, or lost a part of it."""
