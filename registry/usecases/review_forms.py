"""B.3 of a unit brought back: what it changes of the ledger of meters, recorded or only told."""

from datetime import datetime

from registry.access import Party
from registry.errors import UnacceptableError
from registry.exchange.review_forms import read_b3
from registry.exchange.workbook.notes import WorkbookError
from registry.exchange.workbook.opening import open_book
from registry.unit_of_work import Store
from registry.usecases.import_facts import FactsImport, record_reading
from registry.usecases.review_equipping import review_unit
from traceability.periods import civil_day
from traceability.policy import Policy


def import_b3(
    store: Store, data: bytes, *, organization: str, policy: Policy, party: Party, at: datetime, is_dry_run: bool
) -> FactsImport:
    """Record what a table B.3 says of the meters of a unit, from today on: all of it or nothing.

    UnknownError for a unit that the party does not see, UnacceptableError for a file that is no workbook.
    """
    day = civil_day(at)
    with store.reading() as work:
        meters = review_unit(work, party, organization, (day, at), at, policy).equipping.meters
    try:
        reading = read_b3(open_book(data, name="B.3"), meters, organization, day)
    except WorkbookError as error:
        raise UnacceptableError("$", error.en, error.zh) from error
    return record_reading(store, reading, source=f"B.3 of {organization}", party=party, at=at, is_dry_run=is_dry_run)
