"""`registry proof dossier`: a proof bundle on paper."""

from api.cli.exporting import replaced
from api.cli.output import LanguageOption
from api.cli.proof import Against, AsOf, From, Out, Readings, Until, made_bundle, own_key
from api.cli.questions import KnownAt, PolicyOption, Target
from api.language import Language
from api.render.dossier import dossier
from registry.evidence.bundle import read_bundle
from registry.evidence.verifying import verified
from registry.ledger.notes import verifier_of
from registry.settings import Settings
from traceability.policy import policy_named


def make_dossier(  # noqa: PLR0913, PLR0917 - one option of the command line each.
    target: Target,
    out: Out,
    as_of: AsOf = None,
    start: From = None,
    until: Until = None,
    readings: Readings = False,  # noqa: FBT002
    known_at: KnownAt = None,
    policy: PolicyOption = None,
    checkpoint: Against = None,
    language: LanguageOption = Language.ZH,
) -> None:
    """制作附有溯源证明的证据档案（PDF/A-3）。/ Make an evidence dossier with the proof inside (PDF/A-3)."""
    content = made_bundle(target, as_of, start, until, known_at, policy, checkpoint, has_readings=readings)
    named = read_bundle(content).question.policy
    proved = verified(content, verifier_of(own_key()), policy_named(named))
    made = dossier(proved, content, language, f"{Settings().base_url.rstrip('/')}/verify")
    with replaced(out) as write:
        write(made)
