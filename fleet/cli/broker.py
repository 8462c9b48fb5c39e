"""`fleet broker`: what the broker is told."""

import json
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.serialization import Encoding

from fleet.broker.acl import READER_PREFIX
from fleet.cli.failure import Failed
from fleet.cli.language import _
from fleet.cli.opened import opened
from fleet.cli.options import Config, Json
from fleet.enrolment import update_broker
from fleet.identity.authority import Validity, load_authority
from fleet.identity.keys import write_certificate_key
from loket.files import write_atomically

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command(help=_("Write the list of who may say what anew, and have the broker read it."))
def reload(*, config: Config, as_json: Json = False) -> None:
    with opened(config) as (fleet, engine):
        told = update_broker(fleet, engine)
    if as_json:
        typer.echo(json.dumps({"broker_told": told}))
    else:
        typer.echo(_("The broker was told.") if told else _("Written; the broker does not run."))


@app.command(help=_("Make a key and certificate for a system that reads northbound events."))
def reader(
    name: Annotated[str, typer.Argument(help=_("The system's name, such as dashboard."))],
    *,
    config: Config,
    out: Annotated[Path, typer.Option(help=_("The folder for its key and certificate."))],
    days: Annotated[float, typer.Option(min=0.001, max=3650, help=_("How long it holds."))] = 365,
    as_json: Json = False,
) -> None:
    full = READER_PREFIX + name
    if not name or len(full) > 63 or not set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-"):
        raise Failed(_('"{name}": a name has a-z, 0-9 and "-" only').format(name=name), status=2)
    with opened(config) as (fleet, engine):
        layout = fleet.layout
        authority = load_authority(certificate=layout.root_certificate, key=layout.root_key)
        out.mkdir(parents=True, exist_ok=True)
        key = write_certificate_key(out / f"{full}.key")
        certificate = authority.issue_to_client(
            key.public_key(), name=full, validity=Validity.days(days)
        ).public_bytes(Encoding.PEM)
        write_atomically(out / f"{full}.pem", certificate)
        write_atomically(layout.readers / f"{full}.pem", certificate)
        update_broker(fleet, engine)
    if as_json:
        typer.echo(json.dumps({"name": full, "key": f"{out / full}.key", "certificate": f"{out / full}.pem"}))
    else:
        typer.echo(
            _("{name}: may read northbound events; its key is in {folder}").format(name=full, folder=out)
        )
