"""`edge-agent identity`: the device's key pair and its signing request."""

import json
from pathlib import Path
from typing import Annotated

import typer

from edge_agent.device import load_device
from edge_agent.identity import IdentityError, create_identity
from loket.settings import SettingsError

app = typer.Typer(help="The device's key pair.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `create` a command of its own, although it is the only one."""


@app.command()
def create(
    config: Annotated[Path, typer.Option(help="The settings folder.")] = Path("/etc/loket"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make device.key (it never leaves the device) and device.csr (for the fleet to sign)."""
    key, request = config / "device.key", config / "device.csr"
    try:
        device = load_device(config)
        create_identity(name=device.name, key=key, request=request)
    except (SettingsError, IdentityError) as error:
        typer.echo(f"edge-agent: {error}", err=True)
        raise typer.Exit(2) from error
    if as_json:
        typer.echo(json.dumps({"name": device.name, "key": str(key), "csr": str(request)}))
    else:
        typer.echo(
            f"made {key} and {request}\nnext, on the fleet: fleet device add {device.name} "
            f"--region {device.region} --csr {request.name} --certificate device.pem"
        )
