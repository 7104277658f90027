"""The terms of this registry in a DCC that it renders.

D-SI states U only in the unit of its value and with a coverage probability, which no record holds. So a rendering states what
is recorded under terms of its own: the quantity, U in its unit, k, error and permissible error (own_results.py reads them).
"""

NAMESPACE = "registry"
# What stands in words, where D-SI has no form for it: a range with an open bound, a number in a unit that it does not spell.
NO_LOW, NO_HIGH, TO = "-∞", "+∞", "…"  # `-∞ … 650 m^3/h`
CERTIFICATE_ID = "registry_certificateId"  # An identification: the id of the record.
RENDERING = "registry_rendering"  # A statement: this document is no original of a laboratory.
QUANTITY = "registry_quantity"  # The range of a result; the name of the quantity is that of the record.
EXPANDED_UNCERTAINTY = "registry_expandedUncertainty"
COVERAGE_FACTOR = "registry_coverageFactor"
ERROR = "basic_measurementError"
PERMISSIBLE_ERROR = "registry_permissibleErrorLimit"  # The word `limit` tells other readers that it was not measured.

# Statements on the certificate, each about one field of its record (own_fields.py reads them).
KIND = "registry_kind"
OUTCOME = "registry_outcome"
VALID_UNTIL = "registry_validUntil"
AS_FOUND = "registry_asFound"
OPENED_ON = "registry_openedOn"
USE_WITHIN = "registry_useWithin"
WITHDRAWN = "registry_withdrawn"
REPLACES = "registry_replaces"
REPLACED_BY = "registry_replacedBy"
