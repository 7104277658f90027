"""What the parts of a review are called."""

from api.language import Bilingual, Language
from registry.review.jurisdiction import Words
from registry.review.procedure import ACTORS, STAGES, Stage
from registry.review.steps import Actor, EvidenceKind


def said(words: Words, language: Language) -> str:
    """A text in one language."""
    return words.zh if language is Language.ZH else words.en


def stages_in(language: Language) -> dict[str, str]:
    """What stages are called."""
    return {each.value: said(words, language) for each, words in STAGES.items()}


def actors_in(language: Language) -> dict[str, str]:
    """What those who take part are called."""
    return {each.value: said(words, language) for each, words in ACTORS.items()}


STEPS: dict[str, Bilingual] = {
    "notified": Bilingual("通知单位", "Notify the unit"),
    "self_checked": Bilingual("单位自查", "Self-check"),
    "documents_reviewed": Bilingual("资料审查", "Review of documents"),
    "visited": Bilingual("现场审查", "Visit"),
    "findings_issued": Bilingual("出具审查意见", "Issue findings"),
    "rectified": Bilingual("提交整改", "Rectification"),
    "revisited": Bilingual("回头看", "Re-visit"),
    "closed": Bilingual("结案", "Close"),
    "referred": Bilingual("移送执法", "Refer to enforcement"),
    "published": Bilingual("公布结果", "Publish the result"),
}
EVIDENCE: dict[EvidenceKind, Bilingual] = {
    EvidenceKind.ITEM: Bilingual("器具", "Item"),
    EvidenceKind.CERTIFICATE: Bilingual("证书", "Certificate"),
    EvidenceKind.ROUND: Bilingual("现场核查", "Round"),
    EvidenceKind.PHOTO: Bilingual("照片", "Photo"),
    EvidenceKind.DOCUMENT: Bilingual("文件", "File"),
}
RESULTS: dict[Stage, Bilingual] = {
    Stage.CLOSED: Bilingual("符合（含已整改）", "Conforming, or mended"),
    Stage.REFERRED: Bilingual("移送执法", "Referred to enforcement"),
}
# What each of those who are awaited is awaited for, by the stage.
AWAITED: dict[Stage, Bilingual] = {
    Stage.DRAWN: Bilingual("通知单位", "notify the unit"),
    Stage.NOTIFIED: Bilingual("完成自查", "check itself"),
    Stage.SELF_CHECKED: Bilingual("审查资料", "review the documents"),
    Stage.DOCUMENTS_REVIEWED: Bilingual("到现场审查", "visit the unit"),
    Stage.VISITED: Bilingual("出具审查意见", "issue findings"),
    Stage.CONFORMING: Bilingual("结案", "close the review"),
    Stage.CLOSED: Bilingual("公布结果", "publish the result"),
    Stage.REFERRED: Bilingual("公布结果", "publish the result"),
}
RECTIFYING: dict[Actor, Bilingual] = {
    Actor.UNIT: Bilingual("整改问题", "mend what was found"),
    Actor.INSPECTOR: Bilingual("回头看", "re-visit the unit"),
}
# The class of the tag that a stage stands in.
STAGE_TAGS: dict[Stage, str] = {
    Stage.RECTIFYING: "fail",
    Stage.REFERRED: "fail",
    Stage.CONFORMING: "good",
    Stage.CLOSED: "good",
    Stage.PUBLISHED: "good",
}


def awaited_in(stage: Stage, actor: Actor, language: Language) -> str:
    """What somebody is awaited for."""
    return (RECTIFYING[actor] if stage is Stage.RECTIFYING else AWAITED[stage]).in_(language)
