"""The API's reference: every call, parameter and field told in Vietnamese, with examples and honest errors."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.reference import chapters, operations

VIETNAMESE = re.compile("[À-ỹ]")
PAGE = {"accept": "text/html"}


@pytest.fixture(scope="module")
def client(database: str) -> TestClient:
    return TestClient(create_app())


@pytest.fixture(scope="module")
def schema(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def test_every_call_is_told_in_vietnamese(schema: dict[str, Any]) -> None:
    for method, path, operation in operations(schema):
        for said in (operation["summary"], operation["description"]):
            assert VIETNAMESE.search(said), (method, path, said)
        for one in operation.get("parameters", []):
            assert one["description"], (method, path, one["name"])
            assert "example" in one or "examples" in one, (method, path, one["name"])


def test_every_field_is_told(schema: dict[str, Any]) -> None:
    missing = [
        f"{name}.{field}"
        for name, one in schema["components"]["schemas"].items()
        for field, told in one.get("properties", {}).items()
        if not told.get("description")
    ]
    assert missing == []


def test_every_body_and_good_answer_has_an_example(schema: dict[str, Any]) -> None:
    for chapter in chapters(schema):
        for call in chapter["all"]:
            if call["media"] == "application/json":
                assert call["body"], call["path"]
            good = next(answer for answer in call["answers"] if answer["good"])
            if good["media"] == "application/json":
                assert good["example"], call["path"]


def test_examples_hold_what_their_schemas_demand(schema: dict[str, Any]) -> None:
    for name, one in schema["components"]["schemas"].items():
        for example in one.get("examples", []):
            assert set(one.get("required", [])) <= set(example), name
            assert set(example) <= set(one["properties"]), name


def test_errors_are_problems(schema: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in schema["components"]["schemas"]
    for _, path, operation in operations(schema):
        for status, answer in operation["responses"].items():
            if status.startswith("4"):
                assert set(answer["content"]) == {"application/problem+json"}, (path, status)


def test_the_token_is_a_security_scheme(schema: dict[str, Any]) -> None:
    assert schema["components"]["securitySchemes"]["visitor"]["scheme"] == "bearer"
    assert schema["paths"]["/api/v1/tickets"]["post"]["security"] == [{"visitor": []}]
    assert "security" not in schema["paths"]["/api/v1/categories"]["get"]


def test_every_public_call_is_versioned(schema: dict[str, Any]) -> None:
    assert [path for path in schema["paths"] if not re.search(r"/v\d+/", path)] == ["/health"]


def test_the_page_shows_every_call_without_scripts_of_others(client: TestClient, schema: dict[str, Any]) -> None:
    page = client.get("/docs", headers=PAGE)
    assert page.status_code == 200
    for _, path, operation in operations(schema):
        assert f"<code>{path}</code>" in page.text
        assert operation["summary"] in page.text
    assert "unsafe-inline" not in page.headers["content-security-policy"]
