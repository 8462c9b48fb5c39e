"""`fleet token`: secrets of systems that use the API, and of people."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from fleet.access.roles import Role
from fleet.cli.failure import Failed
from fleet.cli.language import LANGUAGE, TRANSLATIONS, _
from fleet.cli.options import Config, Json
from loket.lazily import lazily

if TYPE_CHECKING:
    from fleet import audit
    from fleet.access import secrets
    from fleet.cli import opened, printing
    from fleet.console import words
    from fleet.store import engine
    from fleet.views import reading
else:
    audit, secrets = lazily("fleet.audit"), lazily("fleet.access.secrets")
    opened, printing = lazily("fleet.cli.opened"), lazily("fleet.cli.printing")
    words, engine = lazily("fleet.console.words"), lazily("fleet.store.engine")
    reading = lazily("fleet.views.reading")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command(help=_("Make a token of the API and print it; it is shown this once."))
def new(
    *,
    config: Config,
    name: Annotated[str, typer.Option(help=_("Whose token it is, such as dashboard."))],
    role: Annotated[
        Role,
        typer.Option(
            help=_(
                "viewer sees, operator commands, officer opens, data_officer also sees NIK and phone numbers."
            )
        ),
    ] = Role.VIEWER,
    days: Annotated[float, typer.Option(min=0.001, max=3650, help=_("How long it holds."))] = 90,
    as_json: Json = False,
) -> None:
    principal = secrets.Principal(name=name[:64], role=role)
    now = time.time()
    with opened.opened(config) as (_fleet, database), engine.writing(database) as connection:
        token = secrets.issue(
            connection, use=secrets.Use.TOKEN, principal=principal, now=now, lifetime_s=days * 86_400
        )
        audit.append(
            connection,
            audit.Action.TOKEN_MADE,
            actor=opened.operator(),
            subject=f"{principal.name} ({role})",
            now=now,
        )
    if as_json:
        printing.show_json({"token": token, "name": principal.name, "role": role, "days": days})
    else:
        typer.echo(token)


@app.command("list", help=_("List tokens, sign-in links and sessions in force; never the secrets."))
def list_(*, config: Config, as_json: Json = False) -> None:
    with opened.opened(config) as (_fleet, database), reading.reading(database) as connection:
        found = secrets.every(connection, now=time.time())
    if as_json:
        printing.show_json(found)
        return
    said = words.Words(LANGUAGE, TRANSLATIONS)
    columns = [_("Use"), _("Name"), _("Role"), _("Until")]
    rows = [[one.use, one.name, said.role(one.role), _until(one.expires_at)] for one in found]
    printing.show_table(columns, rows)


@app.command(help=_("End everything that somebody holds: tokens, sign-in links and sessions."))
def revoke(
    name: Annotated[str, typer.Argument(help=_("Whose, as listed."))],
    *,
    config: Config,
    as_json: Json = False,
) -> None:
    with opened.opened(config) as (_fleet, database), engine.writing(database) as connection:
        count = secrets.revoke(connection, name)
        if count:
            action = audit.Action.TOKEN_REVOKED
            audit.append(connection, action, actor=opened.operator(), subject=name, now=time.time())
    if not count:
        raise Failed(_('"{name}" holds nothing (see: fleet token list)').format(name=name))
    if as_json:
        printing.show_json({"name": name, "revoked": count})
    else:
        typer.echo(_("{count} revoked.").format(count=count))


def _until(at: float | None) -> str:
    return "–" if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="minutes")
