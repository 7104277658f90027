"""docs/findings.md, written from the sentences themselves: `make generated`."""

import sys

from api.render.sentences import SAYINGS

_HEAD = """\
# Findings

Every code that a verdict can carry, what it says, and the clause behind it. Parts in square brackets are left out when
their facts are not known. Codes are public: they are never renamed or reused. This page is made by `make generated`.

| code | 中文 | English | source |
|---|---|---|---|
"""


def page() -> str:
    """The page as Markdown."""
    rows = (
        (f"`{code}`", f"**{said.title.zh}** {said.sentence.zh}", f"**{said.title.en}.** {said.sentence.en}", said.source)
        for code, said in SAYINGS.items()
    )
    return _HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


if __name__ == "__main__":
    sys.stdout.write(page())
