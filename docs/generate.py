"""The generated pages of the reference: settings, commands, events and topics, from the code itself.

`scripts/docs` writes them; with `--check` it tells which differ. A test checks them, too.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from enum import EnumMeta
from pathlib import Path
from typing import Any

os.environ["LOKET_LANG"] = "en"  # the commands choose their language when they are imported

import typer

from edge_agent.cli import app as edge_app
from edge_agent.contract import asyncapi, topics
from edge_agent.contract.events import KINDS, EventData, Presence
from edge_agent.contract.examples import EXAMPLES
from edge_agent.contract.schema import event_schema
from edge_agent.device import Device
from edge_agent.kiosk.settings import KioskSettings
from edge_agent.street.scenario import Scenario, load_scenario, names
from edge_agent.uplink.settings import UplinkSettings
from edge_agent.vision.metrics import METRICS, SOMETIMES
from edge_agent.vision.settings import VisionSettings
from fleet.cli import app as fleet_app
from fleet.settings import Fleet
from loket.region.folder import RegionFile
from loket.region.parts import Announcement, Permit, Standard
from loket.settings import Section

FOLDER = Path(__file__).with_name("reference")
MADE = "<!-- Made by scripts/docs from the code: edit there. -->\n\n"
SETTINGS: dict[str, type[Section]] = {
    "device.toml": Device,
    "uplink.toml": UplinkSettings,
    "kiosk.toml": KioskSettings,
    "vision.toml": VisionSettings,
    "fleet.toml": Fleet,
    "region.toml": RegionFile,
    "permits/NAME.toml": Permit,
    "standards/NAME.toml": Standard,
    "announcements/NAME.toml": Announcement,
}
USUAL = {"help", "install_completion", "show_completion"}
COMMANDS = {"edge-agent": edge_app, "fleet": fleet_app}

SETTINGS_INTRO = """\
# Settings

A device reads one folder, `/etc/loket` unless `--config` names another; each unit reads `device.toml` and its
own file ([why](../explanation/decisions/0004-one-settings-file-per-unit.md)). The fleet reads `fleet.toml` in
the folder that `fleet init` makes. Both read the folder of the region
([how to configure one](../how-to/configure-a-region.md)). A relative path starts from the folder of its file.
An unknown key or a wrong value stops the start with one line that names the file, the line and the cure.
"""
COMMANDS_INTRO = """\
# Commands

Both programs tell the same with `--help`. `fleet` speaks Indonesian or English (`--lang`, or the
environment's `LOKET_LANG` or `LANG`). Exit statuses are in [errors](errors.md).
"""
SCENARIOS_INTRO = """\
# Scenarios

Simulated streets that come with Loket; [how to use them](../how-to/use-the-street.md). The detector
`street_sim` was trained without those that are held out.

| Name | Lasts | Detector | What it is |
|---|---|---|---|
"""
SCENARIO_FILE = """
## A scenario of one's own

A TOML file with these settings; of all but `about` the default will do. Metres: x along the street to the
right, y away from the camera, whose foot is at 0, 0. Times are seconds from the beginning.

"""
EVENTS_INTRO = """\
# Events

Every event is a [CloudEvents 1.0](https://cloudevents.io) message in structured JSON, at most 64 KiB. Its
identity is `(device, incarnation, seq)`: `incarnation` is the UUID of the stream's database on the device,
and `seq` counts from 1 without gaps within it. `clocktrusted` tells whether the device could prove its wall
clock. Readers ignore fields that they do not know. The machine-readable forms are
[asyncapi.json](asyncapi.json) and the schemas in `edge_agent/contract/schemas/`.
"""
METRICS_INTRO = """\
# Metrics of the vision unit

What the field `metrics` of its [`device.health`](events.md#devicehealth) event holds. The fleet keeps
the latest of each device: `GET /api/v1/devices/<device>`. Totals count from the unit's start.

| Metric | Meaning |
|---|---|
"""
TOPICS_INTRO = """\
# Topics

MQTT 5 over mutual TLS, QoS 1. The broker takes a client's name from its certificate, and its access list
grants each device its own topics, one explicit block for each
([why](../explanation/decisions/0005-explicit-acl-blocks.md)).

| Topic | From | To | What |
|---|---|---|---|
"""

Schema = dict[str, Any]


def pages() -> dict[Path, str]:
    """Every generated page by its path."""
    return {
        FOLDER / "settings.md": MADE + "".join(_settings()),
        FOLDER / "cli.md": MADE + "".join(_commands()),
        FOLDER / "scenarios.md": MADE + "".join(_scenarios()),
        FOLDER / "events.md": MADE + "".join(_events()),
        FOLDER / "metrics.md": MADE + "".join(_metrics()),
        FOLDER / "topics.md": MADE + "".join(_topics()),
    }


def _settings() -> Iterator[str]:
    yield SETTINGS_INTRO
    for name, model in SETTINGS.items():
        schema = model.model_json_schema()
        yield f"\n## {name}\n\n"
        yield from _table(schema, schema.get("$defs", {}))


def _scenarios() -> Iterator[str]:
    yield SCENARIOS_INTRO
    for name in names():
        scenario = load_scenario(name)
        known = "held out" if scenario.held_out else "knows it"
        yield f"| `{name}` | {scenario.duration_s:g} s | {known} | {scenario.about} |\n"
    yield SCENARIO_FILE
    schema = Scenario.model_json_schema()
    yield from _table(schema, schema["$defs"])


def _table(schema: Schema, definitions: Schema, *, heading: str = "") -> Iterator[str]:
    """The rows of one TOML table, then the tables inside it."""
    if heading:
        yield f"\n### {heading}\n\n"
    yield "| Setting | Value | Default | Meaning |\n|---|---|---|---|\n"
    inner: list[tuple[str, Schema]] = []
    for name, field in schema["properties"].items():
        if choices := field.get("items", {}).get("oneOf"):  # tables told apart by their kind
            for choice in choices:
                table = definitions[choice["$ref"].rpartition("/")[2]]
                kind = table["properties"]["kind"]["const"]
                inner.append((f'`[[{name}]]` of kind `"{kind}"`', table))
            continue
        optional = next((part["$ref"] for part in field.get("anyOf", []) if "$ref" in part), None)
        reference = field.get("$ref") or field.get("items", {}).get("$ref") or optional
        if reference:
            title = f"`[[{name}]]`" if "items" in field else f"`[{name}]`"
            inner.append((title, definitions[reference.rpartition("/")[2]]))
            continue
        default = "required" if name in schema.get("required", []) else f"`{_toml(field.get('default'))}`"
        yield f"| `{name}` | {_kind(field)} | {default} | {field.get('description', '')} |\n"
    for title, table in inner:
        yield from _table(table, definitions, heading=title)


def _toml(value: object) -> str:
    if value is None:
        return "none"
    return json.dumps(value, ensure_ascii=False)


def _kind(field: Schema) -> str:
    """What may stand there, in words."""
    if "anyOf" in field:
        return " or ".join(_kind(part) for part in field["anyOf"] if part.get("type") != "null")
    if "enum" in field:
        return " or ".join(f"`{_toml(value)}`" for value in field["enum"])
    if "const" in field:
        return f"`{_toml(field['const'])}`"
    if "prefixItems" in field:
        return "pair of " + " and ".join(dict.fromkeys(_kind(part) for part in field["prefixItems"]))
    if field.get("type") == "array":
        return f"list of {_kind(field['items'])}".replace("list of pair of", "list of pairs of")
    if field.get("format") == "path":
        return "path"
    word = {"integer": "whole number", "number": "number", "boolean": "true or false"}.get(
        field.get("type", ""), "text"
    )
    bounds = [
        f"{sign} {field[name]:g}" for sign, name in (
            ("≥", "minimum"), (">", "exclusiveMinimum"), ("≤", "maximum"), ("<", "exclusiveMaximum")
        ) if name in field
    ]  # fmt: skip
    return ", ".join([word, *bounds])


def _commands() -> Iterator[str]:
    yield COMMANDS_INTRO
    for program, app in COMMANDS.items():
        command = typer.main.get_command(app)
        yield f"\n## {program}\n\n{_sentence(command)}\n"
        for path, leaf in leaves(command):
            arguments = [p for p in leaf.params if p.param_type_name == "argument"]
            options = [p for p in leaf.params if p.param_type_name == "option" and p.name not in USUAL]
            shown = " ".join([program, *path, *(_place_of(p) for p in arguments)])
            yield f"\n### `{shown}`\n\n{_sentence(leaf)}\n"
            if arguments or options:
                yield "\n| Option | Default | Meaning |\n|---|---|---|\n"
            for parameter in arguments:
                yield f"| `{_place_of(parameter)}` | {_default(parameter)} | {parameter.help or ''} |\n"
            for parameter in options:
                yield f"| `{_written(parameter)}` | {_default(parameter)} | {parameter.help or ''} |\n"


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that does something, with the words that lead to it."""
    if not hasattr(command, "commands"):
        yield path, command
        return
    context = command.make_context("x", ["--help-is-not-asked"], resilient_parsing=True)
    for name in command.commands:
        _, found, _ = command.resolve_command(context, [name])
        yield from leaves(found, (*path, name))


def _place_of(argument: Any) -> str:
    name = str(argument.name).upper()
    return name if argument.required else f"[{name}]" + ("..." if argument.nargs == -1 else "")


def _written(option: Any) -> str:
    annotation = option.type_descriptor.annotation
    choices = "\\|".join(annotation) if isinstance(annotation, EnumMeta) else "VALUE"
    return ", ".join(option.opts) + ("" if option.is_flag else f" {choices}")


def _default(parameter: Any) -> str:
    if parameter.envvar:
        return f"`${parameter.envvar}`"
    if parameter.required:
        return "required"
    if getattr(parameter, "is_flag", False) or parameter.default is None or callable(parameter.default):
        return ""
    return f"`{parameter.default}`"


def _sentence(command: Any) -> str:
    return (command.help or "").strip().partition("\n\n")[0].replace("\n", " ")


def _events() -> Iterator[str]:
    yield EVENTS_INTRO
    for data in EXAMPLES:
        model = type(data)
        yield f"\n## {model.kind}\n\n{(model.__doc__ or '').strip()} "
        yield _place(model)
        yield "\n\n| Field | Value | Meaning |\n|---|---|---|\n"
        schema = event_schema(model)
        for name, field in schema["properties"]["data"]["properties"].items():
            yield f"| `{name}` | {_data_kind(field)} | {field.get('description', '')} |\n"
        example = json.dumps(json.loads(asyncapi.example(data)), indent=2)
        yield f"\n```json\n{example}\n```\n"


def _metrics() -> Iterator[str]:
    yield METRICS_INTRO
    for name, meaning in METRICS.items():
        where = " Only where the device can tell." if name in SOMETIMES else ""
        yield f"| `{name}` | {meaning}{where} |\n"


def _place(model: type[EventData]) -> str:
    if model is Presence:
        return "Retained, and the device's last will; outside the streams."
    return f"Stream: `{model.stream}`." if model.stream else "In the stream whose gap it explains."


def _data_kind(field: Mapping[str, Any]) -> str:
    if "$ref" in field:
        return "`left`, `top`, `right`, `bottom`: shares from 0 to 1"
    if field.get("type") == "object":
        return "numbers by name"
    return _kind(dict(field))


def _topics() -> Iterator[str]:
    yield TOPICS_INTRO
    document = asyncapi.document()
    named = {"device": "device", "fleet": "fleet", "command-centre": "command centre"}
    told = set[str]()
    for key, channel in document["channels"].items():
        of = {
            operation["action"]: named[operation["tags"][0]["name"]]
            for operation in document["operations"].values()
            if operation["channel"]["$ref"] == f"#/channels/{key}"
        }
        kind = key.removeprefix("north-").replace("-", ".")
        address = channel["address"].replace("{", "<").replace("}", ">")
        address = address.replace(kind, "<kind>") if kind in KINDS else address
        what = (
            "Events; each kind is in [events](events.md)." if "<kind>" in address else channel["description"]
        )
        if address not in told:
            yield f"| `{address}` | {of['send']} | {of['receive']} | {what} |\n"
            told.add(address)
    yield (
        f"\n`{topics.NORTH_ROOT}/#` is for the command centre's other systems, with certificates whose names "
        f"begin with `fleet-north-`; nothing under `{topics.ROOT}` is theirs to read. "
        "Snapshots do not travel over MQTT: a device puts them by HTTPS at "
        "`/snapshots/<device>/<sha256>`, and events carry the hash.\n"
    )


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or tell which differ. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="scripts/docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; tell which pages differ")
    check = parser.parse_args(arguments).check
    status = 0
    for path, text in pages().items():
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        if check:
            sys.stderr.write(f"{path.name} differs from the code: run scripts/docs\n")
            status = 1
        else:
            path.write_text(text, encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())
