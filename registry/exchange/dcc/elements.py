"""Elements of a DCC to write: texts in one or two languages, identifications, values of D-SI."""

import re
from collections.abc import Sequence
from decimal import Decimal

from lxml.builder import ElementMaker

from registry.exchange.dcc.reading import DCC_NAMESPACE, Element
from registry.exchange.dcc.unit_spelling import dsi_from_unit

SI_NAMESPACE = "https://ptb.de/si"
_NAMESPACES = {"dcc": DCC_NAMESPACE, "si": SI_NAMESPACE}
D = ElementMaker(namespace=DCC_NAMESPACE, nsmap=_NAMESPACES)
SI = ElementMaker(namespace=SI_NAMESPACE, nsmap=_NAMESPACES)

# What XML 1.0 (section 2.2) has no way to write.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(text: str) -> str:
    """A text as XML holds it: single blanks, and U+FFFD for characters that XML cannot write; `-` for an empty one."""
    return " ".join(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text).split()) or "-"


def word(name: str, text: str) -> Element:
    """An element with a text that must not be empty."""
    return D(name, plain(text))


def recorded(name: str, text: str) -> Element:
    """A text as it is on record, in whatever language it is."""
    return D(name, D.content(plain(text)))


def both(name: str, zh: str, en: str) -> Element:
    """A text of the registry in both languages."""
    return D(name, D.content(plain(zh), lang="zh"), D.content(plain(en), lang="en"))


def identification(issuer: str, value: str, term: str, zh: str, en: str) -> Element:
    """A mark, who gave it, and what it is called."""
    return D.identification(D.issuer(issuer), word("value", value), both("name", zh, en), refType=term)


def number(value: Decimal) -> str:
    """A number as plain positional text."""
    return format(value, "f")


def values(points: Sequence[Decimal], unit: str, standard: Sequence[Decimal] | None = None) -> Element | None:
    """One value, or several side by side, with their standard uncertainties; nothing when the unit has no D-SI spelling."""
    spelled = dsi_from_unit(unit)
    if spelled is None:
        return None
    if len(points) == 1:
        stated = (
            [SI.measurementUncertaintyUnivariate(SI.standardMU(SI.valueStandardMU(number(standard[0]))))] if standard else []
        )
        return SI.real(SI.value(number(points[0])), SI.unit(spelled), *stated)
    listed = " ".join(map(number, standard)) if standard else None
    holder = (
        SI.measurementUncertaintyUnivariateXMLList(SI.standardMUXMLList(SI.valueStandardMUXMLList(listed))) if listed else None
    )
    return SI.realListXMLList(
        SI.valueXMLList(" ".join(map(number, points))),
        SI.unitXMLList(" ".join([spelled] * len(points))),
        *([holder] if holder is not None else []),
    )


def quantity(name: Element, term: str, held: Element | None, text: str) -> Element:
    """A quantity; where its value cannot be written in D-SI, it is said in words."""
    return D.quantity(name, held if held is not None else D.noQuantity(D.content(plain(text))), refType=term)
