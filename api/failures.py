"""The one place that says what an error means to the outside: its exit code, its HTTP status, and its name in both languages.

Exit codes are those of DESIGN.md: 2 usage, 3 input invalid, 4 not found, 5 store or conflict, 6 integrity failure.
"""

from collections.abc import Mapping
from typing import NamedTuple

from api.language import Bilingual
from registry.errors import (
    ConflictError,
    IntegrityError,
    NotPermittedError,
    PlatformError,
    RegistryError,
    SignInError,
    StaleError,
    TakenError,
    TooManyRecordsError,
    UnacceptableError,
    UnknownError,
    WaitError,
)
from registry.labels.errors import LabelError, SigningKeyError, UnknownLabelError, UnreadableCodeError
from registry.ledger.merkle import ProofError
from registry.usecases.contradictions import ContradictedError
from traceability.problems import InputError, InvalidValueError, QuestionError, TraceabilityError, UnknownTargetError


class Kind(NamedTuple):
    """A sort of failure. `name` is part of the problem's type and never changes."""

    name: str
    title: Bilingual
    exit_code: int
    http_status: int


USAGE = Kind("question-invalid", Bilingual("请求不成立", "The question cannot be asked like this"), 2, 422)
INPUT = Kind("input-invalid", Bilingual("输入不符合格式", "The input is invalid"), 3, 422)
NOT_FOUND = Kind("not-found", Bilingual("没有找到", "Not found"), 4, 404)
CONFLICT = Kind("conflict", Bilingual("与已有记录冲突", "Contradicts what is on record"), 5, 409)
BUDGET = Kind("too-many-records", Bilingual("涉及的记录过多", "Too many records for one answer"), 5, 422)
STORE = Kind("store-unavailable", Bilingual("数据库不可用", "The store is not available"), 5, 503)
ELSEWHERE = Kind("elsewhere-failed", Bilingual("对方系统未予办理", "Another system did not do its part"), 5, 502)
# Met by the HTTP border alone.
HOST = Kind("host-refused", Bilingual("不接受此主机名", "This host name is not served"), 2, 400)
CROSS_SITE = Kind("cross-site-refused", Bilingual("拒绝跨站写入", "Writing from another site is refused"), 2, 403)
METHOD = Kind("method-not-allowed", Bilingual("不支持该方法", "Method not allowed"), 2, 405)
TOO_LARGE = Kind("body-too-large", Bilingual("请求体过大", "The body is too large"), 3, 413)
UNAUTHENTICATED = Kind("sign-in-needed", Bilingual("需要登录或密钥", "A session or an API key is needed"), 2, 401)
SIGN_IN = Kind("sign-in-refused", Bilingual("未能登录", "Not signed in"), 2, 422)
FORBIDDEN = Kind("not-permitted", Bilingual("没有此权限", "Not permitted"), 2, 403)
CONTRADICTED = Kind("contradicted", Bilingual("登记前的核对不通过", "Refused by the checks before recording"), 3, 422)
STALE = Kind("changed-meanwhile", Bilingual("此间已有变更", "Changed in the meantime"), 5, 412)
PRECONDITION = Kind("if-match-needed", Bilingual("缺少 If-Match", "If-Match is needed"), 2, 428)
TOO_MANY = Kind("too-many-requests", Bilingual("请求过于频繁", "Too many requests"), 2, 429)
INTEGRITY = Kind("integrity-failed", Bilingual("完整性校验不通过", "Integrity cannot be confirmed"), 6, 500)
MEDIA_TYPE = Kind("media-type-unsupported", Bilingual("不支持该媒体类型", "Media type not supported"), 3, 415)
INTERNAL = Kind("internal-error", Bilingual("内部错误", "Internal error"), 70, 500)  # 70: EX_SOFTWARE of sysexits.h.

KINDS = (
    USAGE,
    INPUT,
    NOT_FOUND,
    CONFLICT,
    BUDGET,
    STORE,
    ELSEWHERE,
    HOST,
    CROSS_SITE,
    METHOD,
    TOO_LARGE,
    UNAUTHENTICATED,
    SIGN_IN,
    FORBIDDEN,
    CONTRADICTED,
    STALE,
    PRECONDITION,
    TOO_MANY,
    MEDIA_TYPE,
    INTEGRITY,
    INTERNAL,
)


class ParameterError(TraceabilityError):
    """A parameter of a question that cannot be read: `name` says which."""

    def __init__(self, name: str, reason: Bilingual) -> None:
        super().__init__(f"{name}: {reason.zh} / {reason.en}")
        self.name = name
        self.reason = reason


class RefusedError(Exception):
    """A request that the HTTP border refuses. `headers`: what the answer says besides."""

    def __init__(self, kind: Kind, reason: Bilingual, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{reason.zh} / {reason.en}")
        self.kind = kind
        self.reason = reason
        self.headers = dict(headers or {})


class Failure(NamedTuple):
    """An error as it is told: its kind, the reason, and the place in the input or the name of the parameter.

    `headers`: what an answer over HTTP says besides.
    """

    kind: Kind
    reason: Bilingual
    path: str | None = None
    headers: Mapping[str, str] = {}


# What the borders translate; anything else is a fault of ours.
EXPECTED = (TraceabilityError, RegistryError, RefusedError)


def failure_of(error: TraceabilityError | RegistryError | RefusedError) -> Failure:
    """What to tell about an error of ours."""
    if isinstance(error, RefusedError):
        return Failure(error.kind, error.reason, headers=error.headers)
    if isinstance(error, ParameterError):
        return Failure(USAGE, error.reason, error.name)
    kind = next((kind for expected, kind in _KIND_OF if isinstance(error, expected)), INPUT)
    reason = Bilingual(getattr(error, "zh", str(error)), getattr(error, "en", str(error)))
    headers = {"retry-after": str(error.seconds)} if isinstance(error, WaitError) else {}
    return Failure(kind, reason, getattr(error, "path", None), headers)


# The first that fits decides, so the special ones stand before what they are kinds of.
_KIND_OF: tuple[tuple[type[Exception], Kind], ...] = (
    (InputError, INPUT),
    (UnknownTargetError, NOT_FOUND),
    (QuestionError, USAGE),
    (InvalidValueError, USAGE),
    (UnknownLabelError, NOT_FOUND),
    (UnreadableCodeError, INPUT),
    (SigningKeyError, STORE),
    (LabelError, CONTRADICTED),
    (ConflictError, CONFLICT),
    (ContradictedError, CONTRADICTED),
    (TooManyRecordsError, BUDGET),
    (StaleError, STALE),
    (UnknownError, NOT_FOUND),
    (NotPermittedError, FORBIDDEN),
    (UnacceptableError, INPUT),
    (TakenError, CONFLICT),
    (SignInError, SIGN_IN),
    (WaitError, TOO_MANY),
    (PlatformError, ELSEWHERE),
    (IntegrityError, INTEGRITY),
    (ProofError, INTEGRITY),
    (RegistryError, STORE),
)
