"""The page that checks proof bundles, as one file: script and style inside, and nothing that asks for the network."""

import base64
import hashlib

from markupsafe import Markup

from api.language import Language
from api.templating import STATIC, rendered_alone


def standalone_page(key: str, language: Language = Language.ZH) -> str:
    """The page as a file, with a verifier key filled in; its policy lets the browser run this script and load nothing."""
    script = (STATIC / "verify.js").read_text(encoding="utf-8")
    style = (STATIC / "registry.css").read_text(encoding="utf-8")
    return rendered_alone(
        "verify_alone.html",
        language,
        key=key,
        script=Markup(script),  # noqa: S704 - our own file; tests look that it ends no element.
        style=Markup(style),  # noqa: S704
        script_digest=_digest(script),
        style_digest=_digest(style),
    )


def _digest(text: str) -> str:
    """The digest of inline text as a content security policy names it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
