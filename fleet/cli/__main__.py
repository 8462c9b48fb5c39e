"""`python -m fleet.cli`."""

from fleet.cli import app

app(prog_name="fleet")
