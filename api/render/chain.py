"""A verdict's graph as boxes and ellipses in the official form: national standard on top, target at the bottom (溯源框图).

A box is an instrument or standard with the certificate that counted; the ellipse above it is the act, verification or
calibration, that ties it to the boxes above. What the certificate lacks is said in its box. The same values are drawn as SVG
(chain_svg.py) and listed as text on the page, so that both always tell the same.
"""

from collections import defaultdict
from collections.abc import Container, Iterator

from api.language import Bilingual
from api.render import words
from api.render.amounts import permissible_text, range_text, uncertainty_text
from api.render.drawing import Box, Drawing, Method, Reasons, Role
from api.render.names import Names
from api.render.sentences import title
from traceability.hierarchy import levels
from traceability.quantities import has_bound
from traceability.records import Certificate, MeteringPoint
from traceability.verdict import SEVERITIES, Code, Link, Node, Severity, Verdict

MOST_BOXES = 60  # Beyond that no drawing is readable (facts/ux.md); the text list and the JSON hold everything.

_UNKNOWN_END = Bilingual("未知", "unknown")
_NO_REFERENCE = Bilingual("未注明标准器", "No reference named")
_NOT_ON_RECORD = Bilingual("未登记", "Not on record")
_UNSERVED = Bilingual("未安装器具", "Nothing installed")
_BRANCH = Bilingual("支路", "Branch")
_LEVEL = Bilingual("第 {} 级", "Level {}")
_GAPS = Bilingual("{} 件标准器缺少证据", "Evidence missing for {} references")
_MOST_GAPS = 3  # Gaps above one certificate that are drawn one by one.
_MORE = Bilingual("另有 {} 份证书未画出", "{} more certificates not drawn")


def drawing_of(verdict: Verdict, names: Names, *, with_results: bool = True, linked: Container[str] | None = None) -> Drawing:
    """The chain of a verdict; `names` must hold the records that it was given on.

    `with_results`: whether what certificates measured is told. `linked`: the items whose boxes lead somewhere, None for all.
    """
    return _Draughtsman(verdict, names, with_results=with_results, linked=linked).draw()


class _Draughtsman:
    """Holds what each part of the drawing needs: the verdict, the names, and what is wrong with whom."""

    def __init__(self, verdict: Verdict, names: Names, *, with_results: bool, linked: Container[str] | None) -> None:
        self._verdict = verdict
        self._with_results = with_results
        self._linked = linked
        self._names = names
        self._language = names.language
        self._drawing = Drawing()
        self._levels = levels(verdict.graph)
        self._drawn = {node.certificate: node for node in verdict.graph.nodes[:MOST_BOXES]}
        self._links: defaultdict[str, list[Link]] = defaultdict(list)
        for link in verdict.graph.links:
            self._links[link.by].append(link)

    def draw(self) -> Drawing:
        point = self._names.metering_points.get(self._verdict.target)
        branches = {} if point is None else self._branches(point)
        for node in self._drawn.values():
            self._drawing.add(self._certificate_box(node, branches.get(node.item)))
        if point is not None:
            self._point(point)
        elif not self._starts():
            self._target_without_certificate()
        for node in self._drawn.values():
            self._upwards(node)
        return self._drawing

    def _link(self, item_id: str) -> str | None:
        """The item that a box leads to; None where the reader may not follow."""
        return item_id if self._linked is None or item_id in self._linked else None

    def _starts(self) -> list[str]:
        target = self._verdict.target
        return [node.certificate for node in self._drawn.values() if any(use.by == target for use in node.uses)]

    def _certificate_box(self, node: Node, branch: str | None) -> Box:
        certificate = self._names.certificates[node.certificate]
        item = self._names.items.get(node.item)
        is_target = node.certificate in self._starts()
        return Box(
            key=_key(certificate),
            role=Role.TARGET if is_target else Role.STANDARD,
            name=self._names.of(node.item) if item is None else self._names.shown(item.name) or self._names.item(item),
            item=self._link(node.item),
            certificate=node.certificate,
            facts=tuple(self._facts(node, certificate, branch)),
            reasons=self._reasons(node.certificate, node.item),
        )

    def _facts(self, node: Node, certificate: Certificate, branch: str | None) -> Iterator[str]:
        level = _LEVEL.in_(self._language).format(self._levels[node.certificate])
        yield level if branch is None else f"{level} · {_BRANCH.in_(self._language)}: {branch}"
        yield certificate.number
        end = _UNKNOWN_END.in_(self._language) if node.end is None else str(node.end)
        yield f"{certificate.calibrated_on} – {end}"
        if certificate.results and self._with_results:
            yield from self._measured(certificate)

    def _measured(self, certificate: Certificate) -> Iterator[str]:
        """Range, U and permissible error, which is what a class is, of the first result that states U; else of the first."""
        result = next((each for each in certificate.results if each.uncertainty is not None), certificate.results[0])
        more = " …" if len(certificate.results) > 1 else ""
        told = [range_text(result)] if has_bound(result) else []
        told += [] if result.uncertainty is None else [uncertainty_text(result.uncertainty, self._language)]
        limit = result.max_permissible_error
        told += [] if limit is None else [permissible_text(limit, self._language)]
        yield from told[:-1]
        yield from (f"{each}{more}" for each in told[-1:])

    def _branches(self, point: MeteringPoint) -> dict[str, str]:
        """The branch that each item serves on the day asked for."""
        serving = (branch for branch in point.branches if branch.serves(self._verdict.as_of))
        return {branch.item: branch.name for branch in serving if branch.item is not None}

    def _point(self, point: MeteringPoint) -> None:
        """The metering point at the bottom, with a line to each item that serves it, and to what is missing."""
        level = words.LEVELS[point.level].in_(self._language)
        box = Box(
            key="target",
            role=Role.POINT,
            name=self._names.of(point.id),
            item=point.id,
            facts=(level, *([point.energy] if point.energy else [])),
            reasons=self._reasons(point.id),
        )
        self._drawing.add(box)
        starts = self._starts()
        for certificate_id in starts:
            self._drawing.connect(f"box:{certificate_id}", "target", None)
        served = {self._drawn[certificate_id].item for certificate_id in starts}
        for name in dict.fromkeys(branch.name for branch in point.branches):
            rows = [branch for branch in point.branches if branch.name == name and branch.serves(self._verdict.as_of)]
            for item in [row.item for row in rows] or [None]:
                if item is None or item not in served:
                    self._unserved(name, item)

    def _unserved(self, branch: str, item: str | None) -> None:
        label = f"{_BRANCH.in_(self._language)}: {branch}"
        if item is None:
            reasons = ((Severity.FAIL, title(Code.BRANCH_MISSING, self._language)),)
            name = _UNSERVED.in_(self._language)
            box = Box(key=f"gap:{branch}", role=Role.MISSING, name=name, facts=(label,), reasons=reasons)
        elif item in self._names.items and self._names.items[item].is_anchor:
            box = self._anchor_box(item)
        else:
            box = self._gap_box(item, (label,))
        self._drawing.connect(self._drawing.add(box), "target", box.severity)

    def _target_without_certificate(self) -> None:
        target = self._names.items[self._verdict.target]
        role = Role.ANCHOR if target.is_anchor else Role.TARGET
        reasons = self._reasons(target.id, *self._certificates_of(target.id))
        self._drawing.add(Box(key="target", role=role, name=self._names.item(target), item=target.id, reasons=reasons))

    def _upwards(self, node: Node) -> None:
        """The ellipse above a box and what stands above that."""
        certificate = self._names.certificates[node.certificate]
        links = self._links[node.certificate]
        box = self._drawing.boxes[_key(certificate)]
        if not links and Code.NO_REFERENCES not in node.findings:
            return
        method = Method(
            key=f"method:{certificate.id}",
            act=words.METHODS[certificate.kind].in_(self._language),
            issuer=self._names.organization(certificate.issuer),
        )
        self._drawing.methods[method.key] = method
        self._drawing.connect(method.key, box.key, box.severity)
        for upper in self._gathered(node, list(self._uppers(node, links))):
            self._drawing.connect(self._drawing.add(upper), method.key, upper.severity if upper.role is Role.MISSING else None)

    def _gathered(self, node: Node, uppers: list[Box]) -> list[Box]:
        """The boxes above, with many gaps made into one that lists them: a certificate may cite ten that nobody holds."""
        gaps = [upper for upper in uppers if upper.role is Role.MISSING]
        if len(gaps) <= _MOST_GAPS:
            return uppers
        gathered = Box(
            key=f"gaps:{node.certificate}",
            role=Role.MISSING,
            name=_GAPS.in_(self._language).format(len(gaps)),
            facts=tuple(gap.name for gap in gaps),
            reasons=tuple(
                sorted({reason for gap in gaps for reason in gap.reasons}, key=lambda each: SEVERITIES.index(each[0]))
            ),
        )
        return [gathered, *(upper for upper in uppers if upper.role is not Role.MISSING)]

    def _uppers(self, node: Node, links: list[Link]) -> Iterator[Box]:
        if not links:
            reasons = ((Severity.FAIL, title(Code.NO_REFERENCES, self._language)),)
            name = _NO_REFERENCE.in_(self._language)
            yield Box(key=f"gap:{node.certificate}", role=Role.MISSING, name=name, reasons=reasons)
        for link in links:
            if link.found in self._drawn:
                yield self._drawing.boxes[f"box:{link.found}"]
            elif link.found is not None:
                count = len(self._verdict.graph.nodes) - len(self._drawn)
                yield Box(key="more", role=Role.MORE, name=_MORE.in_(self._language).format(count))
            elif link.is_anchor:
                yield self._anchor_box(link.reference.item)
            else:
                yield self._gap_box(link.reference.item, (), asked_by=node.certificate)

    def _anchor_box(self, item_id: str) -> Box:
        item = self._names.items[item_id]
        fact = words.ITEM_KINDS[item.kind].in_(self._language)
        return Box(
            key=f"anchor:{item_id}",
            role=Role.ANCHOR,
            name=self._names.shown(item.name) or item_id,
            item=self._link(item_id),
            facts=(fact if item.country == "CN" else f"{fact} ({item.country})",),
            reasons=self._reasons(item_id),
        )

    def _gap_box(self, item_id: str, facts: tuple[str, ...], asked_by: str | None = None) -> Box:
        """An item that was relied on and has nothing to show: not on record, without certificate, or the asker itself."""
        is_known = item_id in self._names.items
        return Box(
            key=f"gap:{item_id}",
            role=Role.MISSING,
            name=self._names.of(item_id) if is_known else item_id,
            item=self._link(item_id) if is_known else None,
            facts=facts,
            reasons=self._why_missing(item_id, self._names.certificates.get(asked_by or "")),
        )

    def _why_missing(self, item_id: str, asker: Certificate | None) -> Reasons:
        if item_id not in self._names.items:
            return ((Severity.INDETERMINATE, _NOT_ON_RECORD.in_(self._language)),)
        if asker is not None and asker.item == item_id:
            return ((Severity.FAIL, title(Code.CYCLE, self._language)),)
        return self._reasons(item_id, *self._certificates_of(item_id))

    def _certificates_of(self, item_id: str) -> list[str]:
        return [certificate.id for certificate in self._names.certificates.values() if certificate.item == item_id]

    def _reasons(self, *subjects: str) -> Reasons:
        """What the verdict says against the subjects, notes left out, worst first."""
        return tuple(
            (finding.severity, title(finding.code, self._language))
            for finding in self._verdict.findings
            if finding.subject in subjects and finding.severity is not Severity.NOTE
        )


def _key(certificate: Certificate) -> str:
    return f"box:{certificate.id}"
