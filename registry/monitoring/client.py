"""The upload interface of the monitoring system, from the side of an enterprise: register, send values, fetch the register.

`POST register {region, enterpriseCode}` gives a device id, addresses and a key; `POST` to the data address takes values. What
deployed systems leave open is not guessed: which `responseCode` means "taken" is the one that came with the registration that
gave the device id; an answer that names another device or another number of values is none.

Nothing is lost and nothing doubled: values go in order, in batches; a batch is done when its answer was read and understood,
and is sent again, the same, until then. The monitoring system keeps one value for a code and period, of several the one with
the latest `uploadDate`, so that what comes twice, or late, changes nothing.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from registry.errors import PlatformError
from registry.notices.posting import Answered, Post, Posting
from traceability.json_text import dump, loads
from traceability.periods import SHANGHAI
from traceability.problems import InputError

BATCH = 200  # Values of one request.
MOST_TRIES = 5  # Of one batch in one go; what is left goes the next time.

_MOST_ANSWER = 16 * 1024 * 1024  # Bytes; a register of meters comes whole.
_MOST_ACK = 64 * 1024
_JSON = {"content-type": "application/json"}
_DEVICE = re.compile(r"[0-9a-fA-F]{32}", re.ASCII)
_SITE_METER, _WHOLE_PLANT = 4, 1  # inputType, scope.


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What a registration gave: the device, its key, where values go and where the register is, and what "taken" is."""

    device_id: str
    secret_key: str
    data_url: str
    register_url: str
    good_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A value to be sent. `entry`: its place in the order of recording. Not valid: what was sent before no longer counts."""

    entry: int
    data_code: str
    stat_type: int
    stat_day: date
    value: Decimal
    is_valid: bool = True

    def row(self, at: datetime) -> Mapping[str, Any]:
        """The value as it is sent."""
        return {
            "dataCode": self.data_code,
            "dataValue": self.value,
            "inputType": _SITE_METER,
            "statType": self.stat_type,
            "statDate": f"{self.stat_day} 00:00:00",
            "uploadDate": f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
            "scope": _WHOLE_PLANT,
            "valid": self.is_valid,
        }


def register_device(post: Post, url: str, region: str, enterprise_code: str) -> Credentials:
    """Register an enterprise; PlatformError where that is refused or the answer is none."""
    body = dump({"region": region, "enterpriseCode": enterprise_code})
    found = _document(post(Posting(url=url, headers=_JSON, body=body, wanted=_MOST_ACK)))
    device, data_url = _said(found, "deviceId"), _said(found, "centerDataURL")
    if not _DEVICE.fullmatch(device) or not data_url:
        raise PlatformError(
            f"refused: {_said(found, 'responseCode')} {_said(found, 'responseMessage')}"[:300],
            f"被拒绝：{_said(found, 'responseCode')} {_said(found, 'responseMessage')}"[:300],
            is_final=True,
        )
    return Credentials(
        device_id=device,
        secret_key=_said(found, "secretKey"),
        data_url=data_url,
        register_url=_said(found, "centerInfoDownloadURL"),
        good_code=_said(found, "responseCode"),
    )


def send_values(post: Post, credentials: Credentials, enterprise_code: str, values: Sequence[Outgoing], at: datetime) -> None:
    """Send one batch; PlatformError unless the monitoring system says that it took all of it."""
    body = dump(
        {
            "deviceId": credentials.device_id,
            "enterpriseCode": enterprise_code,
            "data": [each.row(at) for each in values],
        }
    )
    found = _document(post(Posting(url=credentials.data_url, headers=_JSON, body=body, wanted=_MOST_ACK)))
    code = _said(found, "responseCode")
    if code != credentials.good_code:
        said = f"{code} {_said(found, 'responseMessage')}"[:300]
        raise PlatformError(f"refused: {said}", f"被拒绝：{said}", is_final=bool(code))
    if _said(found, "deviceId") not in {"", credentials.device_id} or _said(found, "dataCount") not in {"", str(len(values))}:
        raise PlatformError("the answer is to something else", "应答与请求不符")


def fetch_register(post: Post, credentials: Credentials) -> bytes:
    """The monitoring system's register of meters, as JSON; PlatformError where it gives none."""
    if not credentials.register_url:
        raise PlatformError("it gave no address of its register", "平台未提供登记表地址", is_final=True)
    body = dump({"deviceId": credentials.device_id})
    answered = post(Posting(url=credentials.register_url, headers=_JSON, body=body, wanted=_MOST_ANSWER))
    found = _document(answered)
    if _said(found, "responseCode") != credentials.good_code:
        said = f"{_said(found, 'responseCode')} {_said(found, 'responseMessage')}"[:300]
        raise PlatformError(f"refused: {said}", f"被拒绝：{said}", is_final=True)
    return answered.body


def deliver(
    pending: Callable[[int], Sequence[Outgoing]],
    send: Callable[[Sequence[Outgoing], datetime], None],
    done: Callable[[int, int], None],
    at: datetime,
    wait: Callable[[int], None],
) -> int:
    """Send what is pending, batch after batch; how many values were taken. The last PlatformError where one batch was not.

    `pending`: the next values, at most so many; `done`: that so many values up to an entry were taken; `wait`: before the
    so-manieth try again.
    """
    taken = batches = 0
    while batch := pending(BATCH):
        # A later batch has a later instant, so that of two values for one period the later recorded one counts.
        moment = at + timedelta(seconds=batches)
        for number in range(MOST_TRIES):
            try:
                send(batch, moment)
            except PlatformError as error:
                if error.is_final or number == MOST_TRIES - 1:
                    raise
                wait(number + 1)
            else:
                break
        taken, batches = taken + len(batch), batches + 1
        done(batch[-1].entry, len(batch))
    return taken


def _document(answered: Answered) -> Mapping[str, Any]:
    if not answered.is_good:
        said = answered.said or f"HTTP {answered.status}"
        is_final = answered.status is not None and 400 <= answered.status < 500
        raise PlatformError(f"no answer: {said}", f"没有应答：{said}", is_final=is_final)
    try:
        found = loads(answered.body)
    except InputError as error:
        raise PlatformError("the answer is no JSON", "应答不是 JSON") from error
    if not isinstance(found, Mapping):
        raise PlatformError("the answer is no object", "应答不是对象")
    return found


def _said(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return "" if value is None else str(value)
