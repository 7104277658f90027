"""What a PDF says, for the tests of everything that is printed."""

import pypdfium2


def text_of(made: bytes) -> str:
    """All words of a PDF without the blanks, in whatever way they are broken."""
    document = pypdfium2.PdfDocument(made)
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
