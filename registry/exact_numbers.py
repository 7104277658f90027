"""Exact numbers as people and files state them."""

from fractions import Fraction

DECIMALS = 6  # Of quantities and emissions that are told.


def decimal_text(value: Fraction, decimals: int = DECIMALS) -> str:
    """An exact number as plain text, rounded half to even at some decimals, without zeros at its end."""
    scale = 10**decimals
    whole, rest = divmod(abs(round(value * scale)), scale)
    text = f"{whole}.{rest:0{decimals}d}".rstrip("0").rstrip(".")
    return text if value >= 0 or text == "0" else f"-{text}"
