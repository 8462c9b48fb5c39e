"""`fleet refused`: messages that were kept aside."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from fleet.cli.language import _
from fleet.cli.opened import opened
from fleet.cli.options import Config, Json
from fleet.cli.printing import plain
from fleet.views import refused as view
from fleet.views.reading import reading

app = typer.Typer(rich_markup_mode=None)


@app.command(help=_("List messages that were kept aside with the reason, the newest first."))
def refused(
    *,
    config: Config,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help=_("How many."))] = 50,
    as_json: Json = False,
) -> None:
    with opened(config) as (_fleet, engine), reading(engine) as connection:
        found = view.newest(connection, limit=limit)
    if as_json:
        typer.echo(json.dumps([asdict(message) for message in found]))
        return
    if not found:
        typer.echo(_("Nothing was refused."))
    for message in found:
        at = datetime.fromtimestamp(message.received_at, UTC).isoformat(timespec="seconds")
        typer.echo(plain(f"{at}  {message.topic}  {message.bytes} B  {message.reason}"))
