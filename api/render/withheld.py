"""What a bundle withholds, in words: for the command and for the dossier."""

from collections import Counter
from collections.abc import Iterable, Iterator

from api.language import Bilingual, Language, text
from api.render.happenings import SECTIONS
from registry.evidence.shown import READINGS, Withheld

# The parts of a record that can be withheld (registry.evidence.shown).
_PARTS = {
    "name": Bilingual("名称", "name"),
    "scope": Bilingual("范围", "scope"),
    "reason": Bilingual("更正理由", "reason of a correction"),
    "recorded_by": Bilingual("登记者", "who recorded it"),
    "source": Bilingual("来源", "source"),
}


def withheld_rows(withheld: Iterable[Withheld], language: Language) -> Iterator[list[str]]:
    """List, id and part of each; of readings, of which there may be hundreds, each part once."""
    of_readings: Counter[str] = Counter()
    for each in withheld:
        if each.section == READINGS:
            of_readings[each.field] += 1
            continue
        yield [SECTIONS[each.section].in_(language), each.id, f"{_PARTS[each.field].in_(language)} {each.hidden}/{each.parts}"]
    for field, count in sorted(of_readings.items()):
        told = text(language, "{count} 条读数", count=count)
        yield [SECTIONS[READINGS].in_(language), told, _PARTS[field].in_(language)]
