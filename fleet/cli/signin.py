"""`fleet signin`: a one-time link into the console."""

import getpass
import json
import time
from typing import TYPE_CHECKING, Annotated

import typer

from fleet.access.roles import Role
from fleet.cli.language import _
from fleet.cli.options import Config, Json
from loket.lazily import lazily

if TYPE_CHECKING:
    from fleet import audit
    from fleet.access import secrets
    from fleet.cli import opened
    from fleet.store import engine
else:
    audit, secrets = lazily("fleet.audit"), lazily("fleet.access.secrets")
    opened, engine = lazily("fleet.cli.opened"), lazily("fleet.store.engine")

app = typer.Typer(rich_markup_mode=None)


@app.command(help=_("Print a link that signs a browser in to the console, once."))
def signin(
    *,
    config: Config,
    role: Annotated[
        Role,
        typer.Option(
            help=_(
                "viewer sees, operator commands, officer opens, data_officer also sees NIK and phone numbers."
            )
        ),
    ] = Role.VIEWER,
    name: Annotated[str | None, typer.Option(help=_("Whose link it is; default: your account."))] = None,
    minutes: Annotated[float, typer.Option(min=1, max=1440, help=_("How long the link holds."))] = 15,
    as_json: Json = False,
) -> None:
    principal = secrets.Principal(name=(name or getpass.getuser())[:64], role=role)
    now = time.time()
    with opened.opened(config) as (fleet, database), engine.writing(database) as connection:
        code = secrets.issue(
            connection, use=secrets.Use.LINK, principal=principal, now=now, lifetime_s=minutes * 60
        )
        audit.append(
            connection,
            audit.Action.LINK_MADE,
            actor=opened.operator(),
            subject=f"{principal.name} ({role})",
            now=now,
        )
    host = f"[{fleet.web.host}]" if ":" in fleet.web.host else fleet.web.host
    link = f"http://{host}:{fleet.web.port}/signin/{code}"
    if as_json:
        typer.echo(json.dumps({"link": link, "name": principal.name, "role": role, "minutes": minutes}))
        return
    typer.echo(link)
    typer.echo(
        _("It signs in {name} as {role}, once, within {minutes:g} minutes.").format(
            name=principal.name, role=role, minutes=minutes
        ),
        err=True,
    )
