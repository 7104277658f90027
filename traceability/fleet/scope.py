"""Competence of issuers for whole registries (SEMANTICS 3.6): once for each distinct claim.

The competences of an organization that are in force change on a few days only. Between them lies a *segment*. What a policy
says of a certificate's issuer depends on the segment in which it was calibrated, the kind of the certificate and the profile of
its results: together the *claim*. A registry has millions of certificates and few distinct claims.
"""

from typing import NamedTuple

import numpy as np

from traceability.fleet import bits
from traceability.fleet.columns import CERTIFICATE_KINDS, SCHEMES, Columns
from traceability.fleet.compiled import compiled
from traceability.fleet.days import after
from traceability.fleet.layout import CLAIM, COMPETENCE, NONE, PARTS, SEGMENT, Ints, Longs, Table, table_of
from traceability.fleet.shapes import Tables
from traceability.policy import Consequence, Policy


class Segments(NamedTuple):
    """All segments, organization by organization in order of days, and the competences that are in force in each."""

    organizations: Table  # By organization code rows of `segments`.
    segments: Table
    active: Ints  # Rows of competence versions.
    competences: Table  # By row of the competence versions.
    scope_rows: Ints  # Codes of distinct scope rows.


def segments_of(columns: Columns, known: Ints) -> Segments:
    """The segments of all organizations, from the rows of the competence versions that count."""
    by_organization: dict[int, list[int]] = {}
    for row in known.tolist():
        by_organization.setdefault(int(columns.competences.organization[row]), []).append(row)
    organizations = table_of(PARTS, len(columns.names.organizations))
    start: list[int] = []
    actives: list[list[int]] = []
    for organization, rows in by_organization.items():
        organizations[organization]["first"] = len(start)
        for day in sorted({day for row in rows for day in _change_days(columns, row)}):
            start.append(day)
            actives.append([row for row in rows if _is_in_force(columns, row, day)])
        organizations[organization]["end"] = len(start)
    ends = np.cumsum([len(active) for active in actives], dtype=np.int32)
    firsts = ends - np.array([len(active) for active in actives], dtype=np.int32)
    table = columns.competences
    return Segments(
        organizations=organizations,
        segments=table_of(SEGMENT, len(start), start=start, active_first=firsts, active_end=ends),
        active=np.array([row for active in actives for row in active], dtype=np.int32),
        competences=table_of(
            COMPETENCE,
            len(table.scheme),
            scheme=1 << table.scheme.astype(np.int32),
            scope_first=table.scope_first,
            scope_end=table.scope_end,
        ),
        scope_rows=columns.scope_rows,
    )


@compiled
def segment_on(segments: Segments, organization: int, day: int) -> int:
    """The segment of an organization that holds a day; NONE before its first."""
    first = segments.organizations[organization]["first"]
    low, high = first, segments.organizations[organization]["end"]
    while low < high:
        middle = (low + high) // 2
        if segments.segments[middle]["start"] <= day:
            low = middle + 1
        else:
            high = middle
    return low - 1 if low > first else NONE


def coded_claims(known: Table, stated: Table, segments: Segments) -> tuple[Table, Ints]:
    """The distinct claims of all certificates, and by certificate the code of its claim."""
    segment = np.empty(len(known), dtype=np.int32)
    _place_in_segments(stated["issuer"], known["calibrated_on"], segments, segment)
    # One number for the three codes: kinds are three, segments and profiles less than 2**31.
    keys = ((segment.astype(np.int64) + 1) * len(CERTIFICATE_KINDS) + stated["kind"]) << 31 | known["profile"]
    _, first, code = np.unique(keys, return_index=True, return_inverse=True)
    claims = table_of(
        CLAIM, len(first), segment=segment[first], kind=stated["kind"][first], profile=known["profile"][first]
    )
    return claims, code.astype(np.int32)


@compiled
def _place_in_segments(issuer: Ints, calibrated_on: Ints, segments: Segments, segment: Ints) -> None:
    for code in range(len(segment)):
        segment[code] = segment_on(segments, issuer[code], calibrated_on[code])


def judged_claims(policy: Policy, claims: Table, segments: Segments, shapes: Tables) -> Longs:
    """What the policy says of each distinct claim, as finding bits."""
    judged = np.zeros(len(claims), dtype=np.int64)
    if policy.competence is not Consequence.IGNORE:
        accepted = np.array([_accepted(policy, place) for place in range(len(CERTIFICATE_KINDS))], dtype=np.int32)
        _judge(accepted, claims, segments, shapes, judged)
    return judged


@compiled
def _judge(accepted: Ints, claims: Table, segments: Segments, shapes: Tables, judged: Longs) -> None:
    for claim in range(len(judged)):
        segment, profile, schemes = claims[claim]["segment"], claims[claim]["profile"], accepted[claims[claim]["kind"]]
        found = 0
        if not _is_competent(segments, segment, schemes):
            found = bits.NO_COMPETENCE
        else:
            for row in range(shapes.profiles[profile]["first"], shapes.profiles[profile]["end"]):
                found |= _judge_result(schemes, segments, segment, shapes, row)
        judged[claim] = found


@compiled
def _is_competent(segments: Segments, segment: int, schemes: int) -> bool:
    """Whether a competence of one of the schemes is in force in a segment."""
    if segment == NONE:
        return False
    for place in range(segments.segments[segment]["active_first"], segments.segments[segment]["active_end"]):
        if segments.competences[segments.active[place]]["scheme"] & schemes != 0:
            return True
    return False


@compiled
def _judge_result(schemes: int, segments: Segments, segment: int, shapes: Tables, row: int) -> int:
    """OUT_OF_SCOPE, UNCERTAINTY_BELOW_CMC and NOT_COMPARED of one result against all scope rows in force."""
    found, is_covered, is_below_all = 0, False, True
    for place in range(segments.segments[segment]["active_first"], segments.segments[segment]["active_end"]):
        competence = segments.active[place]
        if segments.competences[competence]["scheme"] & schemes == 0:
            continue
        for line in range(segments.competences[competence]["scope_first"], segments.competences[competence]["scope_end"]):
            scope = segments.scope_rows[line]
            if not _covers(shapes, scope, row):
                continue
            is_covered = True
            sort = shapes.scopes[scope]["sort"]
            if shapes.results[row]["is_percent"]:
                sort = shapes.scopes[scope]["sort_for_percent"]
            own = shapes.results[row]["sort"]
            is_stated = own != NONE and sort != NONE
            if is_stated and sort != own:
                found |= bits.NOT_COMPARED
            is_below_all &= is_stated and sort == own and shapes.scopes[scope]["u"] > shapes.results[row]["u"]
    if not is_covered:
        return bits.OUT_OF_SCOPE
    return found | bits.UNCERTAINTY_BELOW_CMC if is_below_all else found


@compiled
def _covers(shapes: Tables, scope: int, row: int) -> bool:
    """Whether a scope row holds the whole range of a result; every row of its quantity covers a result without any bound."""
    scopes, results = shapes.scopes, shapes.results
    if scopes[scope]["quantity"] != results[row]["quantity"]:
        return False
    if not results[row]["is_bounded"] or scopes[scope]["dimension"] == NONE:
        return True
    if scopes[scope]["dimension"] != results[row]["dimension"]:
        return False
    return bool(scopes[scope]["low"] <= results[row]["low"] and results[row]["high"] <= scopes[scope]["high"])


def _accepted(policy: Policy, place: int) -> int:
    """The schemes that count for a kind of certificate, as bits."""
    return sum(1 << SCHEMES.index(scheme) for scheme in set(policy.schemes.accepted_for(CERTIFICATE_KINDS[place])))


def _change_days(columns: Columns, row: int) -> set[int]:
    table, suspensions = columns.competences, columns.suspensions
    days = {int(table.valid_from[row]), after(int(table.valid_until[row]))}
    for place in range(table.suspension_first[row], table.suspension_end[row]):
        days |= {int(suspensions.start[place]), after(int(suspensions.until[place]))}
    return days


def _is_in_force(columns: Columns, row: int, day: int) -> bool:
    table, suspensions = columns.competences, columns.suspensions
    if not table.valid_from[row] <= day <= table.valid_until[row]:
        return False
    rows = range(table.suspension_first[row], table.suspension_end[row])
    return not any(suspensions.start[place] <= day <= suspensions.until[place] for place in rows)
