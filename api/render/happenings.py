"""What a recording brought, in both languages: the lines of a history."""

from api.language import Bilingual, Language
from api.render import words
from api.render.names import Names
from registry.usecases.history import Happening, HistoryEntry
from traceability.records import EventKind

HAPPENINGS: dict[Happening, Bilingual] = {
    Happening.RECORDED: Bilingual("登记", "Recorded"),
    Happening.CHANGED: Bilingual("登记新版本", "Further version"),
    Happening.CERTIFIED: Bilingual("登记证书", "Certificate recorded"),
    Happening.REPLACED: Bilingual("登记替换证书", "Replacement recorded"),
    Happening.WITHDRAWN: Bilingual("撤销证书", "Certificate withdrawn"),
    Happening.EVENT: Bilingual("登记事件", "Event recorded"),
    Happening.INSTALLED: Bilingual("登记安装", "Installation recorded"),
    Happening.SHARED: Bilingual("共享", "Shared"),
    Happening.NAMED: Bilingual("登记别名", "Named"),
}
SECTIONS: dict[str, Bilingual] = {
    "organizations": Bilingual("机构", "organizations"),
    "competences": Bilingual("资质", "competences"),
    "items": Bilingual("器具", "items"),
    "certificates": Bilingual("证书", "certificates"),
    "withdrawals": Bilingual("撤销", "withdrawals"),
    "events": Bilingual("事件", "events"),
    "metering_points": Bilingual("计量点", "metering points"),
    "meter_readings": Bilingual("读数", "readings"),
}


def happening_words(entry: HistoryEntry, names: Names) -> str:
    """What happened, with what it is about."""
    about = entry.about
    if entry.happening is Happening.EVENT and about is not None:
        about = words.EVENT_KINDS[EventKind(about)].in_(names.language)
    elif about is not None:
        about = names.of(about)
    said = HAPPENINGS[entry.happening].in_(names.language)
    return said if about is None else f"{said}{_COLON.in_(names.language)}{about}"


def counts_words(new: dict[str, int], language: Language) -> str:
    """How many records of each list came, as `证书 2 · 器具 1`."""
    return " · ".join(f"{SECTIONS[name].in_(language)} {count}" for name, count in new.items() if name in SECTIONS)


_COLON = Bilingual("：", ": ")
