"""`edge-agent outbox`: what waits on this device."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from edge_agent.clock import SystemClock
from edge_agent.contract.streams import Stream
from edge_agent.device import load_device
from edge_agent.outbox import OutboxError
from edge_agent.outbox.limits import Limits
from edge_agent.outbox.snapshots import waiting_in
from edge_agent.outbox.store import snapshots_folder, stream_path
from edge_agent.outbox.stream import Status, StreamFile
from loket.settings import SettingsError

app = typer.Typer(help="What waits to be sent.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `status` a command of its own, although it is the only one."""


@app.command()
def status(
    config: Annotated[Path, typer.Option(help="The settings folder.")] = Path("/etc/loket"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell, by stream, how many events wait, and what became of the others."""
    try:
        device = load_device(config)
        found = {
            stream.value: _status(path, stream)
            for stream in Stream
            if (path := stream_path(device.data, stream)).exists()
        }
    except (SettingsError, OutboxError) as error:
        typer.echo(f"edge-agent: {error}", err=True)
        raise typer.Exit(2) from error
    snapshots = waiting_in(snapshots_folder(device.data))
    if as_json:
        streams = {name: asdict(each) for name, each in found.items()}
        typer.echo(json.dumps({"streams": streams, "snapshots": snapshots}))
        return
    for name, each in found.items():
        typer.echo(
            f"{name}: {each.rows} wait ({each.unsent} not sent yet, {each.bytes} bytes); of {each.appended} "
            f"ever, {each.settled} stored, {each.refused} refused, {each.evicted} given up for want of room"
        )
    typer.echo(f"snapshots: {snapshots} wait" if found else f"{device.data}: nothing was ever appended here")


def _status(path: Path, stream: Stream) -> Status:
    file = StreamFile(path, stream=stream, limits=Limits(), clock=SystemClock())
    try:
        return file.status()
    finally:
        file.close()
