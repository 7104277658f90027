"""Changes that name what they change: the version in ETag, and in If-Match of the request that changes it."""

import re
from typing import Annotated

from fastapi import Depends, Header

from api import failures
from api.failures import RefusedError
from api.language import Bilingual

_TAG = re.compile(r'"([0-9]{1,18})"')
_NO_VERSION = -1  # That of nothing: a tag that we never gave.


def tagged(version: int) -> dict[str, str]:
    """The header that names a version."""
    return {"etag": f'"{version}"'}


def _version(
    if_match: Annotated[str | None, Header(description="ETag of the version that is changed, or *.", examples=['"1"'])] = None,
) -> int | None:
    if if_match is None:
        raise RefusedError(failures.PRECONDITION, Bilingual("请给出 If-Match", "give If-Match"))
    if if_match.strip() == "*":
        return None
    tag = _TAG.fullmatch(if_match.strip())
    return int(tag[1]) if tag else _NO_VERSION


ChangedVersion = Annotated[int | None, Depends(_version)]  # None for whatever version counts.
