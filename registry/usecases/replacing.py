"""Correcting a certificate: a new one that replaces it. Both are kept."""

from msgspec.structs import replace

from registry.access import Party
from registry.unit_of_work import UnitOfWork
from registry.usecases.withdrawing import certificate_on_record
from traceability.interchange import Entry
from traceability.problems import InputError
from traceability.records import Certificate


def replacement(work: UnitOfWork, party: Party, certificate_id: str, certificate: Certificate, path: str) -> Entry:
    """The certificate as the replacement of one on record; UnknownError where the party's organization holds no such one."""
    replaced = certificate_on_record(work, party, certificate_id)
    if certificate.replaces not in {None, replaced.id}:
        raise InputError(f"{path}.replaces", f"{replaced.id!r} is replaced here", f"此处替换的是 {replaced.id!r}")
    if certificate.item != replaced.item:
        raise InputError(f"{path}.item", "a certificate of another item", "属于另一器具的证书")
    return Entry("certificates", 0, replace(certificate, replaces=replaced.id))
