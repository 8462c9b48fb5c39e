"""`fleet submissions`: what citizens filed; their words only by opening one, which is recorded."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fleet.cli.failure import Failed
from fleet.cli.language import LANGUAGE, TRANSLATIONS, _
from fleet.cli.options import Config, Json, Limit
from loket.lazily import lazily

if TYPE_CHECKING:
    from fleet import intake, opening
    from fleet.cli import opened, printing
    from fleet.console import localtime, words
    from fleet.views import reading
    from fleet.views import submissions as view
    from loket import files
else:
    intake, opening = lazily("fleet.intake"), lazily("fleet.opening")
    opened, printing = lazily("fleet.cli.opened"), lazily("fleet.cli.printing")
    localtime, words = lazily("fleet.console.localtime"), lazily("fleet.console.words")
    files = lazily("loket.files")
    reading, view = lazily("fleet.views.reading"), lazily("fleet.views.submissions")

app = typer.Typer(rich_markup_mode=None)


@app.command(help=_("List what citizens filed, the newest first; with --open, show the words of one."))
def submissions(
    *,
    config: Config,
    open_: Annotated[
        str | None,
        typer.Option(
            "--open", metavar="UUID", help=_("Open this one: needs the intake key, and is recorded.")
        ),
    ] = None,
    unmasked: Annotated[
        bool,
        typer.Option("--unmasked", help=_("Show NIK and telephone numbers too; recorded by itself.")),
    ] = False,
    document: Annotated[
        Path | None,
        typer.Option(
            "--document",
            metavar="FILE",
            help=_("Write the opened document to FILE as it was filed, for the citizen and their receipt."),
        ),
    ] = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    with opened.opened(config) as (fleet, engine):
        if open_ is not None:
            key = intake.Intake(fleet.layout.intake_key)
            by = opened.operator()
            try:
                if document is not None:
                    content = opening.open_document(engine, key, open_, by=by, now=time.time())
                    files.write_atomically(document, content, mode=0o600)
                    return
                words_of = opening.open_submission(
                    engine, key, open_, by=by, now=time.time(), unmasked=unmasked
                )
            except (opening.NotFound, opening.Unopened) as error:
                raise Failed(str(error)) from error
            _show_opened(words_of, as_json=as_json)
            return
        with reading.reading(engine) as connection:
            found = view.newest(connection, limit=limit)
    if as_json:
        printing.show_json(found)
    elif not found:
        typer.echo(_("Nothing has been filed yet."))
    else:
        columns = [_("Filed"), _("Service"), _("Device"), _("Number"), _("State")]
        printing.show_table(columns, [_row(submission) for submission in found])


def _row(submission: "view.SubmissionView") -> list[str]:
    said = words.Words(LANGUAGE, TRANSLATIONS)
    at = localtime.local(submission.time, region=submission.region)
    state = _("opened by %(name)s") % {"name": submission.opened_by} if submission.opened_by else _("sealed")
    clock = f"{at:%Y-%m-%d %H:%M:%S} {at.tzname()}"
    return [clock, said.service(submission.service), submission.device, submission.submission, state]


def _show_opened(submission: "intake.Opened", *, as_json: bool) -> None:
    if as_json:
        printing.show_json(submission)
        return
    said = words.Words(LANGUAGE, TRANSLATIONS)
    typer.echo(said.category(submission.category or "") or _("What was written"))
    for line in (submission.text or "").splitlines():
        typer.echo(f"  {printing.plain(line)}")
    typer.echo(f"{_('Contact')}: {printing.plain(submission.contact or _('none given'))}")
