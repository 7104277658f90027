"""The OpenAPI document: what FastAPI knows of the routes, joined with the schemas of our own values.

Answers are msgspec values, so their schemas come from msgspec and are written once, in the core. `python -m api.describe`
writes `openapi.json` anew; a test compares.
"""

import json
from collections.abc import Iterable
from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import (
    accounting_examples,
    examples,
    failures,
    fleet_examples,
    label_examples,
    monitoring_examples,
    reading_examples,
    recall_examples,
    review_case_examples,
    review_examples,
    review_plan_examples,
)
from api.failures import Kind
from api.needs import operations
from api.problems import PROBLEM_JSON, Problem
from api.schemas import (
    accounting,
    accounts,
    labels,
    log,
    monitoring,
    monitoring_quality,
    notices,
    open_data,
    readings,
    recalls,
    registers,
    review_boards,
    review_cases,
    review_equipping,
    review_plans,
    rounds,
    units,
)
from api.schemas.details import CertificateAnswer, CompetenceAnswer, EventAnswer, MeteringPointAnswer, OrganizationAnswer
from api.schemas.fleet import FleetItems, FleetLapses, FleetPoints, FleetSums, RecallPreview
from api.schemas.fleet_runs import FleetRunAnswer, FleetRunOrder
from api.schemas.history import HistoryAnswer
from api.schemas.imports import ImportJobAnswer, ImportJobList, UndoBody
from api.schemas.items import AliasAnswer, AliasBody, ItemAnswer
from api.schemas.lists import CertificateList, CompetenceList, EventList, ItemList, MeteringPointList, OrganizationList
from api.schemas.recording import (
    ApprovalBody,
    RecordingAnswer,
    RejectionBody,
    ReplacementBody,
    ShareAnswer,
    ShareBody,
    SubmissionAnswer,
    SubmissionList,
    WithdrawalBody,
)
from api.schemas.records import ImportAnswer
from api.schemas.search import SearchAnswer
from api.schemas.service import Health, PolicyList, Readiness
from api.schemas.verdict import CoverageAnswer, ImpactAnswer, VerdictAnswer
from api.security import CSRF_HEADER, PUBLIC
from registry.usecases.fleet_forecast import Forecast
from traceability.interchange import FORMAT
from traceability.records import Records

DOCUMENT = Path(__file__).resolve().parents[1] / "openapi.json"

_ANSWERS: tuple[type, ...] = (
    VerdictAnswer,
    CoverageAnswer,
    ImpactAnswer,
    ItemAnswer,
    ItemList,
    OrganizationAnswer,
    OrganizationList,
    CompetenceAnswer,
    CompetenceList,
    CertificateAnswer,
    CertificateList,
    EventAnswer,
    EventList,
    MeteringPointAnswer,
    MeteringPointList,
    HistoryAnswer,
    SearchAnswer,
    AliasAnswer,
    AliasBody,
    ImportAnswer,
    RecordingAnswer,
    ShareAnswer,
    SubmissionAnswer,
    SubmissionList,
    WithdrawalBody,
    ReplacementBody,
    ShareBody,
    ApprovalBody,
    RejectionBody,
    FleetRunAnswer,
    FleetRunOrder,
    FleetSums,
    Forecast,
    FleetLapses,
    FleetPoints,
    FleetItems,
    RecallPreview,
    ImportJobAnswer,
    ImportJobList,
    UndoBody,
    PolicyList,
    Health,
    Readiness,
    *notices.SCHEMAS,
    *rounds.SCHEMAS,
    *units.SCHEMAS,
    *open_data.SCHEMAS,
    *registers.SCHEMAS,
    *review_boards.SCHEMAS,
    *review_equipping.SCHEMAS,
    *review_cases.SCHEMAS,
    *review_plans.SCHEMAS,
    *monitoring.SCHEMAS,
    *monitoring_quality.SCHEMAS,
    *accounts.SCHEMAS,
    *labels.SCHEMAS,
    *recalls.SCHEMAS,
    *readings.SCHEMAS,
    *accounting.SCHEMAS,
    *log.SCHEMAS,
    Problem,
    Records,
)
_REFERENCE = "#/components/schemas/{name}"
_RECORDS = "RecordsDocument"
_EXAMPLES = {
    **vars(examples),
    **vars(reading_examples),
    **vars(label_examples),
    **vars(review_examples),
    **vars(review_case_examples),
    **vars(review_plan_examples),
    **vars(monitoring_examples),
    **vars(accounting_examples),
    **vars(recall_examples),
    **vars(fleet_examples),
}

Responses = dict[int | str, dict[str, Any]]


def answers(kind: type[msgspec.Struct], description: str, example: str, status: int = 200) -> Responses:
    """The declaration of a JSON answer, for a route; `example` is its name in api/examples.py or api/reading_examples.py."""
    content = {"schema": {"$ref": _REFERENCE.format(name=kind.__name__)}, "example": example}
    return {status: {"description": description, "content": {"application/json": content}}}


def nothing(description: str) -> Responses:
    """The declaration of an answer without a body."""
    return {204: {"description": description}}


def json_body(kind: type[msgspec.Struct], example: str) -> dict[str, Any]:
    """The declaration of a JSON body; `example` is its name in api/examples.py."""
    content = {"schema": {"$ref": _REFERENCE.format(name=kind.__name__)}, "example": example}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


def pictures(media_type: str, description: str) -> Responses:
    """The declaration of a picture as answer."""
    schema = {"type": "string"} if media_type == "image/svg+xml" else {"type": "string", "format": "binary"}
    return {200: {"description": description, "content": {media_type: {"schema": schema}}}}


def picture_body(*media_types: str) -> dict[str, Any]:
    """The declaration of a picture as request body."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in media_types}
    return {"requestBody": {"required": True, "content": content}}


def documents(media_type: str, description: str) -> Responses:
    """The declaration of a document that has a format of its own."""
    schema = {"type": "object" if media_type == "application/json" else "string"}
    return {200: {"description": description, "content": {media_type: {"schema": schema}}}}


def with_tag(responses: Responses) -> Responses:
    """The declaration of an answer under an entity tag, which need not be sent again (304)."""
    header = {"ETag": {"description": "Strong entity tag, for If-None-Match and If-Match.", "schema": {"type": "string"}}}
    tagged = {**responses[200], "headers": header}
    return {
        **responses,
        200: tagged,
        304: {"description": "Not changed since the entity tag of If-None-Match", "headers": header},
    }


def refusals(*kinds: Kind) -> Responses:
    """The declaration of problems, by status; kinds of one status share a line."""
    declared: Responses = {}
    for kind in kinds:
        schema = {"schema": {"$ref": _REFERENCE.format(name=Problem.__name__)}}
        entry = declared.setdefault(kind.http_status, {"description": "", "content": {PROBLEM_JSON: schema}})
        entry["description"] = " / ".join(filter(None, [entry["description"], kind.title.en]))
    return declared


def records_body(example: str) -> dict[str, Any]:
    """The declaration of a records document as request body."""
    content = {"application/json": {"schema": {"$ref": _REFERENCE.format(name=_RECORDS)}, "example": example}}
    return {"requestBody": {"required": True, "content": content}}


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole document, made once for an app."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        schemas.update(_schemas(_ANSWERS))
        _tell_needs(app, document)
        _tell_wrong_parameters(document)
        app.openapi_schema = _with_examples(document)
    return app.openapi_schema


def _tell_needs(app: FastAPI, document: dict[str, Any]) -> None:
    """Say of every operation that is not public that it needs a key or a session, what it permits, and how it refuses."""
    document["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key of a client: trk_…"},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "registry",
            "description": f"A session of a person; with https it is named __Host-registry. Writes also show {CSRF_HEADER}.",
        },
    }
    for operation in operations(app):
        described = document["paths"].get(operation.path, {}).get(operation.method.lower())
        needed = sorted(operation.needs - {PUBLIC})
        if described is None or not needed:
            continue
        described["security"] = [{"key": []}, {"session": []}]
        described["x-needs"] = needed[0]
        for kind in (failures.UNAUTHENTICATED, failures.FORBIDDEN):
            (status,) = told = refusals(kind)
            described["responses"].setdefault(str(status), told[status])


def _tell_wrong_parameters(document: dict[str, Any]) -> None:
    """Say of an operation with parameters how a wrong one is refused, where the framework would say it in its own way."""
    for methods in document["paths"].values():
        for described in methods.values():
            if "application/json" in described["responses"].get("422", {}).get("content", {}):
                described["responses"]["422"] = refusals(failures.USAGE)[422]


def _with_examples(part: Any) -> Any:
    """The document with its examples. They are put in last, as FastAPI drops every null on the way."""
    match part:
        case {"example": str() as name}:
            return {**part, "example": _EXAMPLES[name]}
        case dict():
            return {key: _with_examples(value) for key, value in part.items()}
        case list():
            return [_with_examples(value) for value in part]
        case _:
            return part


def _schemas(kinds: Iterable[type]) -> dict[str, Any]:
    _, components = msgspec.json.schema_components(kinds, ref_template=_REFERENCE)
    schemas = {name: _plain(schema) for name, schema in sorted(components.items())}
    records = dict(schemas[Records.__name__])
    # The document has one field that the values do not have: the name of the format.
    records["properties"] = {"format": {"const": FORMAT}, **records["properties"]}
    schemas[_RECORDS] = records | {"title": _RECORDS, "required": ["format"]}
    return schemas


def _plain(schema: Any) -> Any:
    """Msgspec's schema as other tools take it: decimals are JSON numbers, patterns are ECMA's, texts are not indented."""
    match schema:
        case {"type": "string", "format": "decimal"}:
            return {"type": "number"}
        case {"prefixItems": [first, *others], "items": False} if all(other == first for other in others):
            # A pair of like values: what client generators know of are lists with bounds.
            told = {key: value for key, value in schema.items() if key != "prefixItems"}
            return {**told, "items": _plain(first)}
        case dict():
            return {key: _plain_text(key, value) for key, value in schema.items()}
        case list():
            return [_plain(each) for each in schema]
        case _:
            return schema


def _plain_text(key: str, value: Any) -> Any:
    match key, value:
        case "pattern", str():
            return value.replace(r"\Z", "$")
        case "description", str():
            return cleandoc(value)
        case "recorded_at" | "known_at", {"type": "string"}:
            return {"type": "string", "format": "date-time"}
        case "recorded_at", {"anyOf": _}:
            return {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}], "default": None}
        case _:
            return _plain(value)


def dumped(document: dict[str, Any]) -> str:
    """The document as it is committed."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
