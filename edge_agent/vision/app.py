"""`edge-vision`: the vision unit's wiring."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from edge_agent.clock import SystemClock
from edge_agent.contract.streams import Stream
from edge_agent.device import Device, load_device
from edge_agent.inbox.store import InboxError, open_inbox
from edge_agent.model_store import ModelError
from edge_agent.outbox import OutboxError
from edge_agent.outbox.doorbell import Doorbell, bell_of
from edge_agent.outbox.limits import Class, Limits
from edge_agent.outbox.snapshots import SnapshotSpool
from edge_agent.outbox.store import open_outbox, snapshots_folder
from edge_agent.vision import CameraImpossible, ModelFailed, VisionError, sources
from edge_agent.vision.album import Album
from edge_agent.vision.board import Board
from edge_agent.vision.camera import LiveCamera, Source
from edge_agent.vision.errands import UNIT, Errands
from edge_agent.vision.gate.interest import Interest
from edge_agent.vision.gate.tally import Tally
from edge_agent.vision.gate.watch import Watch
from edge_agent.vision.lane import Lane
from edge_agent.vision.models import load, serving_of, wanted_of
from edge_agent.vision.pictures.books import Books, books_path
from edge_agent.vision.pictures.release import Press
from edge_agent.vision.pipeline import Pipeline
from edge_agent.vision.reader import Reader
from edge_agent.vision.settings import CameraSettings, VisionSettings, load_vision
from edge_agent.vision.sources.credentials import with_credentials
from edge_agent.vision.tamper.guard import Guard
from edge_agent.vision.thermal.cooling import Cooling
from edge_agent.vision.thermal.probe import Probe
from edge_agent.vision.unit import Unit
from edge_agent.vision.voice import Voice
from loket import log
from loket.settings import SettingsError

_log = log.get(__name__)


def main() -> None:
    """Run the unit until SIGTERM or SIGINT. Exit status 2: a mistake in the settings or the model."""
    parser = argparse.ArgumentParser(prog="edge-vision", description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("/etc/loket"), help="settings folder")
    folder = parser.parse_args().config
    log.configure(unit=UNIT)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        device, settings = load_device(folder), load_vision(folder)
        _refuse_impossible(settings)
        run(device, settings, stopping=stopping)
    except ModelFailed as error:
        sys.stderr.write(f"edge-vision: {error}\n")
        sys.exit(1)  # so that systemd starts it again, and after some starts the model before it returns
    except (SettingsError, ModelError, VisionError, OutboxError, InboxError) as error:
        sys.stderr.write(f"edge-vision: {error}\n")
        sys.exit(2)


def run(device: Device, settings: VisionSettings, *, stopping: threading.Event) -> None:
    """Wire the unit and let it work until `stopping`."""
    serving = serving_of(device, settings)
    model = serving.choose(wanted_of(settings))
    serving.note_labels(model.manifest, [(camera.name, camera.labels) for camera in settings.cameras])
    serving.begin()
    with ExitStack() as stack:
        stack.enter_context(serving.blames_the_model())
        detector = load(model, settings)
        inbox = stack.enter_context(closing(open_inbox(device)))
        clock = SystemClock(inbox)
        streams = (Stream.EVENTS, Stream.TELEMETRY)
        outbox = stack.enter_context(closing(open_outbox(device, streams=streams, clock=clock)))
        spool = SnapshotSpool(
            snapshots_folder(device.data),
            limit_bytes=settings.snapshots.keep_mib * 1024 * 1024,
            min_free_bytes=Limits().floor(Class.SNAPSHOTS),
            keep_days=settings.snapshots.keep_days,
        )
        books = Books(books_path(device.data), run=os.urandom(4).hex())
        voice = Voice(outbox, spool, books=books, clock=clock)
        serving.tell(lambda event, event_id: voice.say(event, event_id=event_id))
        bell = stack.enter_context(Doorbell.listen(bell_of(device.run, UNIT)))
        cameras = settings.cameras
        lanes = [Lane(camera, labels=detector.labels, run=os.urandom(4).hex()) for camera in cameras]
        albums = [
            Album(lane, labels=detector.labels, press=press_of(lane.camera, settings), voice=voice)
            for lane in lanes
        ]
        guards = [Guard(camera.name, camera.tamper, run=os.urandom(4).hex()) for camera in cameras]
        board = Board([1 / camera.max_fps for camera in cameras])
        Unit(
            board=board,
            lanes=lanes,
            readers=[_reader(place, camera, board, guards[place]) for place, camera in enumerate(cameras)],
            guards=guards,
            pipeline=Pipeline(detector, lanes, voice=voice, albums=albums),
            errands=Errands(inbox, voice, cameras={camera.name for camera in cameras}, clock=clock),
            voice=voice,
            serving=serving,
            cooling=Cooling(settings.thermal, probe=Probe(), pace=board.pace),
            bell=bell,
            data=device.data,
            health_every_s=settings.health_every_s,
        ).run(stopping)


def press_of(camera: CameraSettings, settings: VisionSettings) -> Press:
    """What makes the pictures of a camera as the settings want them."""
    return Press(
        longest_side=settings.snapshots.side,
        masks=[mask.shape for mask in camera.masks],
        most_bytes=settings.snapshots.most_kib * 1024,
    )


def _reader(place: int, camera: CameraSettings, board: Board, guard: Guard) -> Reader:
    interest, tally = Interest(), Tally()

    def open_source(wait: Callable[[float], bool]) -> Source:
        kind = sources.kind_of(camera.source)
        return kind.open_source(
            with_credentials(camera.source, camera.credentials), loop=camera.loop, wait=wait
        )

    def make() -> LiveCamera:
        watch = Watch(camera.gate, most_per_s=camera.max_fps, interest=interest, tally=tally, onlooker=guard)
        return LiveCamera(camera.name, open_source, watch=watch)

    return Reader(
        place, camera.name, make=make, board=board, stall_s=camera.stall_s, interest=interest, tally=tally
    )


def _refuse_impossible(settings: VisionSettings) -> None:
    """Raise CameraImpossible if no camera can work; where only some cannot, the others go on without."""
    faults = []
    for camera in settings.cameras:
        try:
            sources.kind_of(camera.source).check(camera.source)
            with_credentials(camera.source, camera.credentials)
        except CameraImpossible as fault:
            faults.append(fault)
    if len(faults) == len(settings.cameras):
        raise CameraImpossible(f"camera {settings.cameras[0].name}: {faults[0]}")


if __name__ == "__main__":
    main()
