"""`fleet serve`: the process of the console, the API and the devices' door."""

import os
import sys

import typer

from fleet.cli.language import _
from fleet.cli.options import Config

app = typer.Typer(rich_markup_mode=None)


@app.command(help=_("Serve the console, the API and the devices' door for pictures until told to stop."))
def serve(*, config: Config) -> None:
    # This process becomes the server: its libraries are no business of the commands, and its id stays.
    os.execv(  # noqa: S606
        sys.executable, [sys.executable, "-m", "fleet.web", "--config", str(config)]
    )
