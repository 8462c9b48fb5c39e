"""`fleet`: the controller's commands, one file per noun."""

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The controller of a fleet of devices.")
