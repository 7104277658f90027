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
