"""`fleet events`: what devices told."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from fleet.cli.failure import Failed
from fleet.cli.language import LANGUAGE, TRANSLATIONS, _
from fleet.cli.options import Config, Json, Limit
from loket.lazily import lazily

if TYPE_CHECKING:
    from fleet.cli import opened, printing
    from fleet.console import localtime, words
    from fleet.views import events as view
    from fleet.views import reading
else:
    opened, printing = lazily("fleet.cli.opened"), lazily("fleet.cli.printing")
    localtime, words = lazily("fleet.console.localtime"), lazily("fleet.console.words")
    view, reading = lazily("fleet.views.events"), lazily("fleet.views.reading")

app = typer.Typer(rich_markup_mode=None)

POLL_S = 0.5


@app.command(help=_("List what devices told, the newest last."))
def events(
    *,
    config: Config,
    device: Annotated[str | None, typer.Option(help=_("Of this device only."))] = None,
    region: Annotated[str | None, typer.Option(help=_("Of this region only, such as 17.07."))] = None,
    kind: Annotated[
        str | None, typer.Option(help=_('Of this kind only; ending with a dot, of a group: "vision.".'))
    ] = None,
    since: Annotated[str | None, typer.Option(help=_("Happened at or after (ISO 8601)."))] = None,
    until: Annotated[str | None, typer.Option(help=_("Happened before (ISO 8601)."))] = None,
    after: Annotated[int | None, typer.Option(min=0, help=_("Stored after this position."))] = None,
    limit: Limit = 50,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help=_("Go on with what comes; Ctrl-C ends."))
    ] = False,
    as_json: Json = False,
) -> None:
    which = view.Filter(
        device=device,
        region=region,
        kind=kind,
        since=_instant(since, "--since"),
        until=_instant(until, "--until"),
    )
    with opened.opened(config) as (_fleet, engine):
        with reading.reading(engine) as connection:
            if after is not None:
                found = view.stored_after(connection, after, which=which, limit=limit)
            else:
                found = view.stored_before(connection, None, which=which, limit=limit)[::-1]
            end = max([view.newest_position(connection) if after is None else after, *_positions(found)])
        if not follow:
            _show(found, as_json=as_json)
            return
        _show_each(found, as_json=as_json)
        while True:
            time.sleep(POLL_S)
            with reading.reading(engine) as connection:
                found = view.stored_after(connection, end, which=which, limit=view.LIMIT_MAX)
            end = max([end, *_positions(found)])
            _show_each(found, as_json=as_json)


def _positions(found: "list[view.Event]") -> list[int]:
    return [event.position for event in found]


def _instant(text: str | None, option: str) -> float | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Failed(
            _('{option}: "{text}" is no ISO 8601 time, such as 2026-08-17T09:00+07:00').format(
                option=option, text=text
            ),
            status=2,
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _show(found: "list[view.Event]", *, as_json: bool) -> None:
    """All at once: an array, or a table."""
    if as_json:
        printing.show_json(found)
        return
    if not found:
        typer.echo(_("No events."))
        return
    columns = [_("Position"), _("Time"), _("Device"), _("Event"), _("Kind")]
    printing.show_table(columns, [_row(event) for event in found])


def _show_each(found: "list[view.Event]", *, as_json: bool) -> None:
    """One a line, for as long as they come."""
    for event in found:
        if as_json:
            printing.show_json(event)
        else:
            typer.echo("  ".join(printing.plain(cell) for cell in _row(event)))


def _row(event: "view.Event") -> list[str]:
    said = words.Words(LANGUAGE, TRANSLATIONS)
    at = localtime.local(event.time, region=event.region)
    clock = f"{at:%Y-%m-%d %H:%M:%S} {at.tzname()}"
    trusted = clock if event.clock_trusted else f"{clock} ({_('clock not trusted')})"
    return [str(event.position), trusted, event.device, said.title(event), event.kind]
