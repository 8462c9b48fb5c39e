"""JSON Schemas (2020-12) of every message, made from the models; the files in `schemas/` are golden.

`python -m edge_agent.contract.schema` tells which file differs; with `--write` it writes them.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from edge_agent.contract.commands import Command
from edge_agent.contract.envelope import Envelope, type_of
from edge_agent.contract.events import KINDS, EventData, Presence
from edge_agent.contract.identity import NAME_PATTERN, REGION_PATTERN
from edge_agent.contract.notices import Notice
from edge_agent.contract.stored import Stored

FOLDER = Path(__file__).with_name("schemas")
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ADVICE = (
    "Changing a golden schema needs a decision record; run `python -m edge_agent.contract.schema --write`"
)

Schema = dict[str, Any]


def schemas() -> dict[str, Schema]:
    """Every golden schema by the name of its file, without the folder."""
    events = {f"{kind}.v{model.version}.json": event_schema(model) for kind, model in KINDS.items()}
    return events | {
        "stored.json": _statement(Stored),
        "command.json": _statement(Command),
        "notice.json": _statement(Notice),
    }


def event_schema(model: type[EventData]) -> Schema:
    """The whole message of one kind of event: the envelope with the kind's type, place and data."""
    schema = _tidy(Envelope.model_json_schema())
    data = _tidy(model.model_json_schema())
    definitions = schema.pop("$defs", {}) | data.pop("$defs", {})
    properties = schema["properties"]
    properties["type"] = {"const": type_of(model)}
    properties["source"] = {"type": "string", "pattern": f"^/{REGION_PATTERN}/{NAME_PATTERN}$"}
    properties["data"] = data
    if model is not Presence:
        for part in ("stream", "incarnation", "seq"):
            properties[part] = properties[part]["anyOf"][0]
        schema["required"] = [*schema["required"], "stream", "incarnation", "seq"]
    if model.stream is not None:
        properties["stream"] = {"const": model.stream.value}
        definitions.pop("Stream")
    return {
        "$schema": DIALECT,
        "$id": f"urn:loket:{model.kind}:v{model.version}",
        "title": model.kind,
        "description": data.pop("description"),
        **{key: part for key, part in schema.items() if key not in {"title", "description"}},
        **({"$defs": definitions} if definitions else {}),
    }


def _statement(model: type[BaseModel]) -> Schema:
    name = model.__name__.lower()
    return {"$schema": DIALECT, "$id": f"urn:loket:{name}:v1", **_tidy(model.model_json_schema())}


def _tidy(schema: Schema) -> Schema:
    """`schema` without the titles that pydantic makes of the names of properties.

    Nor with OpenAPI's `discriminator`: AsyncAPI means something else by that word.
    """
    for part in (schema, *schema.get("$defs", {}).values()):
        for member in part.get("properties", {}).values():
            member.pop("title", None)
            member.pop("discriminator", None)
    return schema


def to_text(document: Schema) -> str:
    """A document as its golden file holds it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Compare the golden files with the models, or write them. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m edge_agent.contract.schema", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the files instead of comparing them")
    write = parser.parse_args(arguments).write
    wanted = {FOLDER / name: to_text(document) for name, document in schemas().items()}
    standing = {path: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    if write:
        FOLDER.mkdir(exist_ok=True)
        for path in standing.keys() - wanted.keys():
            path.unlink()
        for path, text in wanted.items():
            path.write_text(text, encoding="utf-8")
        return 0
    different = sorted(
        path.name for path in wanted.keys() | standing.keys() if wanted.get(path) != standing.get(path)
    )
    for name in different:
        sys.stderr.write(f"{name} differs from the models\n")
    if different:
        sys.stderr.write(f"{ADVICE}\n")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
