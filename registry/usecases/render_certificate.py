"""A certificate that is on record as a document of its own."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

import msgspec

from registry.access import Party
from registry.exchange.dcc.export import Rendered, write_dcc
from registry.repositories.chains import load_above
from registry.repositories.holdings import held_among
from registry.unit_of_work import Store
from registry.usecases.read_records import read_certificate
from traceability.records import Certificate, Item

T = TypeVar("T", Item, Certificate)


def dcc_of(store: Store, party: Party, certificate_id: str, known_at: datetime) -> bytes:
    """The DCC of a certificate that the party may see (registry.exchange.dcc.export); UnknownError when it sees none.

    Standards of others are named, as on the certificate's page; their serial numbers and certificate numbers are withheld.
    """
    found = read_certificate(store, party, certificate_id, known_at)
    certificate = found.certificate
    named = {certificate.item, *(each.item for each in certificate.references)}
    cited = {each.certificate for each in certificate.references if each.certificate is not None}
    with store.reading() as work:
        around = load_above(work, sorted(named), [certificate.issuer], known_at=known_at)
        seen_items = held_among(work, "items", named, party.viewers)
        seen_certificates = held_among(work, "certificates", cited | {certificate.replaces or ""}, party.viewers)
    items = {each.id: each for each in _known(around.items, known_at) if each.id in named}
    issuers = {each.id: each for each in around.organizations}
    rendered = Rendered(
        certificate=certificate,
        issuer=issuers.get(certificate.issuer),
        items={id_: item if id_ in seen_items else msgspec.structs.replace(item, serial=None) for id_, item in items.items()},
        numbers={each.id: each.number for each in _known(around.certificates, known_at) if each.id in seen_certificates},
        replaced_by=found.replaced_by,
    )
    return write_dcc(rendered)


def _known(records: Iterable[T], known_at: datetime) -> list[T]:
    """The versions known at an instant, the latest last."""
    known = [each for each in records if each.recorded_at is None or each.recorded_at <= known_at]
    return sorted(known, key=lambda each: (each.recorded_at is not None, each.recorded_at or known_at))
