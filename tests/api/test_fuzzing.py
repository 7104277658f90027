"""The whole OpenAPI document tried by schemathesis, as every role: no fault of ours, no answer that it does not know."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from registry.access import OPERATOR, Role
from registry.unit_of_work import open_store
from registry.usecases.import_records import import_records
from tests.api.conftest import client_of
from tests.api.parties import BEGUN, claim
from tests.api.worlds import DOCUMENT

_CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
HOST = {"host": "127.0.0.1:8000"}  # The only name that is answered.
_EXAMPLES = 200 if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else 1  # Of each operation, as each role.


@pytest.fixture(scope="module")
def service(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path = tmp_path_factory.mktemp("fuzzing") / "registry.sqlite"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    with store.writing() as work:
        import_records(work, [DOCUMENT.decode()], party=OPERATOR, at=BEGUN, source="test")
    parties = claim(store)
    with client_of(store) as made:
        yield made, parties
    store.close()


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_nothing_breaks_the_service_and_every_answer_is_documented(service: Any, role: Role | None) -> None:
    """Otherwise a client made from the document would fail, or a stranger could make the service fail."""
    client, parties = service
    headers = HOST | ({} if role is None else dict(parties.own[role].headers))
    schema: Any = schemathesis.openapi.from_asgi("/openapi.json", client.app, headers=HOST)
    schema.config.generation.update(modes=list(schemathesis.GenerationMode))
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) >= 20
    for operation in operations:
        _try(operation, client, headers)


def _try(operation: Any, client: Any, headers: dict[str, str]) -> None:
    """Ask an operation with what its document allows, and with what it does not."""

    @settings(
        max_examples=_EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def tries(case: Any) -> None:
        client.cookies.clear()
        case.call_and_validate(session=client, headers=headers, checks=_CHECKS)

    tries()
