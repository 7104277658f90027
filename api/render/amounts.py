"""Measured values as people write them: exact digits, unit, and k beside every U."""

from api.language import Bilingual, Language
from traceability.json_text import positional
from traceability.records import Amount, Result, Uncertainty

_LIMIT = Bilingual("最大允许误差 ±{} {}", "MPE ±{} {}")
_NO_K = Bilingual("k 未给出", "k not stated")


def uncertainty_text(uncertainty: Uncertainty, language: Language) -> str:
    """An expanded uncertainty with its coverage factor; one without k says so (JCGM 100:2008, 7.2.3)."""
    k = _NO_K.in_(language) if uncertainty.k is None else f"k = {positional(uncertainty.k)}"
    return f"U = {positional(uncertainty.value)} {uncertainty.unit} ({k})"


def permissible_text(limit: Amount, language: Language) -> str:
    """A maximum permissible error: both ways."""
    return _LIMIT.in_(language).format(positional(limit.value), limit.unit)


def range_text(result: Result) -> str:
    """The measuring interval of a result; its unit alone when it has no bound."""
    low = None if result.low is None else positional(result.low)
    high = None if result.high is None else positional(result.high)
    match low, high:
        case None, None:
            return result.unit
        case _, None:
            return f"≥ {low} {result.unit}"
        case None, _:
            return f"≤ {high} {result.unit}"
        case _:
            return f"{low} {result.unit}" if low == high else f"{low} – {high} {result.unit}"
