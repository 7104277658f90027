"""Whether a proof bundle proves what it says: a numbered procedure that needs the public key and nothing else.

The rules are those of whoever checks. A bundle names a policy and never brings one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from registry.columns import day_number, instant_number
from registry.evidence.answers import account_of, days_of, verdict_on
from registry.evidence.bundle import Account, Bundle, Days, check_signature, read_bundle, unpacked
from registry.evidence.shown import Enclosed, ReadingRow, Withheld, enclosed
from registry.ledger.merkle import ProofError, verify_inclusion_of_many
from registry.ledger.notes import Checkpoint, Verifier, opened
from traceability.policy import POLICIES, Policy
from traceability.problems import TraceabilityError
from traceability.records import Records
from traceability.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What a bundle proves: the answer under the policy of whoever checks, on the records enclosed.

    `is_witnessed`: whether a checkpoint from outside was compared; without one the checkpoint is the registry's own word.
    """

    bundle: Bundle
    checkpoint: Checkpoint
    is_witnessed: bool
    records: Records
    withheld: tuple[Withheld, ...]
    policy: Policy
    verdict: Verdict
    coverage: tuple[Days, ...]
    account: Account | None


def verified(content: bytes, verifier: Verifier, policy: Policy, outside: Checkpoint | None = None) -> Proved:
    """What the bundle proves; ProofError, with the first reason, when it proves nothing.

    `outside`: a checkpoint that was kept elsewhere, its signature checked before.
    """
    # 1. The form: one spelling, no field unknown or missing.
    bundle = read_bundle(content)
    # 2. The signature over all of it.
    check_signature(bundle, verifier)
    if bundle.question.known_at > bundle.made_at:
        raise ProofError("it says what will be known after it was made", "所问的已知时刻晚于出具时刻")
    # 3. The checkpoint: signed by the same key, and the one that was kept outside.
    checkpoint = opened(bundle.checkpoint, verifier)
    _compare(checkpoint, outside)
    # 4. The facts: each text is that of a leaf, and the leaves are in the tree of the checkpoint.
    found = enclosed(bundle.facts)
    proof = [unpacked(step) for step in bundle.proof]
    verify_inclusion_of_many(found.leaves, checkpoint.size, proof, checkpoint.root)
    _check_documents(bundle, found)
    # 5. The rules: what is said of the policy that the bundle names follows from the facts.
    _check_answer(bundle, found)
    # 6. The answer under the policy of whoever checks.
    return Proved(
        bundle=bundle,
        checkpoint=checkpoint,
        is_witnessed=outside is not None,
        records=found.records,
        withheld=found.withheld,
        policy=policy,
        verdict=verdict_on(found.records, bundle.question, policy),
        coverage=days_of(found.records, bundle.question, policy),
        account=None if bundle.account is None else _account(bundle.account, bundle, found, policy),
    )


def certificates_of_file(bundle: Bundle, content: bytes) -> tuple[str, ...]:
    """The certificates of which a file is the original, by its SHA-256; ProofError for one that is none of them."""
    digest = hashlib.sha256(content).hexdigest()
    found = tuple(each.certificate for each in bundle.documents if each.sha256 == digest)
    if not found:
        raise ProofError(
            f"a file with SHA-256 {digest} is no original of the bundle: another one was put in its place",
            f"SHA-256 为 {digest} 的文件不是证明所列的原件：已被调换",
        )
    return found


def _compare(checkpoint: Checkpoint, outside: Checkpoint | None) -> None:
    if outside is None:
        return
    if outside.size != checkpoint.size:
        raise ProofError(
            f"the checkpoint from outside is of {outside.size} leaves, that of the bundle of {checkpoint.size}; ask for a "
            "bundle that is made against it",
            f"外部检查点为 {outside.size} 叶，证明中的为 {checkpoint.size} 叶；请索取针对该检查点的证明",
        )
    if outside != checkpoint:
        raise ProofError("the checkpoint from outside is another one: history was rewritten", "外部检查点不同：历史被改写")


def _check_documents(bundle: Bundle, found: Enclosed) -> None:
    """Originals are of certificates that are here, of each one; or a file would seem to be the original of something else."""
    named = [each.certificate for each in bundle.documents]
    if len(set(named)) < len(named) or not {each.id for each in found.records.certificates}.issuperset(named):
        raise ProofError("an original is of no certificate in the bundle", "所列原件没有对应的证书")


def _check_answer(bundle: Bundle, found: Enclosed) -> None:
    records = found.records
    named = POLICIES.get(bundle.question.policy)
    if named is None:
        raise ProofError(
            f"the policy {bundle.question.policy!r} is not known here", f"这里没有判定策略 {bundle.question.policy!r}"
        )
    try:
        follows = verdict_on(records, bundle.question, named) == bundle.verdict
        follows = follows and days_of(records, bundle.question, named) == bundle.coverage
        _check_readings(bundle, found.readings)
        follows = follows and (bundle.account is None or _account(bundle.account, bundle, found, named) == bundle.account)
    except TraceabilityError as error:
        raise ProofError("the question has no answer on these records", "按所附记录无法回答该问题") from error
    if not follows:
        raise ProofError("the verdict does not follow from the records", "结论不能由所附记录得出")


def _check_readings(bundle: Bundle, readings: Sequence[ReadingRow]) -> None:
    """Readings are those of the target in the period, known then, none replaced by another; none where none were asked for."""
    question = bundle.question
    if question.readings is not (bundle.account is not None) or (readings and not question.readings):
        raise ProofError("readings and account do not go together", "读数与核算结果不相配")
    if not readings or question.start is None or question.until is None:
        return
    first, last, known_at = day_number(question.start), day_number(question.until), instant_number(question.known_at)
    replaced = {each.replaces for each in readings}
    for each in readings:
        is_inside = each.last_day >= first and each.first_day <= last
        if each.metering_point != question.target or not is_inside or each.recorded_at > known_at or each.id in replaced:
            raise ProofError(f"reading {each.id!r} does not count here", f"读数 {each.id!r} 不属于此处")
    ordered = sorted(readings, key=lambda each: each.first_day)
    if any(later.first_day <= earlier.last_day for earlier, later in pairwise(ordered)):
        raise ProofError("two readings share a day", "有两条读数含同一天")


def _account(stated: Account, bundle: Bundle, found: Enclosed, policy: Policy) -> Account:
    """The account computed anew, with the factors as stated: they stand in no ledger."""
    points = [each for each in found.records.metering_points if each.id == bundle.question.target]
    if not points:
        raise ProofError("readings are of a metering point", "只有计量点才有读数")
    for earlier, later in pairwise(stated.factors):
        if later.start <= earlier.until:
            raise ProofError("two factors of one day", "同一天有两个因子")
    readings = [each.measured() for each in found.readings]
    return account_of(found.records, bundle.question, policy, readings, stated.factors, points[-1].energy)
