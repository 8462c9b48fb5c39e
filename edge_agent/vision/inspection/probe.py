"""A camera opened and watched for some seconds: what it gives, how often, and how long that takes."""

import itertools
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from av import Packet, VideoFrame

from edge_agent.vision import CameraLost, Damaged
from edge_agent.vision.camera import Shot, Source, Still
from edge_agent.vision.decode import Decoder

OPENING_S = 20.0
"""So long for connecting and the first picture: a network camera may need ten seconds for each."""
GRACE_S = 10.0
"""So long after the measurement's end a camera that is stuck in its driver is given up."""
SETTLE_S = 1.0
"""The first pictures are dark or come in a burst: a camera needs a moment."""

Answer = TypeVar("Answer")


@dataclass(slots=True)
class Measured:
    """What came from a camera in `watched_s` seconds."""

    opened_s: float
    """How long connecting took."""
    first_s: float
    """From then to the first picture."""
    codec: str = ""
    """As libav calls it; "" where pictures come decoded."""
    watched_s: float = 0.0
    shots: int = 0
    keys: int = 0
    bytes: int = 0
    damaged: int = 0
    decode_s: list[float] = field(default_factory=list)
    arrived_s: list[float] = field(default_factory=list)
    media_s: list[float] = field(default_factory=list)
    keys_media_s: list[float] = field(default_factory=list)
    image: VideoFrame | None = None
    """The latest that is sound."""
    note: str = ""
    """What the source says is not as it should be."""

    @property
    def arrival_rate(self) -> float:
        """Pictures that arrived in a second, after the first burst; 0 where too few came."""
        return _rate([at for at in self.arrived_s if at >= SETTLE_S] or self.arrived_s)

    @property
    def frame_rate(self) -> float:
        """Pictures in a second by the stream's own times, or as they arrived where it has none.

        By the usual distance of two, so that what was skipped or lost does not count.
        """
        times = sorted(self.media_s)
        gaps = [later - earlier for earlier, later in itertools.pairwise(times) if later > earlier]
        return 1 / statistics.median(gaps) if gaps else self.arrival_rate

    @property
    def key_distance_s(self) -> float | None:
        """Seconds between key frames, the longest; None: pictures stand alone, or only one came."""
        keys = sorted(self.keys_media_s)
        gaps = [later - earlier for earlier, later in itertools.pairwise(keys)]
        return max(gaps) if gaps else None

    @property
    def kbits_per_s(self) -> float:
        """What the line carries, of packets; 0 where pictures come decoded."""
        return self.bytes * 8 / 1000 / self.watched_s if self.watched_s else 0.0


def measure(
    open_source: Callable[[Callable[[float], bool]], Source],
    *,
    seconds: float,
    stopping: threading.Event,
    progress: Callable[[str, float], None] = lambda _step, _share: None,
    now: Callable[[], float] = time.monotonic,
) -> Measured:
    """Open a camera and watch it for so long after its first picture; at least one sound picture comes.

    `progress` is told the step ("opening", "waiting", "measuring") and the share of it that is done.
    Raises CameraLost: it cannot be opened, or gives nothing sound.
    """
    began = now()
    progress("opening", 0.0)
    source = open_source(stopping.wait)
    try:
        measured = Measured(opened_s=now() - began, first_s=0.0)
        opened = now()
        progress("waiting", 0.0)
        decoder: Decoder | None = None
        first: float | None = None
        for shot in source.frames():
            at = now()
            if first is None:
                first, measured.first_s = at, at - opened
            if isinstance(shot, Packet) and (decoder is None or decoder_is_old(measured, shot)):
                decoder = Decoder(shot.stream)
                measured.codec = shot.stream.codec_context.name
            _take(measured, shot, decoder, at - first)
            measured.watched_s = at - first
            progress("measuring", min(1.0, measured.watched_s / max(seconds, 1e-6)))
            if stopping.is_set() or (measured.watched_s >= seconds and measured.image is not None):
                break
            if measured.watched_s >= seconds + OPENING_S:
                break
        if decoder is not None and measured.image is None:
            _rest(measured, decoder)
        measured.note = source.note
    finally:
        source.close()
    if measured.image is None:
        raise CameraLost(
            f"{measured.shots} pictures came, none of which can be decoded; check the line, then the camera"
            if measured.shots
            else "no picture came; check that the camera is switched on"
        )
    return measured


def within(act: Callable[[], Answer], *, seconds: float, what: str) -> Answer:
    """What `act` gives, in a thread of its own. Raises CameraLost if it hangs in a driver."""
    outcome: list[Answer] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(act())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            failed.append(error)

    thread = threading.Thread(target=run, name="probe", daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not outcome:
        raise CameraLost(f"{what} hangs: no answer within {seconds:.0f} s; unplug it, and plug it in again")
    return outcome[0]


def decoder_is_old(measured: Measured, packet: "Packet[Any]") -> bool:
    """Whether the stream has become another one since the decoder was made."""
    return bool(measured.codec != packet.stream.codec_context.name)


def _take(measured: Measured, shot: Shot, decoder: Decoder | None, at_s: float) -> None:
    """Count a shot, and keep its picture."""
    if isinstance(shot, Packet) and shot.size == 0:
        return
    measured.shots += 1
    measured.arrived_s.append(at_s)
    media_s = _media_s(shot)
    if media_s is not None:
        measured.media_s.append(media_s)
    before = time.perf_counter()
    try:
        match shot:
            case Packet():
                measured.bytes += shot.size
                if shot.is_keyframe:
                    measured.keys += 1
                    measured.keys_media_s.append(at_s if media_s is None else media_s)
                pictures = decoder.decode(shot) if decoder is not None and _has_key(measured) else []
            case Still():
                measured.codec = measured.codec or "single pictures"
                pictures = [shot.picture()]
            case VideoFrame():
                pictures = [shot]
    except Damaged:
        measured.damaged += 1
        if decoder is not None:
            decoder.restart()
        return
    if not isinstance(shot, VideoFrame) and pictures:
        measured.decode_s.append(time.perf_counter() - before)
    if pictures:
        measured.image = pictures[-1]


def _has_key(measured: Measured) -> bool:
    return measured.keys > 0


def _rest(measured: Measured, decoder: Decoder) -> None:
    try:
        measured.image = next(reversed(decoder.decode(None)), None)
    except Damaged:
        measured.damaged += 1


def _media_s(shot: Shot) -> float | None:
    if isinstance(shot, Still):
        return None
    pts = shot.pts if shot.pts is not None else getattr(shot, "dts", None)
    return None if pts is None or shot.time_base is None else float(pts * shot.time_base)


def _rate(times: list[float]) -> float:
    """How many in a second, by the first and the last of them."""
    span = max(times) - min(times) if len(times) > 1 else 0.0
    return (len(times) - 1) / span if span > 0 else 0.0
