"""The upload interface against the simulated monitoring system: whatever goes wrong on the way, nothing is lost or doubled."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import PlatformError
from registry.monitoring.client import (
    MOST_TRIES,
    Credentials,
    Outgoing,
    deliver,
    fetch_register,
    register_device,
    send_values,
)
from registry.monitoring.simulated import SimulatedPlatform
from registry.notices.posting import Answered, Post, Posting
from traceability.json_text import dump, loads

ENTERPRISE = "91310000MA1K0000X0"
CODE = "00-00-0000-013300-11"
AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
FIRST = date(2026, 10, 1)
# What may happen to one request, on the way there or back.
FAULTS = (
    "fine",
    "lost",
    "answer lost",
    "twice",
    "late again",
    "busy",
    "busy after taking",
    "garbage",
    "other count",
    "other device",
)


def reaching(platform: SimulatedPlatform) -> Post:
    """What posts to the platform without faults."""

    def post(posting: Posting) -> Answered:
        status, body = platform.answer(urlsplit(posting.url).path, posting.body)
        return Answered(status=status, body=body)

    return post


class Unreliable:
    """The same with a fault for each request; what was delayed arrives with the next one."""

    def __init__(self, platform: SimulatedPlatform, faults: Sequence[str]) -> None:
        self._post, self._faults, self._delayed = reaching(platform), list(faults), list[Posting]()

    def __call__(self, posting: Posting) -> Answered:
        fault = self._faults.pop(0) if self._faults else "fine"
        if fault == "lost":
            return Answered(said="timeout")
        if fault == "busy":
            return Answered(status=503)
        answered = self._post(posting)
        for delayed in self._delayed:
            self._post(delayed)
        self._delayed = [posting] if fault == "late again" else []
        match fault:
            case "twice":
                return self._post(posting)
            case "answer lost":
                return Answered(said="timeout")
            case "busy after taking":
                return Answered(status=502)
            case "garbage":
                return Answered(status=200, body=b"<html>")
            case "other count":
                return Answered(status=200, body=dump({**loads(answered.body), "dataCount": 10**6}))
            case "other device":
                return Answered(status=200, body=dump({**loads(answered.body), "deviceId": "0" * 32}))
        return answered


def registered(platform: SimulatedPlatform) -> Credentials:
    return register_device(reaching(platform), "http://platform.test/register", "310115", ENTERPRISE)


def value(entry: int, day: int, number: int, *, valid: bool = True) -> Outgoing:
    return Outgoing(
        entry=entry,
        data_code=CODE,
        stat_type=1,
        stat_day=FIRST + timedelta(days=day),
        value=Decimal(number),
        is_valid=valid,
    )


@settings(max_examples=100)
@given(
    days=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 99), st.booleans()), min_size=1, max_size=25),
    faults=st.lists(st.sampled_from(FAULTS), max_size=40),
    crashes=st.sets(st.integers(0, 8), max_size=3),
    size=st.integers(1, 6),
)
def test_whatever_goes_wrong_the_platform_ends_with_what_was_recorded_last_of_each_day(
    days: list[tuple[int, int, bool]], faults: list[str], crashes: set[int], size: int
) -> None:
    """A day's use would be missing at the authority, or count twice, or an old value come back over its correction."""
    platform = SimulatedPlatform()
    credentials = registered(platform)
    values = [value(number + 1, day, use, valid=valid) for number, (day, use, valid) in enumerate(days)]
    post, sent, batches = Unreliable(platform, faults), [0], [0]

    def pending(_: int) -> list[Outgoing]:
        return [each for each in values if each.entry > sent[0]][:size]

    def done(entry: int, _: int) -> None:
        batches[0] += 1
        if batches[0] in crashes:  # The process dies after the answer came and before that was written down.
            crashes.remove(batches[0])
            raise InterruptedError
        sent[0] = entry

    for session in range(200):
        at = AT + timedelta(hours=session)
        try:
            deliver(pending, _sending(post, credentials), done, at, lambda _: None)
            break
        except (PlatformError, InterruptedError):
            continue
    else:
        pytest.fail("never came to an end")
    expected = {str(each.stat_day): (each.value, each.is_valid) for each in values}
    held = {str(row["statDate"])[:10]: (row["dataValue"], row["valid"]) for row in platform.values.values()}
    assert held == expected


def test_a_batch_is_tried_again_a_few_times_and_then_left_for_later() -> None:
    """A platform that is down would be asked for ever, or once and never again."""
    platform = SimulatedPlatform()
    credentials, waits = registered(platform), list[int]()
    post = Unreliable(platform, ["busy"] * MOST_TRIES)
    with pytest.raises(PlatformError) as caught:
        deliver(lambda _: [value(1, 0, 5)], _sending(post, credentials), lambda *_: None, AT, waits.append)
    assert (waits, caught.value.is_final, platform.received) == ([1, 2, 3, 4], False, 0)


@pytest.mark.parametrize("change", [{"device_id": "f" * 32}, {"good_code": "200"}])
def test_a_refusal_is_not_tried_again(change: dict[str, str]) -> None:
    """A wrong device would be refused five times a batch, or what a refusal means be guessed."""
    platform = SimulatedPlatform()
    told = {name: getattr(registered(platform), name) for name in Credentials.__struct_fields__}
    waits = list[int]()
    with pytest.raises(PlatformError) as caught:
        wrong = Credentials(**(told | change))
        deliver(lambda _: [value(1, 0, 5)], _sending(reaching(platform), wrong), lambda *_: None, AT, waits.append)
    assert (caught.value.is_final, waits) == (True, [])


def test_registration_gives_credentials_or_says_why_not() -> None:
    """A typing error in the region would end in an empty device id."""
    platform = SimulatedPlatform()
    found = registered(platform)
    assert (found.good_code, found.data_url, len(found.device_id)) == ("1", "http://platform.test/data", 32)
    with pytest.raises(PlatformError, match="refused"):
        register_device(reaching(platform), "http://platform.test/register", "31", ENTERPRISE)
    with pytest.raises(PlatformError, match="404"):
        register_device(reaching(platform), "http://platform.test/other", "310115", ENTERPRISE)


def test_the_register_of_meters_is_fetched_as_it_is() -> None:
    """A register would have to be typed."""
    platform = SimulatedPlatform(registers={ENTERPRISE: [{"meterCode": "SN001"}]})
    assert loads(fetch_register(reaching(platform), registered(platform)))["data"] == [{"meterCode": "SN001"}]


def _sending(post: Post, credentials: Credentials) -> Callable[[Sequence[Outgoing], datetime], None]:
    return lambda batch, moment: send_values(post, credentials, ENTERPRISE, batch, moment)
