"""Taking a certificate back: as the certificate on record with its withdrawal, to be recorded like everything else."""

from typing import cast

from msgspec.structs import replace

from registry.access import Party
from registry.errors import UnknownError
from registry.repositories import stored
from registry.repositories.holdings import held_among
from registry.unit_of_work import UnitOfWork
from traceability.interchange import Entry
from traceability.records import Certificate, Withdrawal


def withdrawn(work: UnitOfWork, party: Party, certificate_id: str, withdrawal: Withdrawal) -> Entry:
    """The certificate with the withdrawal; UnknownError for one that the party's organization does not hold."""
    return Entry("certificates", 0, replace(certificate_on_record(work, party, certificate_id), withdrawal=withdrawal))


def certificate_on_record(work: UnitOfWork, party: Party, certificate_id: str) -> Certificate:
    """A certificate that the party's own organization holds; UnknownError for any other, whether or not there is one."""
    own = None if party.organization is None else [party.organization]
    found = stored.with_ids(work, "certificates", [certificate_id])
    if not found or not held_among(work, "certificates", [certificate_id], own):
        raise UnknownError(certificate_id)
    return cast("Certificate", found[0].record)
