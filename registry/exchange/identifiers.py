"""Identifiers derived from what identifies a thing: the same thing gives the same id, whoever names it, in whatever order."""

import hashlib
import json
import re
import unicodedata

from registry.spelling import compared

_SLUG_LENGTH = 40  # Characters; ids stay below 80.
_DIGEST_LENGTH = 16  # Hex digits: 64 bits, no collision among the certificates of a country.


def derived_id(origin: str, kind: str, label: str, *parts: str) -> str:
    """Origin, kind, a readable slug of the label, and 64 bits of SHA-256 over kind and parts, spelled as they are compared.

    It is an ASCII word that fits a URL, a file name and a label.
    """
    digest = hashlib.sha256(json.dumps([kind, *map(compared, parts)]).encode()).hexdigest()[:_DIGEST_LENGTH]
    plain = compared(label)
    ascii_label = (
        plain if plain.isascii() else unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    ).lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_label)[:_SLUG_LENGTH].strip("-")
    return "-".join(filter(None, (origin, kind, slug, digest)))
