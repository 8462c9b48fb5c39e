"""`fleet init`: make the controller's folder."""

import json
from pathlib import Path
from typing import Annotated

import typer

from fleet.cli.language import _
from fleet.cli.opened import explained
from fleet.init import Plan, initialise
from fleet.settings import Fleet

app = typer.Typer(rich_markup_mode=None)


@app.command()
def init(
    *,
    data: Annotated[Path, typer.Option(help=_("The folder; what is there already stays."))],
    region: Annotated[list[str] | None, typer.Option(help=_("A region's code; may be repeated."))] = None,
    host: Annotated[
        str, typer.Option(help=_("The address on which devices reach this machine."))
    ] = "127.0.0.1",
    port_base: Annotated[
        int, typer.Option(min=1, max=65532, help=_("Console; the broker is +2, the devices' door +3."))
    ] = 8700,
    name: Annotated[
        list[str] | None, typer.Option(help=_("A further name of this machine in its certificate."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))] = False,
) -> None:
    """Make keys, the certificate authority, broker settings and database; safe to run again."""
    plan = Plan(
        data=data, regions=region or ["17.07"], port_base=port_base, host=host, names=tuple(name or ())
    )
    with explained():
        fleet = initialise(plan)
    layout = fleet.layout
    if as_json:
        typer.echo(json.dumps(_described(fleet)))
        return
    typer.echo(_("Ready: {folder}").format(folder=layout.folder))
    typer.echo(_("Broker: mosquitto -c {file}").format(file=layout.broker_settings))
    typer.echo(_("Ingest: fleet ingest --config {file}").format(file=layout.settings))
    typer.echo(_("Console: fleet serve --config {file}").format(file=layout.settings))


def _described(fleet: Fleet) -> dict[str, object]:
    layout = fleet.layout
    return {
        "data": str(layout.folder),
        "settings": str(layout.settings),
        "broker_settings": str(layout.broker_settings),
        "root_certificate": str(layout.root_certificate),
        "statement_key": str(layout.statement_public_key),
        "intake_key": str(layout.intake_public_key),
        "regions": list(fleet.regions),
    }
