"""A certificate that is on record as a document of its own."""

from datetime import datetime

from registry.access import Party
from registry.exchange.dcc.export import Rendered, write_dcc
from registry.repositories.chains import load_above
from registry.unit_of_work import Store
from registry.usecases.read_records import read_certificate


def dcc_of(store: Store, party: Party, certificate_id: str, known_at: datetime) -> bytes:
    """The DCC of a certificate that the party may see (registry.exchange.dcc.export); UnknownError when it sees none.

    What it names (issuer, standards, their certificates) is named as its page and the drawing of its chain name it.
    """
    found = read_certificate(store, party, certificate_id, known_at)
    certificate = found.certificate
    named = {certificate.item, *(each.item for each in certificate.references)}
    with store.reading() as work:
        around = load_above(work, sorted(named), [certificate.issuer], known_at=known_at)
    issuers = {each.id: each for each in around.organizations}
    rendered = Rendered(
        certificate=certificate,
        issuer=issuers.get(certificate.issuer),
        items={each.id: each for each in around.items if each.recorded_at is None or each.recorded_at <= known_at},
        numbers={
            each.id: each.number for each in around.certificates if each.recorded_at is None or each.recorded_at <= known_at
        },
        replaced_by=found.replaced_by,
    )
    return write_dcc(rendered)
