"""The checks of `registry doctor`: whatever a new machine may lack, each with what was found."""

import os
import platform
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import msgspec

from api.guard import LOOPBACK
from api.language import Bilingual, Language
from api.render.layout import Shape, laid_out
from api.templating import STATIC
from registry import schema
from registry.errors import RegistryError
from registry.settings import Settings
from registry.unit_of_work import open_store
from traceability.periods import SHANGHAI


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at: `detail` says what was found."""

    name: str
    name_zh: str
    is_good: bool
    detail: str

    def name_in(self, language: Language) -> str:
        """What was looked at."""
        return self.name_zh if language is Language.ZH else self.name


class _NotGoodError(Exception):
    """What a check found is not good."""


def diagnose(settings: Settings) -> tuple[Check, ...]:
    """All checks, each on its own: one that fails does not keep the others from being made."""
    return tuple(_checked(name, look) for name, look in _checks(settings))


def _checks(settings: Settings) -> Iterator[tuple[Bilingual, Callable[[], str]]]:
    yield Bilingual("Python 版本", "Python"), _python
    yield Bilingual("时区数据", "Time zone data"), lambda: str(SHANGHAI)
    yield Bilingual("数据目录", "Data directory"), lambda: _data_dir(settings)
    yield Bilingual("数据库", "Database"), lambda: _database(settings)
    yield Bilingual("标签地址", "Base URL of labels"), lambda: _base_url(settings)
    yield Bilingual("溯源图布局 (Graphviz)", "Chain drawing (Graphviz)"), _drawing
    yield Bilingual("页面样式", "Style sheet of pages"), _style


def _checked(name: Bilingual, look: Callable[[], str]) -> Check:
    try:
        detail, is_good = look(), True
    except (RegistryError, _NotGoodError, OSError, ImportError, ValueError) as error:
        detail, is_good = str(error), False
    return Check(name=name.en, name_zh=name.zh, is_good=is_good, detail=detail)


def _python() -> str:
    return f"{platform.python_implementation()} {platform.python_version()}"


def _data_dir(settings: Settings) -> str:
    folder = settings.data_dir.resolve()
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(existing, os.W_OK):
        raise _NotGoodError(f"{folder}: 不可写 / not writable")
    return str(folder)


def _database(settings: Settings) -> str:
    store = open_store(settings.store_url)
    try:
        revision = schema.current_revision(store)
        if revision is None:
            return f"{store.engine.dialect.name}: 空，首次使用时建表 / empty, tables are made at first use"
        schema.check_schema(store)
        return f"{store.engine.dialect.name}: {revision}"
    finally:
        store.close()


def _base_url(settings: Settings) -> str:
    parts = urlsplit(settings.base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise _NotGoodError(f"REGISTRY_BASE_URL={settings.base_url}")
    note = " (仅本机可扫 / only this machine can open it)" if parts.hostname in LOOPBACK else ""
    return settings.base_url + note


def _drawing() -> str:
    layout = laid_out({"a": Shape(width=72, height=36), "b": Shape(width=72, height=36)}, [("a", "b")])
    return f"{layout.width:.0f} × {layout.height:.0f}"


def _style() -> str:
    size = (STATIC / "registry.css").stat().st_size
    return f"registry.css, {size} B"
