"""Taking records along: of a target, of a certificate, or everything that one sees, in any form that can be imported again."""

from fastapi import APIRouter, Response

from api import failures, links
from api.context import Given, RecordId
from api.openapi import refusals
from api.record_files import FileForm, file_of, record_files
from api.routes.listing import Known
from api.security import Reading
from registry.exchange.forms import RecordForm
from registry.usecases.export_seen import records_of_certificate, records_of_target, records_seen
from registry.usecases.read_records import read_certificate

router = APIRouter(prefix=links.API, tags=["records"])

_REFUSED = refusals(failures.USAGE, failures.NOT_FOUND, failures.BUDGET, failures.STORE)


@router.get(
    "/records",
    operation_id="exportRecords",
    summary="All records that one sees, as one file",
    response_class=Response,
    responses={**record_files("The records"), **refusals(failures.USAGE, failures.BUDGET, failures.STORE)},
)
def export_records(context: Given, party: Reading, form: FileForm = RecordForm.JSON) -> Response:
    """In all their versions, as they are on record now."""
    with context.store.reading(party.viewers) as work:
        return file_of(records_seen(work, party, context.clock()), form, "records")


@router.get(
    "/items/{item_id}/records",
    operation_id="exportItem",
    summary="An item or metering point with its certificates and events, as one file",
    response_class=Response,
    responses={**record_files("The records"), **_REFUSED},
)
def export_item(
    context: Given, party: Reading, item_id: RecordId, known_at: Known, form: FileForm = RecordForm.JSON
) -> Response:
    """With the items of a metering point; what others hold is not in it. For the whole chain there is `proof`."""
    with context.store.reading(party.viewers) as work:
        return file_of(records_of_target(work, item_id, known_at), form, "records")


@router.get(
    "/certificates/{certificate_id}/records",
    operation_id="exportCertificate",
    summary="A certificate with its item and issuer, as one file",
    response_class=Response,
    responses={**record_files("The records"), **_REFUSED},
)
def export_certificate(
    context: Given, party: Reading, certificate_id: RecordId, known_at: Known, form: FileForm = RecordForm.JSON
) -> Response:
    """As known at an instant; as a DCC there is `dcc.xml`."""
    found = read_certificate(context.store, party, certificate_id, known_at)
    with context.store.reading(party.viewers) as work:
        return file_of(records_of_certificate(work, found.certificate, known_at), form, "records")
