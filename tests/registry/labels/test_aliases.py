"""Codes of others: what is taken for which, and when two are the same."""

import pytest

from registry.labels.aliases import AliasScheme, alias_key, possible_keys
from registry.labels.errors import UnreadableCodeError

GS1, IEC, GRID, NATIONAL = (
    AliasScheme.GS1_DIGITAL_LINK,
    AliasScheme.IEC_61406,
    AliasScheme.STATE_GRID,
    AliasScheme.GB_T_36377,
)


@pytest.mark.parametrize(
    ("scheme", "one", "other"),
    [
        (
            GS1,
            "https://id.gs1.org/01/09506000134352/21/A%2F1",
            "https://maker.example/x/01/09506000134352/10/B7/21/A%2F1?17=301231",
        ),
        (GS1, "https://id.gs1.org/8004/0950600ABC", "http://maker.example/8004/0950600ABC?x=1"),
        (IEC, "https://MAKER.example/i/Abc-1", "HTTPS://maker.example/i/Abc-1"),
        (GRID, "3130001000001234567890", " 31300 01 00000123456789 0 "),
        (NATIONAL, "91310000-A1.B2", "91310000－a1.b2"),
    ],
)
def test_one_code_in_two_spellings_is_one(scheme: AliasScheme, one: str, other: str) -> None:
    """The scan of a resolver's link, or a code typed in lower case, would find nothing."""
    assert alias_key(scheme, one) == alias_key(scheme, other)


@pytest.mark.parametrize(
    ("scheme", "one", "other"),
    [
        (GS1, "https://id.gs1.org/01/09506000134352/21/A1", "https://id.gs1.org/01/09506000134352/21/a1"),
        (IEC, "https://maker.example/i/Abc-1", "https://maker.example/i/abc-1"),
    ],
)
def test_codes_that_differ_stay_different(scheme: AliasScheme, one: str, other: str) -> None:
    """Serial numbers of GS1 and paths of links know upper and lower case: two instruments would become one."""
    assert alias_key(scheme, one) != alias_key(scheme, other)


@pytest.mark.parametrize(
    ("scheme", "text"),
    [
        (GS1, "https://id.gs1.org/01/09506000134352"),  # A type, not an individual.
        (GS1, "https://id.gs1.org/foo"),
        (GS1, "nonsense"),
        (IEC, "ftp://maker.example/1"),
        (IEC, "https:///1"),
        (IEC, "https://[maker/1"),
        (IEC, "https://maker.example/a b"),
        (IEC, "https://maker.example/" + "a" * 240),
        (GRID, "313000100000123456789"),
        (GRID, "313000100000123456789A"),
        (NATIONAL, "SHORT-1"),
        (NATIONAL, "LETTERSONLY"),
        (NATIONAL, "91310000\x00A1"),
    ],
)
def test_what_has_another_form_is_refused(scheme: AliasScheme, text: str) -> None:
    """A GTIN alone would make all instruments of a type one."""
    with pytest.raises(UnreadableCodeError):
        alias_key(scheme, text)


def test_a_scan_is_looked_up_as_all_that_it_may_be() -> None:
    """Nobody says which scheme a barcode is of."""
    assert [scheme for scheme, _ in possible_keys("3130001000001234567890")] == [GRID, NATIONAL]
    assert [scheme for scheme, _ in possible_keys("https://id.gs1.org/01/09506000134352/21/A1")] == [GS1, IEC]
    assert list(possible_keys("")) == []
