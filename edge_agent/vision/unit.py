"""The unit's loop: whose frame is next, what is due besides, and a clean end."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from edge_agent.outbox.doorbell import Doorbell
from edge_agent.vision.board import Board
from edge_agent.vision.camera import Down, Frame, Status, Up
from edge_agent.vision.errands import Errands
from edge_agent.vision.gate.report import gate_faults, gate_metrics
from edge_agent.vision.health import disk_free_bytes, health, high, median, rss_bytes
from edge_agent.vision.lane import Lane
from edge_agent.vision.pipeline import Pipeline, TakePicture
from edge_agent.vision.reader import Reader
from edge_agent.vision.saying import Saying
from edge_agent.vision.serving import Serving
from edge_agent.vision.tamper.guard import Guard
from edge_agent.vision.tamper.report import tamper_faults
from edge_agent.vision.thermal.cooling import Cooling
from edge_agent.vision.voice import Voice
from loket import log
from loket.notify import notify

IDLE_S = 0.5
FIRST_HEALTH_S = 2.0
SOONEST_HEALTH_S = 5.0
LOOK_ANYWAY_S = 60.0
"""A ring of the doorbell may be missed; the inbox is looked at this often all the same."""
JOIN_S = 2.0

_log = log.get(__name__)


class Unit:
    """The vision unit at work. Everything but reading cameras happens in the thread that calls `run`."""

    def __init__(
        self,
        *,
        board: Board,
        lanes: Sequence[Lane],
        readers: Sequence[Reader],
        guards: Sequence[Guard],
        pipeline: Pipeline,
        errands: Errands,
        voice: Voice,
        serving: Serving,
        cooling: Cooling,
        bell: Doorbell,
        data: Path,
        health_every_s: float,
    ) -> None:
        self._board = board
        self._lanes = lanes
        self._readers = readers
        self._guards = guards
        self._pipeline = pipeline
        self._errands = errands
        self._voice = voice
        self._serving = serving
        self._cooling = cooling
        self._bell = bell
        self._data = data
        self._health_every_s = health_every_s
        self._startup_s = 0.0
        self._began_s = time.monotonic()
        self._health_due_s = self._began_s + FIRST_HEALTH_S
        self._told_s = self._began_s
        self._told_faults: list[str] = []
        self._told_counts = (0, 0)
        self._look_s = 0.0
        self._fed_s = 0.0

    def run(self, stopping: threading.Event) -> None:
        """Work until `stopping`; then end every track and tell the last health.

        Raises DetectorError and OutboxError (but not Full): then the unit must begin anew.
        """
        while not stopping.is_set():
            turn = self._board.take(timeout_s=IDLE_S)
            now = time.monotonic()
            if turn is not None:
                self._look_at(*turn)
                self._serving.works(now)
                if not self._startup_s:
                    self._startup_s = _age_s()
                    _log.info("first_inference", startup_s=round(self._startup_s, 3))
            self._keep_house(now)
        for reader in self._readers:
            reader.close(timeout_s=JOIN_S)
        now = time.monotonic()
        self._pipeline.finish(now)
        for guard, lane in zip(self._guards, self._lanes, strict=True):
            self._say(lane, guard.finish(now))
        self._tell_health(now, self._statuses(now))

    def _look_at(self, camera: int, frame: Frame) -> None:
        """See what is in a frame, and tell the camera's gate whether it was worth it."""
        reader, lane = self._readers[camera], self._lanes[camera]
        if frame.audit:
            reader.interest.audited(frame.captured_s, missed=self._pipeline.audit(camera, frame))
            return
        self._pipeline.process(camera, frame, wanted=None if frame.late else self._wanted(lane.camera.name))
        if lane.is_busy:
            reader.interest.saw(frame.captured_s)

    def _pass_time(self, now: float) -> None:
        """Let time pass for cameras that give no frames, but not past a frame that may still come."""
        for camera, reader in enumerate(self._readers):
            if not self._board.has_waiting(camera):
                self._pipeline.pass_time(camera, reader.settled_s(now), watched=reader.spares(now))
            if self._errands.wants(reader.name):
                reader.interest.beckon(now)

    def _wanted(self, camera: str) -> Callable[[TakePicture], None] | None:
        """What is to be done with the next frame of `camera` on command, if anything."""
        return partial(self._errands.carry_out, camera) if self._errands.wants(camera) else None

    def _keep_house(self, now: float) -> None:
        """What is due besides frames: time, commands, health, stuck readers, the watchdog."""
        self._pass_time(now)
        self._cooling.pass_time(now)
        if self._bell.answer() or now >= self._look_s:
            self._look_s = now + LOOK_ANYWAY_S
            self._errands.collect()
        statuses = self._statuses(now)
        self._errands.give_up(lambda camera: _why(statuses[camera]))
        self._tell_tampering(now, statuses)
        changed = self._faults(statuses) != self._told_faults and now - self._told_s >= SOONEST_HEALTH_S
        if now >= self._health_due_s or changed:
            self._tell_health(now, statuses)
        if now - self._fed_s >= 1.0:
            # This line is reached only if the loop turned: a frame was done, or there was none to do.
            notify("WATCHDOG=1" if self._fed_s else "READY=1")
            self._fed_s = now
            for reader in self._readers:
                reader.watch(now)

    def _tell_tampering(self, now: float, statuses: Mapping[str, Status]) -> None:
        for guard, lane in zip(self._guards, self._lanes, strict=True):
            is_down = isinstance(statuses[lane.camera.name], Down)
            self._say(lane, guard.noticed(now, is_down=is_down))
            lane.tampers = guard.open

    def _say(self, lane: Lane, said: Sequence[Saying]) -> None:
        for saying in said:
            self._voice.say(saying.data, captured_s=saying.at_s, subject=lane.camera.name)

    def _statuses(self, now: float) -> dict[str, Status]:
        return {reader.name: reader.status(now) for reader in self._readers}

    def _faults(self, statuses: Mapping[str, Status]) -> list[str]:
        """What makes the unit degraded, without the words that change each second."""
        cameras = [f"{name} {type(status).__name__}" for name, status in statuses.items() if status != Up()]
        return [*cameras, *self._other_faults()]

    def _other_faults(self) -> list[str]:
        faults = [*self._serving.notes, *self._cooling.faults]
        if self._voice.full:
            faults.append("outbox: there is no room, so events are not kept; free space on the device")
        for lane in self._lanes:
            faults += [f"camera {lane.camera.name}: {note}" for note in lane.notes]
            faults += tamper_faults(lane.camera.name, lane.tampers)
        for reader in self._readers:
            faults += gate_faults(reader.name, reader.interest)
        if self._errands.fault:
            faults.append(f"inbox: {self._errands.fault}; free space, or mend the file")
        return faults

    def _tell_health(self, now: float, statuses: Mapping[str, Status]) -> None:
        self._voice.keep_house()
        since_s = max(now - self._told_s, 1e-3)
        frames = sum(reader.tally.shots for reader in self._readers)
        inferences = self._pipeline.inferences
        before_frames, before_inferences = self._told_counts
        metrics = {
            "frames_total": frames,
            "frames_dropped_total": sum(self._board.dropped),
            "inferences_total": inferences,
            "frames_per_s": round((frames - before_frames) / since_s, 2),
            **gate_metrics([(reader.tally, reader.interest) for reader in self._readers]),
            "overdue_p95_ms": round(high(self._board.lateness_s) * 1000, 1),
            "overdue_max_ms": round(max(self._board.lateness_s, default=0.0) * 1000, 1),
            "inferences_per_s": round((inferences - before_inferences) / since_s, 2),
            "invoke_p50_ms": round(median(self._pipeline.detect_s) * 1000, 3),
            "tracks_created_total": sum(lane.tracks for lane in self._lanes),
            "events_total": self._voice.said,
            "events_unsaid_total": self._voice.unsaid,
            "snapshots_total": self._voice.pictures,
            "snapshots_lost_total": self._voice.pictures_lost,
            "readers_replaced_total": sum(reader.replaced for reader in self._readers),
            **self._cooling.metrics,
            "rss_bytes": rss_bytes(),
            "disk_free_bytes": disk_free_bytes(self._data),
            "startup_s": round(self._startup_s, 3),
            "uptime_s": round(now - self._began_s, 1),
        }
        self._voice.say(health(statuses, faults=self._other_faults(), metrics=metrics))
        self._told_s, self._health_due_s = now, now + self._health_every_s
        self._told_faults, self._told_counts = self._faults(statuses), (frames, inferences)


def _why(status: Status) -> str:
    return f"the camera is down: {status.reason}" if isinstance(status, Down) else "no frame came in time"


def _age_s() -> float:
    """How long ago this process was started, from proc(5)."""
    fields = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    started = int(fields[19]) / 100  # in USER_HZ, which is 100 on Linux
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started
