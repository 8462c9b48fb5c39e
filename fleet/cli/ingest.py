"""`fleet ingest`: the process that stores what devices say."""

import typer

from fleet.cli.failure import Failed
from fleet.cli.language import _
from fleet.cli.opened import explained
from fleet.cli.options import Config
from fleet.ingest.app import IngestFailed, run
from fleet.settings import load_fleet
from loket import log

app = typer.Typer(rich_markup_mode=None)


@app.command(help=_("Store, acknowledge and republish what devices say, until it is told to stop."))
def ingest(*, config: Config) -> None:
    fleet = load_fleet(config)
    log.configure(unit="fleet-ingest")
    with explained():
        try:
            run(fleet)
        except IngestFailed as error:
            raise Failed(str(error)) from error
