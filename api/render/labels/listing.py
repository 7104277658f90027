"""Labels as a list for print shops: what goes into each symbol, what stands beside it."""

import csv
from collections.abc import Sequence
from io import StringIO

from api.render.labels.content import Content

COLUMNS = (
    "code",
    "printed_code",
    "address",
    "item",
    "name",
    "serial",
    "asset",
    "seal",
    "label_issue",
    "certificate",
    "sticker_issue",
    "calibrated_on",
    "valid_until",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(contents: Sequence[Content]) -> bytes:
    """CSV in UTF-8 with a byte order mark, which spreadsheets need to show Chinese; what they would reckon out is quoted."""
    written = StringIO(newline="")
    writer = csv.DictWriter(written, COLUMNS, restval="", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    for content in contents:
        row = {"code": content.code, "printed_code": "-".join(content.groups), "address": content.address, **content.facts}
        writer.writerow({name: f"'{value}" if value.startswith(_FORMULA) else value for name, value in row.items()})
    return written.getvalue().encode("utf-8-sig")
