"""The empty workbook that a laboratory downloads, fills and sends back."""


def template() -> bytes:
    """An xlsx workbook with all sheets: bilingual headers, drop-downs, an explanation, and a synthetic example row that is skipped."""
    raise NotImplementedError
