"""The only place that asks what time it is; everything below takes the time as an argument."""

from datetime import UTC, date, datetime

from traceability.periods import civil_day


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The civil date in Asia/Shanghai, the one by which validity is judged (SEMANTICS 1)."""
    return civil_day(now())
