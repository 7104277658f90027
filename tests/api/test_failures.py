"""What an error means to the outside."""

from api.failures import ELSEWHERE, KINDS, failure_of
from registry.errors import PlatformError


def test_what_another_system_did_not_do_is_not_told_as_a_fault_of_the_store() -> None:
    """An operator looks into a database that is well, while the monitoring system does not answer."""
    found = failure_of(PlatformError("no answer: timed out", "没有应答：超时"))
    assert (found.kind, found.reason.zh) == (ELSEWHERE, "没有应答：超时")
    assert len({kind.name for kind in KINDS}) == len(KINDS)
