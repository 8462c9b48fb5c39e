"""`edge-agent`: a device from the command line; one file per noun."""

import typer

from edge_agent.cli import camera, identity, models, outbox, replay, street

app = typer.Typer(
    help="This device: its identity, cameras and models, what waits to be sent; and streets to try it on.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(camera.app, name="camera")
app.add_typer(identity.app, name="identity")
app.add_typer(models.app, name="models")
app.add_typer(outbox.app, name="outbox")
app.add_typer(street.app, name="street")
app.command()(replay.replay)
