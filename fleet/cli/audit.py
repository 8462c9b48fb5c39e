"""`fleet audit`: what operators did."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from fleet.cli.language import _
from fleet.cli.options import Config, Json, Limit
from loket.lazily import lazily

if TYPE_CHECKING:
    from fleet import audit as record
    from fleet.cli import opened, printing
    from fleet.views import reading
else:
    record, reading = lazily("fleet.audit"), lazily("fleet.views.reading")
    opened, printing = lazily("fleet.cli.opened"), lazily("fleet.cli.printing")

app = typer.Typer(rich_markup_mode=None)


@app.command(help=_("List what operators did, the newest first."))
def audit(*, config: Config, limit: Limit = 50, as_json: Json = False) -> None:
    with opened.opened(config) as (_fleet, database), reading.reading(database) as connection:
        found = record.newest(connection, limit=limit)
    if as_json:
        printing.show_json(found)
        return
    columns = [_("Time"), _("Who"), _("What"), _("Of what")]
    rows = [
        [
            datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="seconds"),
            entry.actor,
            entry.action,
            entry.subject,
        ]
        for entry in found
    ]
    printing.show_table(columns, rows)
