"""Requests made from the OpenAPI description: none gets a server error, and every answer is as it is described."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from helpers import PATIENCE
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, checks
from schemathesis.specs.openapi import checks as openapi
from serving import Served, serving

from batti.serve.app import create
from batti.serve.settings import Settings

DESCRIPTION = create(Settings(state="")).openapi()
OPERATIONS = [
    (method, path)
    for path, methods in DESCRIPTION["paths"].items()
    for method in methods
    if path != "/v1/events"  # which does not end
]
_CHECKS = [
    checks.not_a_server_error, openapi.response_schema_conformance, openapi.content_type_conformance,
    openapi.status_code_conformance,
]  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("schema") / "state") as one:
        yield one


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_request_gets_a_server_error(served: Served, method: str, path: str) -> None:
    operation = schemathesis.openapi.from_dict(DESCRIPTION)[path][method]

    @given(case=operation.as_strategy())
    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    def ask(case: Case) -> None:
        case.call_and_validate(base_url=served.url, checks=_CHECKS, timeout=PATIENCE)

    ask()


def test_the_guide_has_every_path_and_its_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    guide = (Path(__file__).parent.parent / "docs" / "serve.md").read_text("utf-8")
    table = "".join(re.findall(r"^\| `(?:GET|POST|PUT).*$", guide, re.M))
    said = set(re.findall(r"`(?:(?:GET|POST|PUT|DELETE) )?(/[^`]+)`", table))
    for _, path in OPERATIONS:
        known = (path, path.replace("{job_id}", "{id}"), path.replace("/v1/interpret/", "/interpret/"))
        assert said & {*known, path.replace("/v1/health/", "/health/")} or path == "/v1/session", path
    exec(re.findall(r"```python\n(.*?)```", guide, re.S)[0], {})
    assert capsys.readouterr().out == "True unreachable\n"


def test_the_log_has_no_error_after_all_that(served: Served) -> None:
    assert served.get("/v1/health/ready").status_code == 200
    assert served.log.read_text() == ""
