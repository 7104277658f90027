"""Which items may be due: found by days in the database, in the order of their ids; what is due the core decides.

An item is left out only where one certificate alone decides and runs beyond the horizon: in force, not withdrawn, replaced or
failed, for every quantity of the item, with no event since and no other certificate of that day or later. Everything else is
a candidate. Each item costs a few look-ups by index and nothing of its certificates is read.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, literal_column, or_, select

from registry.account_tables import Holdings
from registry.columns import day_number, instant_number
from registry.queries import Query, Spelling
from registry.repositories.retractions import is_kept
from registry.table_parts import table_of
from registry.tables import Certificates, Events, ItemQuantities, Items, Results, Withdrawals
from registry.unit_of_work import UnitOfWork
from traceability.records import CertificateKind, EventKind, Outcome

# So many months last at least 30 days each, less two: two months with February are 59 days, one is 28.
_DAYS_OF_MONTH = 30
_SHORT_OF = 2

_certificates = table_of(Certificates)
_events = table_of(Events)
_holdings = table_of(Holdings)
_items = table_of(Items)
_quantities = table_of(ItemQuantities)
_results = table_of(Results)
_withdrawals = table_of(Withdrawals)


def may_be_due(
    work: UnitOfWork, holder: str | None, day: date, until: date, known_at: datetime, *, after: str, most: int
) -> list[str]:
    """The next ids after `after` of items that may have no certificate on `day`, or one that ends until `until`.

    `holder`: the organization that holds them; None for all items there are.
    """
    query, whose = (_ALL, {}) if holder is None else (_HELD, {"holder": holder})
    values = {"day": day_number(day), "until": day_number(until), "known_at": instant_number(known_at)}
    return [id_ for (id_,) in work.rows(query, after=after, most=most, **values, **whose)]


def _held(_: Spelling) -> Select[Any]:
    of_holder = (_holdings.c.organization == bindparam("holder")) & (_holdings.c.section == "items")
    return _next(_holdings.c.id).where(of_holder)


def _all(_: Spelling) -> Select[Any]:
    return _next(_items.c.id).distinct()


def _next(item: ColumnElement[str]) -> Select[Any]:
    # OFFSET 0 keeps PostgreSQL from making a join of it, for which it would read whole tables again and again.
    unsettled = ~exists(select(_certificates.c.entry).where(_settles(item)).correlate(item.table).offset(literal_column("0")))
    return select(item).where(item > bindparam("after"), unsettled).order_by(item).limit(bindparam("most"))


def _settles(item: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a certificate (of _certificates) decides alone that the item is not due until the horizon.

    The conditions inside compare with the certificate: a query inside a query reaches the one around it and no further.
    """
    this, other, newer = _certificates.c, _certificates.alias("other").c, _certificates.alias("newer").c
    is_in_force = (
        (this.item == item)
        & (this.recorded_at <= bindparam("known_at"))
        & (this.calibrated_on <= bindparam("day"))
        & (this.outcome != Outcome.FAIL.value)
        & this.opened_on.is_(None)
        & ~exists().where(_withdrawals.c.certificate_entry == this.entry)
        & ~exists().where(newer.replaces == this.id)
        & is_kept("certificates", this.entry)
    )
    is_latest = ~exists().where(
        other.item == this.item,
        other.calibrated_on >= this.calibrated_on,
        other.entry != this.entry,
        or_(this.replaces.is_(None), other.id != this.replaces),
    )
    is_undisturbed = ~exists().where(
        _events.c.item == this.item,
        _events.c.happened_on > this.calibrated_on,
        _events.c.kind != EventKind.INTERIM_CHECK_PASSED.value,
    )
    return is_in_force & _runs_beyond() & is_latest & is_undisturbed & _is_for_all_quantities()


def _runs_beyond() -> ColumnElement[bool]:
    this, version = _certificates.c, _items.alias("version").c
    shortest = this.calibrated_on + version.interval_months * _DAYS_OF_MONTH - _SHORT_OF - 1
    is_short = exists().where(version.id == this.item, or_(version.interval_months.is_(None), shortest <= bindparam("until")))
    by_interval = this.valid_until.is_(None) & (this.kind == CertificateKind.CALIBRATION.value) & ~is_short
    return or_(this.valid_until > bindparam("until"), by_interval)


def _is_for_all_quantities() -> ColumnElement[bool]:
    this, version, quantity = _certificates.c, _items.alias("used").c, _quantities.c
    reported = exists().where(_results.c.certificate_entry == this.entry, _results.c.quantity == quantity.quantity)
    unreported = ~reported.correlate(_certificates, _quantities)
    return ~exists().where(version.id == this.item, quantity.item_entry == version.entry, unreported)


_HELD = Query(_held)
_ALL = Query(_all)
