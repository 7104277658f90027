"""What a verified proof bundle comes to, as it is answered to programs."""

from datetime import datetime

import msgspec

from api.render.names import Names
from api.schemas.verdict import VerdictAnswer, verdict_answer
from registry.evidence.bundle import Account, Days, Source
from registry.evidence.shown import Withheld
from registry.evidence.verifying import Proved


class ProofAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer under the policy of whoever checks, and what it stands on.

    `is_witnessed`: whether a checkpoint from outside was compared. `is_complete_known` is always false: a bundle shows what
    there is, and cannot show that there is nothing else.
    """

    verdict: VerdictAnswer
    coverage: tuple[Days, ...]
    account: Account | None
    made_at: datetime
    made_for_policy: str
    origin: str
    size: int
    root: str
    facts: int
    is_witnessed: bool
    is_complete_known: bool
    withheld: tuple[Withheld, ...]
    documents: tuple[Source, ...]


def proof_answer(proved: Proved, names: Names) -> ProofAnswer:
    """What was proved."""
    return ProofAnswer(
        verdict=verdict_answer(proved.verdict, names),
        coverage=proved.coverage,
        account=proved.account,
        made_at=proved.bundle.made_at,
        made_for_policy=proved.bundle.question.policy,
        origin=proved.checkpoint.origin,
        size=proved.checkpoint.size,
        root=proved.checkpoint.root.hex(),
        facts=len(proved.bundle.facts),
        is_witnessed=proved.is_witnessed,
        is_complete_known=False,
        withheld=proved.withheld,
        documents=proved.bundle.documents,
    )
