"""A catalogue in memory: imports of several files as one set of records, for previews, bulk imports and tests."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from registry.errors import ConflictError
from registry.exchange.dcc.catalogue import CitedCertificate, HeldCertificate, HeldDocument, HeldItem, Standing
from registry.exchange.dcc.identity import key
from registry.exchange.dcc.mapping import DccImport
from traceability.interchange import FORMAT


@dataclass(slots=True)
class MemoryCatalogue:
    """A catalogue of the imports added to it. `assignments` maps derived ids to those that a person registered."""

    assignments: dict[str, str] = field(default_factory=dict)
    _documents: dict[str, HeldDocument] = field(default_factory=dict)
    _items: dict[str, HeldItem] = field(default_factory=dict)
    _organizations: dict[str, dict[str, Any]] = field(default_factory=dict)
    _certificates: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Indexes: certificates by number, citing documents by number, items by serial number, uses of an item.
    _by_number: defaultdict[str, dict[str, HeldCertificate]] = field(default_factory=lambda: defaultdict(dict))
    _citing: defaultdict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    _by_serial: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _uses: Counter[str] = field(default_factory=Counter)

    def add(self, imported: DccImport) -> None:
        """Hold an import; the same one again changes nothing. ConflictError when it contradicts what is held."""
        for certificate in imported.conflicts:
            raise ConflictError("$.certificates", certificate, "held with other content", "已存有内容不同的证书")
        self._hold(imported.held)
        for item in imported.held.items:
            self._hold_item(item)
        self._organizations |= {record["id"]: record for record in imported.records["organizations"]}
        self._certificates |= {record["id"]: record for record in imported.records["certificates"]}
        for each in imported.relinked:
            self._hold(replace(self._documents[each.document], links=each.links, citations=each.citations))
            references = [link.as_reference() for link in each.links]
            for certificate in each.certificates:
                self._certificates[certificate] = self._certificates[certificate] | {"references": references}

    def register(self, item: HeldItem) -> None:
        """Hold an item that a person registered: imports refer to it and never change it."""
        self._hold_item(replace(item, is_registered=True))

    def records(self) -> dict[str, Any]:
        """All that was imported as one records document, lists by id; placeholders that nothing uses any more are gone."""
        items = [self._items[each] for each in sorted(self._items) if self._uses[each]]
        return {
            "format": FORMAT,
            "organizations": [self._organizations[each] for each in sorted(self._organizations)],
            "items": [item.as_record() for item in items if not item.is_registered],
            "certificates": [self._certificates[each] for each in sorted(self._certificates)],
        }

    def not_held(self) -> tuple[CitedCertificate, ...]:
        """The list "cited, not held", by number and citing document."""
        rows = [row for document in self._documents.values() for row in document.citations]
        missing = [row for row in rows if row.standing in {Standing.NOT_HELD, Standing.CONTRADICTED}]
        return tuple(sorted(missing, key=lambda row: (row.number or "", row.document, row.position)))

    def assigned(self, derived_id: str) -> str | None:
        """See Catalogue."""
        return self.assignments.get(derived_id)

    def organization_name(self, organization_id: str) -> str | None:
        """See Catalogue."""
        record = self._organizations.get(organization_id)
        return record["name"] if record is not None else None

    def item(self, item_id: str) -> HeldItem | None:
        """See Catalogue."""
        return self._items.get(item_id)

    def items_marked(self, mark: str) -> Sequence[str]:
        """See Catalogue."""
        return sorted(each for each in self._by_serial.get(mark, ()) if self._uses[each] or self._items[each].is_registered)

    def certificates(self, number: str) -> Sequence[HeldCertificate]:
        """See Catalogue."""
        return list(self._by_number.get(number, {}).values())

    def citing(self, number: str) -> Sequence[HeldDocument]:
        """See Catalogue."""
        return [self._documents[each] for each in self._citing.get(number, ())]

    def _hold(self, document: HeldDocument) -> None:
        before = self._documents.get(document.sha256)
        if before is not None:
            self._uses.subtract(_used_by(before))
        self._documents[document.sha256] = document
        self._uses.update(_used_by(document))
        for certificate in document.certificates:
            for number in certificate.numbers:
                self._by_number[number][certificate.id] = certificate
        for row in document.citations:
            if row.number is not None:
                self._citing[key(row.number)][document.sha256] = None

    def _hold_item(self, item: HeldItem) -> None:
        self._items[item.id] = item
        if item.serial is not None:
            self._by_serial[key(item.serial)].add(item.id)


def _used_by(document: HeldDocument) -> list[str]:
    return [*(link.item for link in document.links), *(certificate.item for certificate in document.certificates)]
