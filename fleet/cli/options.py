"""Options that many commands have."""

from pathlib import Path
from typing import Annotated

import typer

from fleet.cli.language import _

Config = Annotated[
    Path,
    typer.Option(
        "--config", envvar="LOKET_FLEET", help=_("The controller's fleet.toml, or the folder that holds it.")
    ),
]

Json = Annotated[bool, typer.Option("--json", help=_("Print JSON."))]

Limit = Annotated[int, typer.Option(min=1, max=500, help=_("How many."))]
