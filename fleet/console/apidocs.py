"""A page of the API's OpenAPI document, rendered here: no script, no other host."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from fleet.console.visit import Visit


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    summary: str
    description: str
    parameters: list[dict[str, Any]]
    body: str | None
    responses: list[tuple[str, str, str]]


class ApiDocs:
    """Shows what `openapi` gives."""

    def __init__(self, openapi: Callable[[], dict[str, Any]]) -> None:
        """The document is asked for at each visit; FastAPI keeps it."""
        self._openapi = openapi

    def page(self, visit: Visit) -> Response:
        """The page."""
        document = self._openapi()
        return visit.page(
            "apidocs.html",
            info=document["info"],
            openapi_version=document["openapi"],
            groups=operations(document),
            schemas=sorted(document.get("components", {}).get("schemas", {}).items()),
            type_name=type_name,
            base=str(visit.request.base_url),
        )


def operations(document: dict[str, Any]) -> dict[str, list[Operation]]:
    """The operations by their first tag."""
    groups: dict[str, list[Operation]] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            tag = (operation.get("tags") or ["other"])[0]
            groups.setdefault(tag, []).append(_operation(method, path, operation))
    return groups


def _operation(method: str, path: str, operation: dict[str, Any]) -> Operation:
    body = operation.get("requestBody", {}).get("content", {})
    return Operation(
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        parameters=operation.get("parameters", []),
        body=_content(body) or None,
        responses=[
            (status, answer.get("description", ""), _content(answer.get("content", {})))
            for status, answer in sorted(operation["responses"].items())
        ],
    )


def _content(content: dict[str, Any]) -> str:
    """What an answer or a body carries: "DeviceView", "image/jpeg"."""
    named = []
    for media_type, inside in content.items():
        schema = inside.get("schema")
        named.append(type_name(schema) if media_type == "application/json" and schema else media_type)
    return ", ".join(named)


def type_name(schema: dict[str, Any]) -> str:
    """A schema in a few words: "Page_Event_", "array of integer", "string or null"."""
    match schema:
        case {"$ref": str(reference)}:
            return reference.rpartition("/")[2]
        case {"anyOf": list(choices)}:
            return " or ".join(type_name(choice) for choice in choices)
        case {"type": "array", "items": dict(items)}:
            return f"array of {type_name(items)}"
        case {"type": "array", "prefixItems": list(items)}:
            return f"[{', '.join(type_name(item) for item in items)}]"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"object of {type_name(values)}"
        case {"const": value}:
            return f'"{value}"'
        case {"type": str(name)}:
            return name
        case _:
            return "any"
