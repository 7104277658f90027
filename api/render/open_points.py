"""What a proof bundle leaves open, in words: for the command and for the dossier."""

from collections.abc import Iterator
from functools import partial

from api.language import Language, text
from registry.evidence.verifying import Proved


def not_checked(proved: Proved, language: Language, *, is_compared: bool = False) -> Iterator[str]:
    """What a bundle leaves open, in words. `is_compared`: whether original files at hand were compared with it."""
    say = partial(text, language)
    yield say("未能核验：是否另有未附上的记录（例如登记后的撤销）；证明只能显示有什么，不能显示没有什么")
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
