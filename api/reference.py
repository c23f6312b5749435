"""The API's description (OpenAPI) with Vietnamese words, examples and honest errors; the data of the page /docs.

FastAPI describes what the code takes. What people read about it stands in `reference.yml`.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from fastapi import FastAPI

METHODS = ("get", "post", "put", "patch", "delete")
PROBLEM = {"$ref": "#/components/schemas/Problem"}
TOKEN = "visitor"  # noqa: S105 (the name of a scheme)
REPLACED = ("HTTPValidationError", "ValidationError")  # FastAPI's own idea of a 422; ours is a problem
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {name: {"type": "string"} for name in ("type", "title", "detail", "code")}
    | {"status": {"type": "integer"}, "fields": {"type": "array", "items": {"type": "object"}}},
}


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "reference.yml").read_text(encoding="utf-8"))
    return found


def install(app: FastAPI) -> None:
    """Let `/openapi.json` tell the description with our words."""
    plain = app.openapi

    @lru_cache(maxsize=1)
    def told() -> dict[str, Any]:
        return described(plain())

    app.openapi = told  # type: ignore[method-assign]


def described(schema: dict[str, Any]) -> dict[str, Any]:
    """A copy of an OpenAPI description with the words of `reference.yml`; what has none keeps its own."""
    made, said = deepcopy(schema), words()
    made["info"]["description"] = said["about"]
    made["tags"] = [{"name": code, "description": tag["about"]} for code, tag in said["tags"].items()]
    parts = made.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for name in REPLACED:
        schemas.pop(name, None)
    schemas["Problem"] = deepcopy(PROBLEM_SCHEMA)
    parts["securitySchemes"] = {TOKEN: {"type": "http", "scheme": "bearer", "description": said["token"]}}
    for name, one in schemas.items():
        _describe_schema(name, one, said)
    for method, path, operation in operations(made):
        _describe_operation(operation, said["operations"].get(f"{method.upper()} {path}", {}), said)
    return made


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path, operation) in the order of the description."""
    for path, item in schema["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def _describe_schema(name: str, schema: dict[str, Any], said: dict[str, Any]) -> None:
    schema.pop("description", None)  # a docstring, for those who read the code
    if name in said["examples"]:
        schema["examples"] = [said["examples"][name]]
    for field, one in schema.get("properties", {}).items():
        if about := said["fields"].get(f"{name}.{field}") or said["fields"].get(field):
            one["description"] = about


def _describe_operation(operation: dict[str, Any], own: dict[str, Any], said: dict[str, Any]) -> None:
    operation["summary"] = own.get("name", operation.get("summary", ""))
    operation["description"] = own.get("about", operation.get("description", ""))
    given = operation.pop("parameters", [])
    if any(one["name"] == "authorization" for one in given):
        operation["security"] = [{TOKEN: []}]
    kept = [one for one in given if one["name"] != "authorization"]
    for one in kept:
        one["description"] = said["parameters"].get(one["name"], one.get("description", ""))
        if one["name"] in said["values"] and "examples" not in one:
            one["example"] = said["values"][one["name"]]
    if kept:
        operation["parameters"] = kept
    _describe_answers(operation["responses"], own, said)


def _describe_answers(answers: dict[str, Any], own: dict[str, Any], said: dict[str, Any]) -> None:
    for status in own.get("errors", []):
        content = {"application/problem+json": {"schema": PROBLEM}}
        answers[str(status)] = {"description": said["errors"][status], "content": content}
    if "errors" in own and 422 not in own["errors"]:
        answers.pop("422", None)
    for status, answer in answers.items():
        answer["description"] = said["errors"].get(int(status), said["success"])


# --- the page ---------------------------------------------------------------------------------------------------------


def chapters(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The page's content: one chapter a tag with its operations, everything that refers to a schema resolved."""
    named = words()["tags"]
    found: dict[str, list[dict[str, Any]]] = {code: [] for code in named}
    for method, path, operation in operations(schema):
        tag = (operation.get("tags") or ["?"])[0]
        found.setdefault(tag, []).append(_shown(schema, method, path, operation))
    return [
        {
            "code": code,
            "name": named.get(code, {}).get("name", code),
            "about": named.get(code, {}).get("about", ""),
            "all": all_,
        }
        for code, all_ in found.items()
        if all_
    ]


def _shown(schema: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = next(iter(operation.get("requestBody", {}).get("content", {}).items()), None)
    return {
        "id": f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
        "method": method.upper(),
        "path": path,
        "name": operation["summary"],
        "about": operation["description"],
        "sample": sample(path, operation),
        "token": bool(operation.get("security")),
        "parameters": [{**one, "kind": kind(one["schema"])} for one in operation.get("parameters", [])],
        "media": body[0] if body else "",
        "fields": fields(schema, body[1].get("schema", {})) if body else [],
        "body": pretty(example(schema, body[1])) if body and body[0] == "application/json" else "",
        "answers": [_answer(schema, status, one) for status, one in operation["responses"].items()],
    }


def _answer(schema: dict[str, Any], status: str, answer: dict[str, Any]) -> dict[str, Any]:
    contents: dict[str, dict[str, Any]] = answer.get("content", {})
    media = next(iter(contents), "")
    content = contents.get(media, {})
    good = int(status) < 300
    return {
        "status": status,
        "about": answer["description"],
        "good": good,
        "media": media,
        "example": pretty(example(schema, content)) if good and media == "application/json" else "",
        "fields": fields(schema, content.get("schema", {})) if good else [],
    }


def resolved(schema: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    """The schema that `one` refers to, or itself."""
    reference = one.get("$ref")
    if not reference:
        return one
    target: dict[str, Any] = schema["components"]["schemas"][reference.rsplit("/", 1)[1]]
    return target


def fields(schema: dict[str, Any], one: dict[str, Any]) -> list[dict[str, Any]]:
    """Name, kind, whether it must be there, and what it is, of each property."""
    target = resolved(schema, one.get("items", one))
    needed = set(target.get("required", []))
    return [
        {"name": name, "kind": kind(field), "required": name in needed, "about": field.get("description", "")}
        for name, field in target.get("properties", {}).items()
    ]


def kind(one: dict[str, Any]) -> str:
    """A schema's type in a word: "string", "integer | null", "MessageOut[]"."""
    if "anyOf" in one:
        return " | ".join(kind(part) for part in one["anyOf"])
    if "allOf" in one:
        return kind(one["allOf"][0])
    if "$ref" in one:
        return str(one["$ref"].rsplit("/", 1)[1])
    if one.get("type") == "array":
        return f"{kind(one.get('items', {}))}[]"
    return str(one.get("format") or one.get("type", "object"))


def example(schema: dict[str, Any], content: dict[str, Any]) -> Any:
    """What is shown as sent or answered; None if nothing was given."""
    if "example" in content:
        return content["example"]
    one = content.get("schema", {})
    if one.get("type") == "array":
        inner = example(schema, {"schema": one["items"]})
        return None if inner is None else [inner]
    given = resolved(schema, one).get("examples") or []
    return given[0] if given else None


def sample(path: str, operation: dict[str, Any]) -> str:
    """The path as it may be called: example values in place of its parts, and the query that must be there."""
    for one in operation.get("parameters", []):
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", str(one.get("example", one["name"])))
    return path


def pretty(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, indent=2)
