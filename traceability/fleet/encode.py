"""From tables of records to the columns of the kernel: sorted, numbered, and what repeats worked out once.

Nothing here depends on the day asked for or on a policy. The numbers in the comments are those of SEMANTICS.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa

from traceability.fleet import shapes
from traceability.fleet.columns import Dictionaries, Fleet
from traceability.fleet.encoding.assembled import assembled
from traceability.fleet.encoding.certificates import certificates_of
from traceability.fleet.encoding.classes import classes_of, results_of
from traceability.fleet.encoding.items import items_of
from traceability.fleet.encoding.parts import KINDS, OUTCOMES, Parts, flat
from traceability.fleet.encoding.references import referenced, references_of, uses_of
from traceability.fleet.sheets import Sheets


def encode(sheets: Sheets) -> Fleet:
    """The registry that the tables hold."""
    # Results and references do not wait for certificates: most of the work is done outside the interpreter.
    with ThreadPoolExecutor(1) as other:
        results, uses = other.submit(results_of, sheets), other.submit(referenced, sheets)
        items, item_ids, standards = items_of(sheets)
        certificates, rows = certificates_of(sheets, items, item_ids)
        (shape_of_entry, shape_rows), (purposes, reference_rows) = results.result(), uses.result()
    columns: Parts = {**items, **certificates}
    shape_list = [tuple(shapes.result(shape_rows[0][row]) for row in each) for each in shape_rows[1]]
    plains = list(dict.fromkeys([(), *map(shapes.without_errors, shape_list)]))
    number_of_plain = {plain: number for number, plain in enumerate(plains)}
    plain_of_shape = np.array([number_of_plain[shapes.without_errors(each)] for each in shape_list])
    shape = shape_of_entry[rows]
    classes, competences = classes_of(sheets, columns, rows, shape, plain_of_shape[shape], plains)
    columns["of_class"] = columns.pop("class_of_certificate", classes[0])
    columns["class_plain"] = np.array([plain_of_shape[each] for each in classes[1][2]], np.int64)
    references_of(sheets, columns, item_ids, rows, purposes, reference_rows)
    uses_of(sheets, columns, item_ids, plain_of_shape[shape], plains, purposes)
    kinds, outcomes, shape_numbers, capabilities = (each.tolist() for each in classes[1])
    dictionaries = Dictionaries(
        countries=tuple(columns.pop("countries").tolist()),
        classes=tuple(
            (KINDS[kind], OUTCOMES[outcome], number, competence)
            for kind, outcome, number, competence in zip(kinds, outcomes, shape_numbers, capabilities, strict=True)
        ),
        shapes=tuple(shape_list),
        competences=tuple(competences),
        quantities=tuple(columns.pop("quantity_names").tolist()),
    )
    certificate_ids = sheets["certificates"]["id"].take(pa.array(rows)).combine_chunks()
    return Fleet(
        columns=assembled(columns),
        dictionaries=dictionaries,
        item_ids=flat(item_ids),
        certificate_ids=flat(certificate_ids),
        standards=standards,
    )
