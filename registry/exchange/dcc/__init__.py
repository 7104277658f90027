"""Import of Digital Calibration Certificates (DCC 2.1 to 3.3 in XML, later 3.x leniently).

`read_dcc(bytes)` gives a CalibrationDocument or raises DocumentRefused; `to_records(document, catalogue)` gives what it adds.
"""

from registry.exchange.dcc.catalogue import Catalogue, CitedCertificate, Standing
from registry.exchange.dcc.document import CalibrationDocument
from registry.exchange.dcc.extraction import read_dcc
from registry.exchange.dcc.findings import Finding
from registry.exchange.dcc.mapping import DccImport, Relinked, to_records
from registry.exchange.dcc.memory import MemoryCatalogue
from registry.exchange.dcc.own_fields import rendered_id
from registry.exchange.dcc.parsing import DocumentRefused
from registry.exchange.dcc.schema import SchemaValidity, schema_validity

__all__ = [
    "CalibrationDocument",
    "Catalogue",
    "CitedCertificate",
    "DccImport",
    "DocumentRefused",
    "Finding",
    "MemoryCatalogue",
    "Relinked",
    "SchemaValidity",
    "Standing",
    "read_dcc",
    "rendered_id",
    "schema_validity",
    "to_records",
]
