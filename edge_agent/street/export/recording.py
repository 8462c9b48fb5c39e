"""A street recorded into a folder: video, ground truth in MOT's layout, events. Whole, or not at all."""

import dataclasses
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from edge_agent.street import StreetError
from edge_agent.street.events import events_of
from edge_agent.street.export.mot import Recorder, events_json
from edge_agent.street.export.video import VideoFile
from edge_agent.street.painter import Street
from edge_agent.street.planning.plan import Plan
from loket.files import sync_folder, write_atomically

VIDEO = "video.mp4"
EVENTS = "events.json"


def record(
    street: Street,
    out: Path,
    *,
    seconds: float | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> int:
    """Record the first `seconds` of a street, or all of it, into a new folder; returns how many frames.

    The video has the scenario's bit rate, else good quality. `out` is made at the end: who is interrupted
    leaves nothing. Raises StreetError: `out` is in use, or cannot be written.
    """
    scenario = street.scenario
    frames = (
        scenario.frames if seconds is None else min(scenario.frames, max(1, round(seconds * scenario.fps)))
    )
    out = out.absolute()
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise StreetError(f"{out}: has something in it already; name another folder, or empty this one")
        beside = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        recorder = Recorder(street, name=out.name)
        with VideoFile(
            beside / VIDEO,
            width=scenario.width,
            height=scenario.height,
            fps=scenario.fps,
            bitrate_kbps=scenario.sensor.bitrate_kbps,
        ) as video:
            for frame in range(frames):
                video.add(street.picture(frame))
                recorder.add(frame)
                progress(frame + 1, frames)
        made = recorder.write(beside)
        if frames < scenario.frames:
            write_atomically(made / EVENTS, events_json(events_of(_cut(street.plan, frames / scenario.fps))))
        _sync(beside / VIDEO)
        (beside / VIDEO).rename(made / VIDEO)
        sync_folder(made)
        made.replace(out)
        sync_folder(out.parent)
    except OSError as error:
        raise _unwritable(out, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return frames


def _cut(plan: Plan, lasts_s: float) -> Plan:
    """The same plan, as if it were over sooner."""
    return dataclasses.replace(plan, scenario=plan.scenario.model_copy(update={"duration_s": lasts_s}))


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _unwritable(out: Path, error: OSError) -> StreetError:
    return StreetError(f"{out}: cannot be written: {error.strerror}; make room, or name another folder")
