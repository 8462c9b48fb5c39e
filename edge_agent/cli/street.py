"""`edge-agent street`: simulated streets, as a list, a contact sheet, or a video with its ground truth."""

import json
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from edge_agent.street import StreetError
from loket.files import write_atomically
from loket.lazily import lazily

if TYPE_CHECKING:
    from edge_agent.street import address, painter, truth
    from edge_agent.street import scenario as scenarios
    from edge_agent.street.export import recording
    from edge_agent.street.export import sheet as sheets
else:
    address, scenarios = lazily("edge_agent.street.address"), lazily("edge_agent.street.scenario")
    painter, truth = lazily("edge_agent.street.painter"), lazily("edge_agent.street.truth")
    recording, sheets = lazily("edge_agent.street.export.recording"), lazily("edge_agent.street.export.sheet")

app = typer.Typer(help="Simulated streets: showing them, recording them.", no_args_is_help=True)

TILES, MOST_TILES = 9, 36

Which = Annotated[str, typer.Argument(help="A scenario's name, or a .toml file.")]
Seed = Annotated[int, typer.Option(min=0, max=999_999_999, help="The same seed gives the same street.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("list")
def list_scenarios(*, as_json: AsJson = False) -> None:
    """Show every scenario, and which of them the detector was trained without."""
    try:
        found = {name: scenarios.load_scenario(name) for name in scenarios.names()}
    except StreetError as error:
        _fail(error)
    if as_json:
        keys = {"about", "held_out", "duration_s", "fps", "width", "height"}
        rows = [{"name": name} | each.model_dump(include=keys) for name, each in found.items()]
        typer.echo(json.dumps({"scenarios": rows}))
        return
    for name, each in found.items():
        held = "held out" if each.held_out else ""
        typer.echo(f"{name:<20} {each.duration_s:>5g} s  {held:<8}  {each.about}")


@app.command()
def render(
    scenario: Which,
    *,
    out: Annotated[Path, typer.Option(help="Folder to make: video.mp4, the ground truth, events.json.")],
    seed: Seed = 1,
    seconds: Annotated[
        float | None,
        typer.Option(min=0.1, max=7200, help="Only the first so many (default: all)."),
    ] = None,
    bitrate: Annotated[
        int | None,
        typer.Option(min=50, max=20_000, help="Kilobits a second (default: the scenario's, or enough)."),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(min=1, max=60, help="Frames a second (default: the scenario's)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Record a street as a video with its ground truth; who ends it early leaves nothing behind."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    chosen = _chosen(scenario, seed=seed, fps=fps, bitrate=bitrate)
    if seconds is not None and seconds > chosen.scenario.duration_s:
        _fail(f"{scenario} ends after {chosen.scenario.duration_s:g} s; ask for fewer --seconds", status=2)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    began = time.monotonic()
    try:
        street = painter.Street(chosen.scenario, seed=chosen.seed)
        with Progress(*columns, console=Console(stderr=True), disable=as_json) as bars:
            bar = bars.add_task(scenario, total=None)
            frames = recording.record(
                street,
                out,
                seconds=seconds,
                progress=lambda done, total: bars.update(bar, completed=done, total=total),
            )
    except (StreetError, ModuleNotFoundError) as error:
        _fail(error)
    took_s = time.monotonic() - began
    if as_json:
        told = {"folder": str(out), "frames": frames, "frames_per_s": round(frames / took_s, 1)}
        typer.echo(json.dumps(told))
    else:
        typer.echo(f"{out}: {frames} frames in {took_s:.1f} s, {frames / took_s:.0f} frames/s")


@app.command()
def show(
    scenario: Which,
    *,
    out: Annotated[Path, typer.Option(help="JPEG file to write.")],
    seed: Seed = 1,
    at: Annotated[
        list[float] | None,
        typer.Option(min=0, help="Second to show; may be repeated (default: nine, evenly spread)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw a contact sheet: pictures of a street with boxes, lines, zones, and what the camera suffers."""
    chosen = _chosen(scenario, seed=seed)
    shown = chosen.scenario
    if wrong := [second for second in at or [] if not 0 <= second < shown.duration_s]:
        _fail(f"--at {wrong[0]:g}: {scenario} lasts from 0 to {shown.duration_s:g} s", status=2)
    if len(at or []) > MOST_TILES:
        _fail(f"--at is given {len(at or [])} times; {MOST_TILES} at most", status=2)
    try:
        street = painter.Street(shown, seed=seed)
        seconds = at or sheets.spread(TILES, over_s=shown.duration_s)
        frames = [min(int(second * shown.fps + 1e-6), shown.frames - 1) for second in seconds]
        title = f"{scenario}, seed {seed}: {shown.about}"
        picture = sheets.sheet(street, truth.Truth(street), frames, title=title)
        write_atomically(out, sheets.jpeg(picture))
    except OSError as error:
        _fail(f"{out}: cannot be written: {error.strerror}")
    except (StreetError, ModuleNotFoundError) as error:
        _fail(error)
    typer.echo(json.dumps({"sheet": str(out), "frames": frames}) if as_json else str(out))


def _chosen(
    scenario: str, *, seed: int, fps: float | None = None, bitrate: int | None = None
) -> "address.Address":
    """The scenario with options of the command line applied, as a camera's address would have it."""
    options = {"seed": f"{seed}", "fps": fps and f"{fps:.3f}", "bitrate": bitrate and f"{bitrate}"}
    query = "&".join(f"{option}={value}" for option, value in options.items() if value)
    try:
        return address.parse_address(f"{address.SCHEME}{scenario}?{query}")
    except StreetError as error:
        _fail(error, status=2)


def _fail(error: Exception | str, *, status: int = 1) -> NoReturn:
    if isinstance(error, ModuleNotFoundError):
        error = f'{error.name} is not installed; pip install "loket[edge,street]"'
    typer.echo(f"edge-agent: {error}", err=True)
    raise typer.Exit(status)
