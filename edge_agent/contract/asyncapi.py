"""The AsyncAPI 3.0 document of everything that travels over MQTT, made from the contract.

`python -m edge_agent.contract.asyncapi --write` writes `docs/reference/asyncapi.json` of a checkout.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from edge_agent.contract import envelope as envelopes
from edge_agent.contract import signed, topics
from edge_agent.contract.commands import Command
from edge_agent.contract.events import KINDS, EventData, Presence
from edge_agent.contract.examples import EXAMPLES
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.notices import Notice
from edge_agent.contract.schema import Schema, event_schema, schemas, to_text
from edge_agent.contract.stored import Stored
from edge_agent.contract.streams import Stream

PATH = Path(__file__).parents[2] / "docs" / "reference" / "asyncapi.json"
EXAMPLE_DEVICE = DeviceId(region="17.07", name="lebong-001")
_EXAMPLE_TIME = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
_EXAMPLE_UUID = "3f0e5a52-8f57-4be1-9d0c-1f2a3b4c5d6e"
_ANY_COMMAND = "any-command"

_ABOUT = (
    "What the kiosks and cameras of a region say to the fleet, what the fleet answers, and what it "
    "republishes for the command centre's other systems. Events are CloudEvents 1.0 in structured JSON. "
    "Readers ignore fields that they do not know."
)
_TAGS = {
    "device": "Done by a device in the field.",
    "fleet": "Done by the fleet controller.",
    "command-centre": "Done by the command centre's other systems, with a certificate of their own.",
}


def document() -> Schema:
    """The whole document; every reference in it points inside."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for kind, model in KINDS.items():
        topic = topics.state(EXAMPLE_DEVICE) if model is Presence else topics.event(EXAMPLE_DEVICE, kind)
        channels[_key(kind)] = _channel(topic, kind, about=_first_line(model))
        retain = model is Presence
        _operation(operations, "device", "send", _key(kind), retain=retain)
        _operation(operations, "fleet", "receive", _key(kind), retain=retain)
        if model is not Presence:
            north = f"north-{_key(kind)}"
            channels[north] = _channel(
                topics.north(EXAMPLE_DEVICE, kind),
                kind,
                about=f"{_first_line(model)} Republished once stored.",
            )
            _operation(operations, "fleet", "send", north)
            _operation(operations, "command-centre", "receive", north)
    for name, topic, statement in (
        ("stored", topics.stored(EXAMPLE_DEVICE), Stored),
        ("command", topics.command(EXAMPLE_DEVICE, _ANY_COMMAND), Command),
        ("notice", topics.notice(EXAMPLE_DEVICE), Notice),
    ):
        channels[name] = _channel(topic, name, about=_first_line(statement))
        _operation(operations, "fleet", "send", name)
        _operation(operations, "device", "receive", name)
    channels["command"]["parameters"]["command"] = {"description": "The command's id: a UUID."}
    return {
        "asyncapi": "3.0.0",
        "id": "urn:loket:messages:v1",
        "info": {
            "title": "Loket",
            "version": "1.0.0",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0"},
            "tags": [{"name": name, "description": about} for name, about in _TAGS.items()],
        },
        "defaultContentType": "application/json",
        "servers": {"broker": _server()},
        "channels": channels,
        "operations": operations,
        "components": {
            "securitySchemes": {
                "certificate": {
                    "type": "X509",
                    "description": "Mutual TLS. The broker's ACL goes by the certificate's common name.",
                }
            },
            "messages": _messages(),
            "schemas": _schemas(),
        },
    }


def _server() -> Schema:
    return {
        "host": "localhost:8702",
        "protocol": "secure-mqtt",
        "protocolVersion": "5",
        "description": "The region's broker; this address is the one that scripts/demo starts.",
        "security": [{"$ref": "#/components/securitySchemes/certificate"}],
        "bindings": {
            "mqtt": {
                "cleanSession": True,
                "keepAlive": 30,
                "lastWill": {"topic": topics.state(EXAMPLE_DEVICE), "qos": 1, "retain": True},
                "bindingVersion": "0.2.0",
            }
        },
    }


def _channel(topic: str, message: str, *, about: str) -> Schema:
    address = topic.replace(EXAMPLE_DEVICE.region, "{region}").replace(EXAMPLE_DEVICE.name, "{device}")
    return {
        "address": address.replace(_ANY_COMMAND, "{command}"),
        "description": about,
        "servers": [{"$ref": "#/servers/broker"}],
        "messages": {_key(message): {"$ref": f"#/components/messages/{_key(message)}"}},
        "parameters": {
            "region": {"description": "The region's Kemendagri code.", "examples": [EXAMPLE_DEVICE.region]},
            "device": {
                "description": "The device's name, also its certificate's common name.",
                "examples": [EXAMPLE_DEVICE.name],
            },
        },
    }


def _operation(
    operations: dict[str, Any], who: str, action: str, channel: str, *, retain: bool = False
) -> None:
    """Add to `operations` what `who` does with the one message of `channel`."""
    message = channel.removeprefix("north-")
    operations[f"{who}-{action}s-{channel}"] = {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{message}"}],
        "tags": [{"name": who}],
        "bindings": {"mqtt": {"qos": 1, "retain": retain, "bindingVersion": "0.2.0"}},
    }


def _messages() -> Schema:
    messages: Schema = {}
    for data in EXAMPLES:
        messages[_key(data.kind)] = {
            "name": data.kind,
            "title": type(data).__name__,
            "summary": _first_line(type(data)),
            "contentType": envelopes.CONTENT_TYPE,
            "payload": {"$ref": f"#/components/schemas/{type(data).__name__}"},
            "examples": [{"payload": json.loads(example(data))}],
        }
    for model in (Stored, Command, Notice):
        messages[model.__name__.lower()] = {
            "name": model.__name__.lower(),
            "title": model.__name__,
            "summary": _first_line(model),
            "description": "JWS compact serialisation, EdDSA, by the fleet's statement key.",
            "contentType": signed.CONTENT_TYPE,
            "payload": {"type": "string", "pattern": r"^[\w-]+\.[\w-]+\.[\w-]+$"},
            "x-statement": {"$ref": f"#/components/schemas/{model.__name__}"},
        }
    return messages


def example(data: EventData) -> bytes:
    """`data` as a whole message of the example device."""
    in_stream = not isinstance(data, Presence)
    return envelopes.envelope(
        data,
        device=EXAMPLE_DEVICE,
        time=_EXAMPLE_TIME,
        clock_trusted=True,
        event_id=_EXAMPLE_UUID,
        stream=(data.stream or Stream.TELEMETRY) if in_stream else None,
        incarnation=_EXAMPLE_UUID if in_stream else None,
        seq=1451 if in_stream else None,
    ).to_json()


def _schemas() -> Schema:
    """Every schema under `components`, the parts that several share standing there once."""
    files = schemas()
    named = {model.__name__: event_schema(model) for model in KINDS.values()}
    named |= {
        "Stored": files["stored.json"],
        "Command": files["command.json"],
        "Notice": files["notice.json"],
    }
    shared: Schema = {}
    for schema in named.values():
        shared |= schema.pop("$defs", {})
        del schema["$schema"], schema["$id"]
    moved: Schema = json.loads(json.dumps(named | shared).replace("#/$defs/", "#/components/schemas/"))
    return moved


def _key(kind: str) -> str:
    return kind.replace(".", "-")


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]


def main(arguments: list[str] | None = None) -> int:
    """Compare the document with the contract, or write it. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m edge_agent.contract.asyncapi", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the file instead of comparing it")
    text = to_text(document())
    if parser.parse_args(arguments).write:
        PATH.write_text(text, encoding="utf-8")
        return 0
    if PATH.is_file() and PATH.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{PATH} differs; run `python -m edge_agent.contract.asyncapi --write`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
