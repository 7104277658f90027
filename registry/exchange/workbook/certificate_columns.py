"""The columns of the sheet of certificates, the largest of all."""

from registry.exchange.workbook import words
from registry.exchange.workbook.column_sets import (
    ASSETS,
    QUANTITY,
    RANGES,
    ROW_NUMBER,
    SERIALS,
    amount,
    identity,
    ignored,
    named_item,
    range_,
    recorded,
    uncertainty,
)
from registry.exchange.workbook.layout import Column, Kind, Layout

CERTIFICATES = Layout(
    section="certificates",
    zh="证书",
    en="Certificates",
    aliases=("证书表", "检定证书", "校准证书", "检定记录", "校准记录", "calibrations", "certificate"),
    parts=("results", "references"),
    zh_help=(
        "每张证书一行；更多的结果或所用标准，在下面的行重复证书编号（或合并单元格），只填结果列或标准列。"
        "同一行中的结果与标准没有对应关系。"
    ),
    en_help=(
        "A row for each certificate; further results or references take further rows with the same number (or merged cells). "
        "That a result and a reference stand in one row means nothing."
    ),
    columns=(
        identity("留空时由出具机构、证书编号和器具生成。", "Made from issuer, number and item when empty."),
        Column(
            field="number",
            zh="证书编号",
            en="Certificate number",
            aliases=("证书号", "编号", "number", "certificate no"),
            is_required=True,
        ),
        Column(
            field="kind",
            zh="证书类别",
            en="Kind",
            kind=Kind.WORD,
            words=words.CERTIFICATE_KINDS,
            aliases=("类别", "证书类型", "检定/校准", "类型"),
            is_required=True,
        ),
        Column(
            field="issuer",
            kind=Kind.OWNER,
            zh="出具机构",
            en="Issuer",
            aliases=(
                "检定单位",
                "校准单位",
                "检定机构",
                "校准机构",
                "发证机构",
                "出具单位",
                "检定/校准机构",
                "issuing laboratory",
            ),
            zh_help="机构的标识或名称；留空为本单位。",
            en_help="Its id or name; empty: your own organization.",
        ),
        *named_item("", "器具", "Item", aliases=(("被检器具标识",), (*ASSETS, "器具编号"), SERIALS), serial="serial"),
        Column(
            field="calibrated_on",
            zh="检定/校准日期",
            en="Calibrated on",
            kind=Kind.DATE,
            aliases=("检定日期", "校准日期", "检测日期", "定值日期", "calibration date", "verification date"),
            is_required=True,
        ),
        Column(
            field="issued_on",
            zh="签发日期",
            en="Issued on",
            kind=Kind.DATE,
            aliases=("发布日期", "批准日期", "出具日期", "issue date", "date of issue"),
            is_required=True,
        ),
        Column(
            field="valid_until",
            zh="有效期至",
            en="Valid until",
            kind=Kind.DATE,
            aliases=("有效日期", "有效期", "下次检定日期", "到期日期", "valid to", "due date"),
        ),
        Column(
            field="outcome",
            zh="结论",
            en="Outcome",
            kind=Kind.WORD,
            words=words.OUTCOMES,
            aliases=("检定结论", "检定结果", "结果", "result"),
            zh_help="留空为合格；检定结果通知书填不合格。",
            en_help="Empty: pass. A notice of failed verification is a fail.",
        ),
        Column(
            field="adjusted", zh="是否调整", en="Adjusted", kind=Kind.WORD, words=words.TRUTHS, aliases=("调整", "是否调校")
        ),
        Column(
            field="as_found",
            zh="调整前状态",
            en="As found",
            kind=Kind.WORD,
            words=words.AS_FOUND,
            aliases=("调前状态", "到货状态", "接收状态"),
        ),
        Column(field="results.quantity", zh="量", en="Quantity", aliases=QUANTITY),
        *range_("results.", aliases=RANGES),
        *uncertainty(
            "results.uncertainty",
            "扩展不确定度",
            "Expanded uncertainty",
            (
                ("不确定度", "U", "测量不确定度", "扩展不确定度 U", "uncertainty"),
                ("不确定度单位", "U 单位", "uncertainty unit"),
                ("k", "包含因子", "k 值"),
            ),
        ),
        *amount("results.error", "示值误差", "Error of indication", Kind.AMOUNT, ("误差", "error")),
        *amount(
            "results.max_permissible_error",
            "最大允许误差",
            "Maximum permissible error",
            Kind.TOLERANCE,
            ("MPE", "允许误差", "最大允差"),
        ),
        *named_item(
            "references.",
            "标准器",
            "Reference",
            aliases=(
                ("标准器", "所用标准", "主要标准器", "参考标准", "reference"),
                ("标准器编号", "标准编号"),
                ("标准器序列号",),
            ),
        ),
        Column(
            field="references.certificate",
            zh="标准器证书标识",
            en="Reference certificate id",
            aliases=("标准器证书", "标准证书标识"),
            zh_help="出具机构写明的标准器证书在登记系统中的标识。",
            en_help="The id of the certificate that the issuer names.",
        ),
        Column(field="references.quantity", zh="标准器的量", en="Reference quantity", aliases=("标准量",)),
        *range_("references.", "标准器", "Reference", ((), (), (), ())),
        Column(field="replaces", zh="替换的证书标识", en="Replaces", aliases=("替换", "替代证书", "更正的证书")),
        Column(field="opened_on", zh="开封日期", en="Opened on", kind=Kind.DATE, aliases=("启用日期",)),
        Column(
            field="use_within_days", zh="开封后使用天数", en="Use within days", kind=Kind.WHOLE, aliases=("开封后有效天数",)
        ),
        Column(field="withdrawal.on", zh="撤销日期", en="Withdrawn on", kind=Kind.DATE, aliases=("作废日期",)),
        Column(
            field="withdrawal.void_from",
            zh="自何日起无效",
            en="Void from",
            kind=Kind.DATE,
            aliases=("失效日期", "无效起始日期"),
        ),
        recorded(),
        recorded("withdrawal.recorded_at", "撤销登记时刻", "Withdrawal recorded at"),
        *ignored(*ROW_NUMBER, ("器具名称", "Item name"), ("型号规格", "Model"), ("标准器名称", "Reference name")),
    ),
)
