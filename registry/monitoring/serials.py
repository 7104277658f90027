"""Serial numbers of two registers side by side: the same, or so alike that somebody has to look.

Only the very same text is a match. Spellings that differ in width, blanks, hyphens, case or leading zeros are candidates: two
meters may well be told apart by nothing else.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Both sides by serial number, each by its key.

    `pairs`: one of each side with the very same serial. `candidates`: of theirs, those of ours with an alike spelling.
    `doubled_theirs`, `doubled_ours`: serials that one side has more than once, with the keys; nothing of them is paired.
    """

    pairs: tuple[tuple[int, str], ...]
    candidates: Mapping[int, tuple[str, ...]]
    doubled_theirs: Mapping[str, tuple[int, ...]]
    doubled_ours: Mapping[str, tuple[str, ...]]


def folded(serial: str) -> str:
    """A serial as candidates are looked for: of one width and case, without blanks and hyphens, or zeros in front."""
    plain = unicodedata.normalize("NFKC", serial).casefold()
    kept = "".join(letter for letter in plain if letter.isalnum())
    return kept.lstrip("0") or kept


def matched(theirs: Sequence[str], ours: Iterable[tuple[str, str]]) -> Matching:
    """Serials of theirs by place with serials of ours by key (key, serial)."""
    their_places: dict[str, list[int]] = defaultdict(list)
    for place, serial in enumerate(theirs):
        their_places[serial].append(place)
    our_keys: dict[str, list[str]] = defaultdict(list)
    for key, serial in ours:
        our_keys[serial].append(key)
    pairs = [
        (places[0], our_keys[serial][0])
        for serial, places in their_places.items()
        if len(places) == 1 and len(our_keys.get(serial, ())) == 1
    ]
    paired = {key for _, key in pairs}
    alike: dict[str, list[str]] = defaultdict(list)
    for serial, keys in our_keys.items():
        alike[folded(serial)] += [key for key in keys if key not in paired]
    candidates = {
        place: tuple(sorted(found))
        for serial, places in their_places.items()
        for place in places
        if len(places) == 1 and serial not in our_keys and (found := alike.get(folded(serial)))
    }
    return Matching(
        pairs=tuple(sorted(pairs)),
        candidates=candidates,
        doubled_theirs={serial: tuple(places) for serial, places in their_places.items() if len(places) > 1},
        doubled_ours={serial: tuple(sorted(keys)) for serial, keys in our_keys.items() if len(keys) > 1},
    )
