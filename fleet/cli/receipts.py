"""`fleet receipts`: what others need to verify the receipts that kiosks give."""

import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fleet.cli.language import _
from fleet.cli.options import Config, Json
from loket.lazily import lazily

if TYPE_CHECKING:
    from fleet.cli import opened, printing
    from fleet.receipts import keys
    from fleet.receipts import trust as trusting
    from fleet.views import reading
    from loket import files
else:
    opened, printing = lazily("fleet.cli.opened"), lazily("fleet.cli.printing")
    keys, trusting = lazily("fleet.receipts.keys"), lazily("fleet.receipts.trust")
    reading, files = lazily("fleet.views.reading"), lazily("loket.files")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _root() -> None:
    """Keep `trust` a command of its own."""


@app.command(help=_("Write the trust file, by which anybody verifies receipts without a network."))
def trust(
    *,
    config: Config,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=_("The file to write."))],
    as_json: Json = False,
) -> None:
    with opened.opened(config) as (fleet, database):
        root = keys.read_root(fleet.layout.root_certificate)
        with reading.reading(database) as connection:
            found = keys.every(connection)
        document = trusting.trust(found, root=root, pages=fleet.receipts.pages, now=time.time())
        content = trusting.to_text(document).encode()
        files.write_atomically(out, content)
    sha256 = hashlib.sha256(content).hexdigest()
    if as_json:
        printing.show_json({"file": str(out), "keys": len(found), "sha256": sha256})
    else:
        typer.echo(_("{count} keys in {file}, SHA-256 {sha256}").format(
            count=len(found), file=out, sha256=sha256
        ))  # fmt: skip
