"""The typefaces of this machine, read once for a process: looking for them costs more than setting a page."""

from functools import cache

import typst

_ONE_LINE = '#set text(font: "DejaVu Sans Mono", lang: "zh")\n#table(columns: 2, [器具], [1])'


@cache
def fonts() -> typst.Fonts:
    """Those that typst found, and those that come with it."""
    return typst.Fonts()


def warm_up() -> None:
    """Read the typefaces and set one line, so that the first document of a service does not wait for either."""
    typst.compile(_ONE_LINE.encode(), font_paths=fonts())
