"""`edge-agent replay`: what a detector found in footage, recorded, and followed anew."""

import contextlib
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from edge_agent.model_store import ModelError
from edge_agent.vision import VisionError
from loket.lazily import lazily
from loket.settings import SettingsError

if TYPE_CHECKING:
    from edge_agent.vision.inspection import kit, subject
    from edge_agent.vision.replay import footage, play, record, recording, session
    from edge_agent.vision.settings import CameraSettings
else:
    kit, subject = lazily("edge_agent.vision.inspection.kit"), lazily("edge_agent.vision.inspection.subject")
    footage = lazily("edge_agent.vision.replay.footage")
    play, record = lazily("edge_agent.vision.replay.play"), lazily("edge_agent.vision.replay.record")
    recording, session = (
        lazily("edge_agent.vision.replay.recording"),
        lazily("edge_agent.vision.replay.session"),
    )

File = Annotated[
    str, typer.Argument(metavar="FILE", help="A recording, a video, or any address of a camera.")
]


def replay(
    file: File,
    *,
    camera: Annotated[
        str | None,
        typer.Option(help="Whose settings to use, by name (default: the recording's, or the only one)."),
    ] = None,
    detections: Annotated[
        Path | None, typer.Option(help="File to record what the detector finds in a video (JSON lines).")
    ] = None,
    events: Annotated[Path | None, typer.Option(help="File for the events (JSON lines).")] = None,
    video: Annotated[Path | None, typer.Option(help="Annotated MP4 file, heads covered.")] = None,
    footage_: Annotated[
        str | None, typer.Option("--footage", help="The video of a recording, for --video.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Only the first so many (a live camera needs it).")
    ] = None,
    began: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M:%S%z"],
            help="When the video was made, such as 2026-08-17T08:00:00+0700: rules with hours need it.",
        ),
    ] = None,
    config: Annotated[Path, typer.Option(help="The settings folder.")] = Path("/etc/loket"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Follow what a detector finds in footage, with a camera's zones, lines and rules.

    From a video, `--detections` records what was found; from such a recording, the same settings give the
    same events, byte for byte, and other settings show what they would have made of it.
    """
    outputs = session.Outputs(detections, events, video)
    try:
        held = kit.kit_in(config)
        if recording.is_recording(Path(file)):
            summary, notes = _again(
                Path(file), held, camera=camera, of=footage_, outputs=outputs, quiet=as_json
            )
        else:
            summary, notes = _first(
                file, held, camera=camera, seconds=seconds, began=began, outputs=outputs, quiet=as_json
            )
    except SettingsError as error:
        _fail(error, status=2)
    except (VisionError, ModelError) as error:
        _fail(error)
    _tell(file, summary, notes, outputs, as_json=as_json)


def _first(
    file: str,
    held: "kit.Kit",
    *,
    camera: str | None,
    seconds: float | None,
    began: datetime | None,
    outputs: "session.Outputs",
    quiet: bool,
) -> "tuple[session.Summary, list[str]]":
    """Look at footage."""
    if camera is None and held.settings is not None and file in [c.name for c in held.settings.cameras]:
        chosen = subject.chosen(held.settings, file)[0]
    else:
        named = subject.chosen(None, file)[0]
        subject.opener(named)  # a file that is not there is told of before anything else
        source = named.source
        chosen = _settings(held, camera).model_copy(
            update={"source": source, "loop": False, "credentials": None}
        )
    if seconds is None and footage.is_live(chosen.source):
        raise VisionError(f"{file}: is a live camera, which has no end; say how long: --seconds 60")
    recorder = record.Recorder(
        chosen, held.load_detector(chosen), manifest=held.manifest_for(chosen), began=began
    )

    def parts() -> "tuple[recording.Header, play.Player]":
        assert recorder.header is not None  # noqa: S101 - asked for after the first step
        assert recorder.player is not None  # noqa: S101
        return recorder.header, recorder.player

    with _bar(seconds or footage.length_s(chosen.source), quiet=quiet) as progress:
        summary = session.run(recorder.steps(seconds=seconds), parts, outputs=outputs, progress=progress)
    return summary, list(parts()[1].notes)


def _again(
    file: Path,
    held: "kit.Kit",
    *,
    camera: str | None,
    of: str | None,
    outputs: "session.Outputs",
    quiet: bool,
) -> "tuple[session.Summary, list[str]]":
    """Follow a recording anew."""
    recorded = recording.read(file)
    if outputs.detections is not None:
        raise VisionError(f"{file}: is a recording itself; leave --detections out, or name a video")
    if outputs.video is not None and of is None:
        raise VisionError(f"{file}: holds no pictures; name its video with --footage")
    chosen = _settings(held, camera or recorded.header.camera)
    notes = []
    if recording.digest_of(recording.settings_of(chosen)) != recorded.header.settings_sha256:
        notes.append("the camera's settings are not those of the recording: events may differ from its first")
    if not recorded.whole:
        notes.append(f"{file}: is cut short; followed as far as it goes")
    player = play.Player(chosen, recorded.header)
    source = chosen.model_copy(update={"source": of, "loop": False, "credentials": None}) if of else None
    with _bar(recorded.looks[-1].at_s if recorded.looks else None, quiet=quiet) as progress:
        summary = session.run(
            record.steps_of(recorded, player, source if outputs.video else None),
            lambda: (recorded.header, player),
            outputs=outputs,
            progress=progress,
        )
    return summary, [*notes, *player.notes]


def _settings(held: "kit.Kit", camera: str | None) -> "CameraSettings":
    """Whose settings to use: the named camera's, the only one's, or the usual ones where none is set up."""
    if held.settings is None:
        return subject.usual(camera)
    cameras = subject.chosen(held.settings, camera)
    if len(cameras) > 1:
        names = ", ".join(each.name for each in cameras)
        raise VisionError(f"there are several cameras; name whose settings to use with --camera: {names}")
    return cameras[0]


@contextlib.contextmanager
def _bar(length_s: float | None, *, quiet: bool) -> "Iterator[session.Progress]":
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    quiet = quiet or not console.is_terminal
    with Progress(*columns, console=console, disable=quiet, transient=True) as bars:
        bar = bars.add_task("following", total=length_s)
        yield lambda at_s: bars.update(bar, completed=at_s, description=f"{at_s:.1f} s")


def _tell(
    file: str, summary: "session.Summary", notes: list[str], outputs: "session.Outputs", *, as_json: bool
) -> None:
    written = {
        name: str(path)
        for name in ("detections", "events", "video")
        if (path := getattr(outputs, name)) is not None
    }
    if as_json:
        told = {
            "looks": summary.looks,
            "length_s": round(summary.length_s, 3),
            "events": dict(summary.events),
            "counts": summary.counted,
            "notes": notes,
            "files": written,
        }
        typer.echo(json.dumps(told))
        return
    console = Console()
    title = f"{file}: {summary.looks} pictures, {summary.length_s:.1f} s"
    table = Table(title=title, title_justify="left", show_header=False)
    for kind, count in sorted(summary.events.items()):
        table.add_row(kind, str(count))
    for place, count in summary.counted.items():
        table.add_row(f"  {place}", str(count))
    for name, path in written.items():
        table.add_row(name, path)
    console.print(table)
    for note in notes:
        console.print(f"[yellow]![/] {note}", highlight=False, soft_wrap=True)


def _fail(error: Exception, *, status: int = 1) -> NoReturn:
    typer.echo(f"edge-agent: {error}", err=True)
    raise typer.Exit(status)
