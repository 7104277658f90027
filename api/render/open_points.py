"""What a proof bundle leaves open, in words: for the command and for the dossier."""

from collections.abc import Iterator
from functools import partial

from api.language import Language, text
from registry.evidence.verifying import Proved
from traceability.periods import civil_day


def not_checked(proved: Proved, language: Language, *, is_compared: bool = False) -> Iterator[str]:
    """What a bundle leaves open, in words. `is_compared`: whether original files at hand were compared with it."""
    say = partial(text, language)
    yield say("未能核验：是否另有未附上的记录（例如登记后的撤销）；证明只能显示有什么，不能显示没有什么")
    question, made_on = proved.bundle.question, civil_day(proved.bundle.made_at)
    if question.known_at < proved.bundle.made_at:
        instant = question.known_at.isoformat(timespec="seconds")
        yield say("结论按 {instant} 已知的记录作出：其后至出具时登记的（例如撤销）未计入", instant=instant)
    if max(question.as_of, question.until or question.as_of) > made_on:
        yield say("{day} 之后的日子在出具时尚未到来：按届时没有新的记录推算", day=made_on)
    if not proved.is_witnessed:
        yield say("检查点只有登记处自己的签名；整部历史是否被重做，须用在别处保存的检查点核对（--checkpoint）")
    if proved.bundle.question.policy != proved.policy.name:
        yield say("证明按 {other} 出具，以上按 {own} 重新判定", other=proved.bundle.question.policy, own=proved.policy.name)
    if proved.account is not None:
        yield say("读数按天均分计入；是否另有未附上的读数无法由此得知")
        if proved.account.factors:
            yield say("排放因子出自登记处所用的版次，不在账本中，也没有溯源链")
    if proved.bundle.documents and not is_compared:
        yield say("原始文件的摘要出自登记处的声明；持有文件者可用 --document 或在网页上比对")
