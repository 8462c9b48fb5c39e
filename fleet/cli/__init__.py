"""`fleet`: the controller's commands, one file per noun.

Exit status: 0 done; 1 refused, not found or failed; 2 a mistake in the command or in the settings.
"""

from typing import Annotated

import typer

from fleet.cli.language import LANGUAGE, _
from fleet.cli.nouns import Nouns

app = typer.Typer(
    cls=Nouns,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help starts in half the time
    help=_("The controller of a fleet of devices."),
)


@app.callback()
def _root(
    lang: Annotated[
        str, typer.Option(metavar="id|en", help=_("Language; may stand anywhere (or LOKET_LANG, LANG)."))
    ] = LANGUAGE,
) -> None:
    """Take what holds for every command; `Nouns` has used `lang` already."""
