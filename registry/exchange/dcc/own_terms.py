"""The terms of this registry in a DCC that it renders.

D-SI states U only in the unit of its value and with a coverage probability, which no record holds. So a rendering states what
is recorded under terms of its own: the quantity, U in its unit, k, error and permissible error (own_results.py reads them).
"""

NAMESPACE = "registry"
RENDERING = "registry_rendering"  # A statement: this document is no original of a laboratory.
QUANTITY = "registry_quantity"  # The range of a result; the name of the quantity is that of the record.
EXPANDED_UNCERTAINTY = "registry_expandedUncertainty"
COVERAGE_FACTOR = "registry_coverageFactor"
ERROR = "basic_measurementError"
PERMISSIBLE_ERROR = "registry_permissibleErrorLimit"  # The word `limit` tells other readers that it was not measured.
