"""Whether a certificate claims a smaller uncertainty than the one it rests on (rules.uncertainty)."""

import numpy as np

from traceability.fleet.loops.marks import ANY_QUANTITY, FLAG_FAILED, NONE, Columns, Truth, Whole


def is_below(columns: Columns, certificate: Whole, found: Whole, quantity: Whole) -> Truth:
    """Whether a certificate claims a smaller u than the one it rests on, in any sort (uncertainty.growth)."""
    if quantity == ANY_QUANTITY or columns.certificates[found].marks & FLAG_FAILED:
        return False
    own, upper = spreads_of(columns, certificate, quantity), spreads_of(columns, found, quantity)
    return own >= 0 and upper >= 0 and is_smaller(columns, own, upper)


def is_smaller(columns: Columns, own: Whole, upper: Whole) -> Truth:
    """Whether some smallest standard uncertainty of one list of sorts is smaller than that of the same sort of another."""
    for one in range(columns.spreads[own].first, columns.spreads[own].last):
        for other in range(columns.spreads[upper].first, columns.spreads[upper].last):
            is_same_sort = columns.magnitudes[one].kind == columns.magnitudes[other].kind
            if is_same_sort and columns.magnitudes[one].rank < columns.magnitudes[other].rank:
                return True
    return False


def spreads_of(columns: Columns, certificate: Whole, quantity: Whole) -> Whole:
    """The smallest standard uncertainties of a certificate's results for a quantity; NONE when it states none."""
    plain = columns.class_plain[columns.certificates[certificate].of_class]
    for place in range(columns.plains[plain].first, columns.plains[plain].last):
        if columns.stated[place].quantity == quantity:
            return np.int64(columns.stated[place].spread)
    return NONE
