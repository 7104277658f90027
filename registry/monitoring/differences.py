"""What a reconciliation finds, as values: each difference with a code, what it is about, and what both sides say."""

from enum import StrEnum

import msgspec


class DifferenceCode(StrEnum):
    """What differs."""

    MISSING_IN_REGISTER = "MISSING_IN_REGISTER"  # Ours, at a metering point, that the monitoring system does not have.
    MISSING_IN_RECORDS = "MISSING_IN_RECORDS"  # Theirs, that we do not have.
    SERIAL_ALIKE = "SERIAL_ALIKE"  # Theirs is spelled like one of ours: a candidate, for somebody to look at.
    SERIAL_DOUBLED = "SERIAL_DOUBLED"  # One side has the serial more than once.
    CLASS_DIFFERS = "CLASS_DIFFERS"
    LEVEL_DIFFERS = "LEVEL_DIFFERS"
    MANUFACTURER_DIFFERS = "MANUFACTURER_DIFFERS"
    CALIBRATION_STATE_DIFFERS = "CALIBRATION_STATE_DIFFERS"
    STATE_DIFFERS = "STATE_DIFFERS"
    LAST_DATE_DIFFERS = "LAST_DATE_DIFFERS"
    NEXT_DATE_DIFFERS = "NEXT_DATE_DIFFERS"
    MULTIPLIER_DIFFERS = "MULTIPLIER_DIFFERS"  # From the ratios of the transformers on record.
    MULTIPLIER_NOT_CT_PT = "MULTIPLIER_NOT_CT_PT"  # From the monitoring system's own CT and PT.
    DATA_CODE_DIFFERS = "DATA_CODE_DIFFERS"
    DATA_CODE_FORM = "DATA_CODE_FORM"
    ENERGY_DIFFERS = "ENERGY_DIFFERS"
    POINT_DIFFERS = "POINT_DIFFERS"
    NO_UPLOAD = "NO_UPLOAD"  # Of a connected point nothing came for too long.
    CODE_UNKNOWN = "CODE_UNKNOWN"  # Values come under a code that no connection has.
    UPLOAD_DIFFERS = "UPLOAD_DIFFERS"  # From our reading of the same days.
    GATE_DIFFERS = "GATE_DIFFERS"  # The supplier's gate reading from the unit's.


class Side(StrEnum):
    """Whose record something is."""

    OURS = "ours"
    THEIRS = "theirs"


class Difference(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A difference. `subject` tells it from others of its code, and stays the same as long as it is the same one.

    `ours`, `theirs`: what both sides say, as texts; `supplier`: whose gate it is about.
    """

    code: DifferenceCode
    subject: str
    serial: str | None = None
    item: str | None = None
    point: str | None = None
    ours: str | None = None
    theirs: str | None = None
    candidates: tuple[str, ...] = ()
    supplier: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """By which it is found again."""
        return self.code.value, self.subject


class Likeness(StrEnum):
    """What comparing one property comes to."""

    SAME = "same"
    DIFFERS = "differs"
    OURS_NOT_TOLD = "ours_not_told"
    THEIRS_NOT_TOLD = "theirs_not_told"


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One property of a meter on both sides."""

    code: DifferenceCode
    outcome: Likeness
    ours: str | None
    theirs: str | None


def written(difference: Difference) -> str:
    """A difference as it is stored."""
    return msgspec.json.encode(difference, order="deterministic").decode()


def read(content: str) -> Difference:
    """The difference that was written."""
    return msgspec.json.decode(content, type=Difference)
