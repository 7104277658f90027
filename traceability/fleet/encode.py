"""From tables of records to the columns of the kernel: sorted, numbered, and what repeats worked out once.

Nothing here depends on the day asked for or on a policy. The numbers in the comments are those of SEMANTICS.
"""

from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa

from traceability.fleet.codes import text_codes
from traceability.fleet.columns import Dictionaries, Fleet
from traceability.fleet.encoding.assembled import assembled
from traceability.fleet.encoding.certificates import certificates_of
from traceability.fleet.encoding.classes import classes_of, results_of
from traceability.fleet.encoding.items import items_of, owners_of
from traceability.fleet.encoding.parts import Parts, flat, in_positions
from traceability.fleet.encoding.references import purposes_of, references_of, uses_of
from traceability.fleet.sheets import Sheets


def encode(sheets: Sheets) -> Fleet:
    """The registry that the tables hold."""
    references = in_positions(sheets["certificate_references"], "certificate_entry")
    # Two threads: what is told of texts does not wait for certificates, and most of it is done outside the interpreter.
    with ThreadPoolExecutor(1) as other:
        results, purposes = other.submit(results_of, sheets), other.submit(purposes_of, references)
        used_codes, used = text_codes(references["item"])
        items, item_ids, standards = items_of(sheets, used)
        owners = owners_of(sheets, item_ids, used, other)
        certificates, rows = certificates_of(sheets, items, owners)
        columns: Parts = {**items, **certificates}
        stated = results.result()
        told = other.submit(classes_of, sheets, certificates, rows, stated)
        certificate_ids = other.submit(lambda: flat(sheets["certificates"]["id"].take(pa.array(rows))))
        references_of(sheets, columns, rows, purposes.result()[0], references, owners.used[used_codes])
        uses_of(columns, stated.plain_of_shape[stated.shape[rows]], stated.plains, purposes.result()[1])
        classes = told.result()
        columns["of_class"], columns["class_plain"] = classes.of_certificate, classes.plain
        together = assembled(columns, other)
    dictionaries = Dictionaries(
        countries=tuple(columns.pop("countries").tolist()),
        classes=classes.words,
        shapes=tuple(stated.shapes),
        competences=tuple(classes.competences),
        quantities=tuple(columns.pop("quantity_names").tolist()),
    )
    return Fleet(
        columns=together,
        dictionaries=dictionaries,
        item_ids=item_ids,
        certificate_ids=certificate_ids.result(),
        standards=standards,
    )
