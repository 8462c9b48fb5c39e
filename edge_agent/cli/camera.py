"""`edge-agent camera`: a camera checked, its zones and lines shown, and drawn on a page."""

import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from edge_agent.outbox import OutboxError
from edge_agent.vision import VisionError
from loket.files import write_atomically
from loket.lazily import lazily
from loket.settings import SettingsError

if TYPE_CHECKING:
    from edge_agent.vision.calibration import serve as server
    from edge_agent.vision.drawing import files
    from edge_agent.vision.inspection import check as checks
    from edge_agent.vision.inspection import eyes, kit, report, subject
    from edge_agent.vision.settings import CameraSettings
else:
    server = lazily("edge_agent.vision.calibration.serve")
    checks = lazily("edge_agent.vision.inspection.check")
    eyes, kit = lazily("edge_agent.vision.inspection.eyes"), lazily("edge_agent.vision.inspection.kit")
    subject, files = lazily("edge_agent.vision.inspection.subject"), lazily("edge_agent.vision.drawing.files")

app = typer.Typer(help="Cameras: checking them, and what is drawn over them.", no_args_is_help=True)

SECONDS = 5.0
PORT = 8704
_STEPS = {"opening": "connecting", "waiting": "waiting for a picture", "measuring": "measuring"}

Config = Annotated[Path, typer.Option(help="The settings folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def check(
    camera: Annotated[
        str | None,
        typer.Argument(help="A name in vision.toml, or an address (default: every camera of vision.toml)."),
    ] = None,
    *,
    seconds: Annotated[float, typer.Option(min=0.5, max=60, help="How long to measure.")] = SECONDS,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the annotated pictures (default: none is kept).")
    ] = None,
    credentials: Annotated[
        Path | None, typer.Option(help="File with user:password, for an address; only its owner may read it.")
    ] = None,
    config: Config = Path("/etc/loket"),
    as_json: AsJson = False,
) -> None:
    """Open cameras and tell what they give: size, rate, key frames, exposure, and what is wrong.

    Exit status 1 if one gives no picture.
    """
    try:
        held = kit.kit_in(config)
        cameras = subject.chosen(held.settings, camera, credentials=credentials)
    except (SettingsError, VisionError) as error:
        _fail(error, status=2)
    told: list[dict[str, object]] = []
    faults = 0
    for each in cameras:
        try:
            found, why = _checked(each, held, seconds=seconds, quiet=as_json)
            picture = _kept(found, out)
        except VisionError as error:
            faults += 1
            told.append({"camera": each.name, "ok": False, "error": str(error)})
            if not as_json:
                typer.echo(f"edge-agent: {error}", err=True)
            continue
        told.append(found.as_json() | {"picture": picture and str(picture)})
        if not as_json:
            _show(found, picture, why)
    if as_json:
        typer.echo(json.dumps({"cameras": told}))
    if faults:
        raise typer.Exit(1)


@app.command()
def draw(
    camera: Annotated[
        str | None, typer.Argument(help="A name in vision.toml (default: the only one).")
    ] = None,
    *,
    out: Annotated[Path | None, typer.Option(help="PNG file to write (default: NAME.png).")] = None,
    config: Config = Path("/etc/loket"),
    as_json: AsJson = False,
) -> None:
    """Draw a camera's zones, lines and masks over its picture, heads covered."""
    try:
        held = kit.kit_in(config)
        chosen = _only(subject.chosen(held.settings, camera))
        detector, _ = held.detector_for(chosen)
        with _bars(quiet=as_json) as bars:
            measured = checks.measure(chosen, seconds=1.0, progress=_shown_on(bars, chosen.name))
        assert measured.image is not None  # noqa: S101 - `measure` raises otherwise
        covered = eyes.Eyes(detector, chosen).look(measured.image).covered
        path = out or Path(f"{chosen.name}.png")
        _write(path, files.png(checks.with_places(chosen, covered)))
    except SettingsError as error:
        _fail(error, status=2)
    except VisionError as error:
        _fail(error)
    if as_json:
        typer.echo(json.dumps({"camera": chosen.name, "picture": str(path)}))
    else:
        typer.echo(str(path))


@app.command()
def calibrate(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="TCP port on this device; 0: any.")] = PORT,
    config: Config = Path("/etc/loket"),
    as_json: AsJson = False,
) -> None:
    """Serve a page on this device alone, on which zones, lines and masks are drawn and saved.

    From elsewhere it is reached through SSH. It ends with Ctrl-C, or half an hour after its last use.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # uvicorn raises what it caught again once it has stopped

    def ready(address: str) -> None:
        typer.echo(json.dumps({"address": address}) if as_json else _way_in(address))

    try:
        server.serve(config, port=port, ready=ready)
    except SettingsError as error:
        _fail(error, status=2)
    except (VisionError, OutboxError) as error:
        _fail(error)


def _way_in(address: str) -> str:
    port = address.partition("/?")[0].rpartition(":")[2]
    return (
        f"open in a browser on this device, once: {address}\n"
        f"from elsewhere, first: ssh -L {port}:127.0.0.1:{port} USER@THIS-DEVICE\n"
        "Ctrl-C ends it"
    )


def _only(cameras: "list[CameraSettings]") -> "CameraSettings":
    if len(cameras) > 1:
        names = ", ".join(camera.name for camera in cameras)
        raise VisionError(f"there are several cameras; name one of them: {names}")
    return cameras[0]


def _checked(
    camera: "CameraSettings", held: "kit.Kit", *, seconds: float, quiet: bool
) -> "tuple[report.Report, str]":
    detector, why = held.detector_for(camera)
    with _bars(quiet=quiet) as bars:
        found = checks.check(
            camera, eyes.Eyes(detector, camera), seconds=seconds, progress=_shown_on(bars, camera.name)
        )
    return found, why


def _kept(found: "report.Report", folder: Path | None) -> Path | None:
    if folder is None:
        return None
    path = folder / f"{found.camera.name}.png"
    _write(path, files.png(checks.annotated(found)))
    return path


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    except OSError as error:
        raise VisionError(f"{path}: cannot be written: {error.strerror}; name another with --out") from error


def _show(found: "report.Report", picture: Path | None, why: str) -> None:
    console = Console()
    table = Table(title=f"Camera {found.camera.name}", title_justify="left", show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for what, how in found.rows():
        table.add_row(what, how)
    if why:
        table.add_row("no detector", why)
    if picture is not None:
        table.add_row("picture", str(picture))
    console.print(table)
    for line in found.advice:
        console.print(f"[yellow]![/] {line}", highlight=False, soft_wrap=True)
    if not found.advice:
        console.print("[green]all is well[/]")


def _bars(*, quiet: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True)


def _shown_on(bars: Progress, name: str) -> "checks.Progress":
    bar = bars.add_task(name, total=1.0)

    def progress(step: str, share: float) -> None:
        bars.update(bar, description=f"{name}: {_STEPS[step]}", completed=share)

    return progress


def _fail(error: Exception, *, status: int = 1) -> NoReturn:
    typer.echo(f"edge-agent: {error}", err=True)
    raise typer.Exit(status)
