"""One record as it is answered, with what belongs to it."""

import msgspec

from traceability.records import Branch, Certificate, Competence, Event, MeteringPoint, Organization


class OrganizationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An organization as it was recorded last."""

    organization: Organization


class CompetenceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A competence; `versions` are all that were known, the latest last, which is `competence`."""

    competence: Competence
    versions: tuple[Competence, ...]


class DocumentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An original file by the SHA-256 of its bytes."""

    sha256: str
    media_type: str


class CertificateLinks(msgspec.Struct, frozen=True, kw_only=True):
    """Where to go on from a certificate."""

    self: str
    item: str
    history: str
    impact: str


class CertificateAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate with its withdrawal; the one that it replaces and those that replace it, as far as they are seen.

    `documents`: the original files that it was read from.
    """

    certificate: Certificate
    replaced: str | None
    replaced_by: tuple[str, ...]
    documents: tuple[DocumentAnswer, ...]
    links: CertificateLinks


class EventAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to an item."""

    event: Event


class MeteringPointAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A metering point; `versions` are all that were known, the latest last, which is `metering_point`.

    `installations`: which item served which branch from when until when, branch by branch in the order of days.
    """

    metering_point: MeteringPoint
    versions: tuple[MeteringPoint, ...]
    installations: tuple[Branch, ...]
