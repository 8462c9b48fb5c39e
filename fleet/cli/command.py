"""`fleet command`: tell a device to do something."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from fleet.access.roles import Role
from fleet.cli.failure import Failed
from fleet.cli.language import LANGUAGE, TRANSLATIONS, _
from fleet.cli.options import Config, Json
from loket.lazily import lazily

if TYPE_CHECKING:
    from fleet.access import secrets
    from fleet.cli import opened, pictures, printing
    from fleet.console import words
    from fleet.store import engine
    from fleet.views import commands, reading
else:
    secrets, opened = lazily("fleet.access.secrets"), lazily("fleet.cli.opened")
    pictures, printing = lazily("fleet.cli.pictures"), lazily("fleet.cli.printing")
    words, engine = lazily("fleet.console.words"), lazily("fleet.store.engine")
    commands, reading = lazily("fleet.views.commands"), lazily("fleet.views.reading")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

POLL_S = 0.2


@app.command(help=_("Have a camera take a picture, heads pixelated, and send it."))
def snapshot(
    device: Annotated[str, typer.Argument(help=_("The device's name."))],
    camera: Annotated[str, typer.Argument(help=_("The camera's name, such as camera-1."))],
    *,
    config: Config,
    expires: Annotated[float, typer.Option(min=1, max=86_400, help=_("Void after so many seconds."))] = 120,
    wait: Annotated[
        float, typer.Option(min=0, max=3600, help=_("Wait so many seconds for the outcome."))
    ] = 0,
    as_json: Json = False,
) -> None:
    by = secrets.Principal(name=opened.operator(), role=Role.OPERATOR)
    with opened.opened(config) as (_fleet, database):
        try:
            action = pictures.action(camera)
            with engine.writing(database) as connection:
                command = commands.give(
                    connection, action, device=device, by=by, now=time.time(), expires_after_s=expires
                )
        except commands.NotGiven as error:
            raise Failed(str(error)) from error
        deadline = time.monotonic() + wait
        while True:
            with reading.reading(database) as connection:
                found = commands.find(connection, command)
            if found is None or found.outcome is not None or time.monotonic() >= deadline:
                break
            time.sleep(POLL_S)
    _show(found, as_json=as_json, waited=wait > 0)


@app.command("list", help=_("List the latest commands and what became of each."))
def list_(
    *,
    config: Config,
    device: Annotated[str | None, typer.Option(help=_("Of this device only."))] = None,
    as_json: Json = False,
) -> None:
    with opened.opened(config) as (_fleet, database), reading.reading(database) as connection:
        found = commands.newest(connection, device=device)
    if as_json:
        printing.show_json(found)
        return
    columns = [_("Number"), _("Device"), _("Command"), _("State")]
    rows = [[one.id, one.device, " ".join(one.action.values()), _state(one)] for one in found]
    printing.show_table(columns, rows)


def _show(command: "commands.CommandView | None", *, as_json: bool, waited: bool) -> None:
    if command is None:
        raise Failed(_("the command is gone"))
    if as_json:
        printing.show_json(command)
    else:
        typer.echo(f"{command.id}  {_state(command)}")
    if waited and command.outcome != "done":
        raise typer.Exit(1)


def _state(command: "commands.CommandView") -> str:
    if command.outcome is not None:
        said = words.Words(LANGUAGE, TRANSLATIONS).outcome(command.outcome)
        return f"{said}: {command.reason}" if command.reason else said
    return _("given, no answer yet") if command.published_at is not None else _("waits to be given")
