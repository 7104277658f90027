"""Labels and stickers in words: each state and each answer says what it is and what to do."""

from typing import NamedTuple

from api.language import Bilingual
from registry.labels.sticker import Answer, LabelState
from registry.scanning.anomalies import Reason


class Say(NamedTuple):
    """What something is, and what to do about it. `tone`: the colour, by the names of severities."""

    title: Bilingual
    text: Bilingual
    tone: str


STATES: dict[LabelState, Say] = {
    LabelState.ACTIVE: Say(
        Bilingual("标签有效", "Label in use"),
        Bilingual("请核对铭牌上的出厂编号与下面一致。", "Compare the serial number below with the nameplate."),
        "good",
    ),
    LabelState.REPLACED: Say(
        Bilingual("此标签已被更换", "This label has been replaced"),
        Bilingual(
            "器具上应贴新标签。仍贴着这枚旧标签的，可能是旧件或复制品，请核对铭牌。",
            "The instrument should carry the new label. What still carries this one may be an old part or a copy: "
            "compare the nameplate.",
        ),
        "condition",
    ),
    LabelState.REVOKED: Say(
        Bilingual("此标签已吊销", "This label is revoked"),
        Bilingual(
            "不要依据这枚标签作任何判断。下面是所登记器具的情况，不能说明面前的器具就是它。",
            "Do not rely on this label. What follows is about the item on record, which need not be what stands before you.",
        ),
        "fail",
    ),
    LabelState.LOST: Say(
        Bilingual("此标签已挂失", "This label is reported lost"),
        Bilingual(
            "它可能被人贴到了别的器具上。请核对铭牌，并告知器具的管理单位。",
            "It may have been put on something else. Compare the nameplate, and tell whoever keeps the instrument.",
        ),
        "fail",
    ),
}

DISPUTED = Say(
    Bilingual("此标签存在争议", "This label is disputed"),
    Bilingual(
        "主管部门怀疑有复制或误用，正在核查。结论作出之前，请以铭牌和证书原件为准。",
        "The authority suspects a copy or a misuse and looks into it. Until then nameplate and original certificate count.",
    ),
    "fail",
)

BLANK = Say(
    Bilingual("空白标签", "Blank label"),
    Bilingual(
        "这枚标签由本登记处印制，但还没有绑定到任何器具。",
        "This label was made here, and is not bound to any instrument yet.",
    ),
    "condition",
)

# Scans that lead nowhere.
MISTYPED = Say(
    Bilingual("代码有误", "The code is mistyped"),
    Bilingual(
        "校验位不符：至少有一个字符读错或输错。这样的代码从未存在过。请对照标签重新输入。",
        "The check symbol disagrees: at least one character was misread. No such code ever existed. Type it again.",
    ),
    "condition",
)
UNKNOWN = Say(
    Bilingual("没有这枚标签", "No such label"),
    Bilingual(
        "代码的写法正确，但本登记处从未签发过它。这可能是伪造的标签：请不要撕下，记下位置并告知主管部门。",
        "The code is well formed, but was never issued here. The label may be an invention: leave it where it is, "
        "note the place and tell the authority.",
    ),
    "fail",
)
NOTHING = Say(
    Bilingual("没有找到", "Nothing found"),
    Bilingual(
        "扫描或输入的内容不指向任何已公开的器具。标签代码是 16 位字母与数字。",
        "What was scanned or typed leads to nothing that is public. A label's code has 16 letters and digits.",
    ),
    "condition",
)
TOO_MANY = Say(
    Bilingual("尝试过多", "Too many attempts"),
    Bilingual(
        "从这里查询了太多不存在的代码，请稍后再试。",
        "Too many codes that do not exist were asked for from here. Try again later.",
    ),
    "condition",
)

ANSWERS: dict[Answer, Say] = {
    Answer.GENUINE: Say(
        Bilingual("证书标识真实", "The sticker is genuine"),
        Bilingual(
            "由本登记处签名，是该标签最新的标识，且在有效期内。",
            "Signed here, the newest of its label, and within its dates.",
        ),
        "good",
    ),
    Answer.UNREADABLE: Say(
        Bilingual("标识无法读取", "The sticker cannot be read"),
        Bilingual("内容残缺或不是证书标识。", "It is damaged, or no certificate sticker."),
        "condition",
    ),
    Answer.UNKNOWN_VERSION: Say(
        Bilingual("标识版本未知", "The sticker is of an unknown version"),
        Bilingual("它可能由更新的系统签发，本系统读不了。", "A later release may have made it; this one cannot read it."),
        "condition",
    ),
    Answer.UNKNOWN_KEY: Say(
        Bilingual("签名密钥不是本登记处的", "Signed with a key that is not ours"),
        Bilingual(
            "不要采信标识上的任何内容。请不要撕下，记下位置并告知主管部门。",
            "Believe nothing that the sticker says. Leave it on, note where it is, and tell the authority.",
        ),
        "fail",
    ),
    Answer.FORGED: Say(
        Bilingual("标识系伪造或被改动", "The sticker is forged or altered"),
        Bilingual(
            "签名与内容不符，不要采信标识上的任何内容。请不要撕下，记下位置并告知主管部门。",
            "The signature does not fit. Believe nothing that it says. Leave it on, note where it is, and tell the authority.",
        ),
        "fail",
    ),
    Answer.KEY_REVOKED: Say(
        Bilingual("签名密钥已吊销", "The signing key is revoked"),
        Bilingual("用该密钥签发的标识一律作废，请换发。", "No sticker of that key counts any more; have a new one issued."),
        "fail",
    ),
    Answer.KEY_EXPIRED: Say(
        Bilingual("签发日不在密钥有效期内", "The key did not sign on that day"),
        Bilingual("标识所写的签发日期不可信。", "The day of issue that it states is not to be believed."),
        "fail",
    ),
    Answer.NOT_LISTED: Say(
        Bilingual("签名真实，但没有登记", "Signed, but not on record"),
        Bilingual("登记中没有这一次签发，请联系签发单位。", "This issue is not on record; ask whoever issued it."),
        "fail",
    ),
    Answer.LABEL_REVOKED: Say(
        Bilingual("标识或其标签已吊销", "The sticker or its label is revoked"),
        Bilingual("它曾经真实，现已作废。", "It was genuine once and counts no more."),
        "fail",
    ),
    Answer.LABEL_REPLACED: Say(
        Bilingual("其标签已被更换", "Its label has been replaced"),
        Bilingual("器具上应贴新标签和新标识。", "The instrument should carry a new label and sticker."),
        "condition",
    ),
    Answer.LABEL_LOST: Say(
        Bilingual("标识或其标签已挂失", "The sticker or its label is reported lost"),
        Bilingual("它可能被贴到了别的器具上。", "It may have been put on something else."),
        "fail",
    ),
    Answer.REPLAYED: Say(
        Bilingual("这是旧标识", "This is an old sticker"),
        Bilingual(
            "同一标签已签发更新的标识；旧标识可能被复制或没有撕下。", "A newer one exists; this may be a copy or a leftover."
        ),
        "fail",
    ),
    Answer.OTHER_SERIAL: Say(
        Bilingual("出厂编号不符", "The serial number differs"),
        Bilingual("标识写的不是这件器具。", "The sticker speaks of another instrument."),
        "fail",
    ),
    Answer.NOT_YET: Say(
        Bilingual("标识尚未生效", "The sticker does not count yet"),
        Bilingual("签发日期在所查日期之后。", "It was issued after the day asked for."),
        "condition",
    ),
    Answer.ENDED: Say(
        Bilingual("标识已过期", "The sticker has ended"),
        Bilingual("标识所述证书的有效期已过。", "The certificate that it states has ended."),
        "fail",
    ),
}

REASONS: dict[Reason, Bilingual] = {
    Reason.OTHER_SERIAL: Bilingual("有人读到不同的出厂编号", "another serial number was read"),
    Reason.TWO_PLACES: Bilingual("短时间内出现在两地", "two places in impossible time"),
    Reason.TWO_SITES: Bilingual("同一轮检查中出现在两处", "two sites of one round"),
    Reason.NOT_ACTIVE: Bilingual("作废后仍被扫描", "scanned after it ceased to count"),
}

STATE_WORDS: dict[LabelState, Bilingual] = {
    LabelState.ACTIVE: Bilingual("有效", "in use"),
    LabelState.REPLACED: Bilingual("已更换", "replaced"),
    LabelState.REVOKED: Bilingual("已吊销", "revoked"),
    LabelState.LOST: Bilingual("已挂失", "lost"),
}
SYMBOLS = {"good": "✔", "condition": "!", "fail": "✘"}
