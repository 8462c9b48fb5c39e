"""The table of nouns: a noun's module is imported when it is used, so that `fleet --help` is instant."""

import importlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

from fleet.cli.failure import Failed
from fleet.cli.language import _, without_language
from loket.lazily import lazily

if TYPE_CHECKING:
    from fleet.cli import mistakes
else:
    mistakes = lazily("fleet.cli.mistakes")

NOUNS: dict[str, str] = {
    "init": _("Make the controller's folder: keys, broker settings, database."),
    "device": _("Add, list and show devices."),
    "broker": _("Look after the broker's list of who may say what."),
    "ingest": _("Run the process that stores what devices say."),
    "serve": _("Run the console, the API and the devices' door for pictures."),
    "events": _("List what devices told."),
    "submissions": _("List what citizens filed; open one."),
    "receipts": _("Write what others need to verify kiosks' receipts."),
    "refused": _("List messages that were kept aside, with the reason."),
    "command": _("Give a device a command."),
    "signin": _("Print a one-time link that signs a browser in to the console."),
    "token": _("Make, list and revoke tokens of the API."),
    "audit": _("List what operators did."),
}
"""Every noun, with its help. A new noun is one file in this folder, with an `app`, and its line here."""


_SHELL_OPTIONS = {"install_completion", "show_completion"}
"""What Typer adds to a module with one command; completion belongs to the root."""


class Nouns(TyperGroup):
    """The root command: knows every noun's name and help, and loads the one that is called."""

    def __init__(self, **attributes: Any) -> None:
        """Take what Typer gives a group."""
        super().__init__(**attributes)
        for noun, told in NOUNS.items():
            self.add_command(TyperCommand(name=noun, help=told))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the noun by its name, then load its module."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in NOUNS:
            noun: typer.Typer = importlib.import_module(f"fleet.cli.{name}").app
            command = typer.main.get_command(noun)
            command.params = [option for option in command.params if option.name not in _SHELL_OPTIONS]
        return name, command, rest

    def main(self, args: Sequence[str] | None = None, **how: Any) -> Any:  # type: ignore[override]
        """Take --lang in any place, and tell a person's mistake in one line instead of a traceback."""
        given = sys.argv[1:] if args is None else list(args)
        try:
            return super().main(args=without_language(given), **how)
        except Failed as error:
            failed = error
        except Exception as error:  # the outermost place of every command
            told = mistakes.told(error)
            if told is None:
                raise
            failed = told
        typer.echo(f"fleet: {failed}", err=True)
        sys.exit(failed.status)
