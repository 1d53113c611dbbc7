"""The API does what its description says, whatever is sent to it (schemathesis)."""

from datetime import timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from digest.web.api.route import API
from tests.integration.api.conftest import as_role

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CHECKED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.mark.filterwarnings("default")  # the libraries' own, at what they generate
def test_whatever_is_sent_the_answers_are_as_described(client, world):
    token = as_role(client, "admin").headers["Authorization"]
    schema = schemathesis.openapi.from_asgi(f"{API}/openapi.json", client.app)
    seen, statuses = set(), set()
    for found in schema.get_all_operations():
        operation = found.ok()
        seen.add(operation.label)

        @given(case=operation.as_strategy())
        @hypothesis_settings(
            max_examples=8,
            deadline=timedelta(seconds=30),
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def call(case):
            for name in case.path_parameters or {}:
                # Something that is there, every other time, so that more than the guard is asked.
                if name in world.ids and len(str(case.path_parameters)) % 2:
                    case.path_parameters[name] = world.ids[name]
            answer = case.call(headers={"Authorization": token})
            statuses.add(answer.status_code)
            case.validate_response(answer, checks=CHECKED)

        call()
    assert len(seen) >= 40
    assert {200, 404, 422} <= statuses
