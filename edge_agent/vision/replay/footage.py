"""Pictures with their own times: of files and streets as fast as they are asked for, else live."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol, cast

from av import Packet, VideoFrame

from edge_agent.vision import Damaged, sources
from edge_agent.vision.camera import Source, Still
from edge_agent.vision.decode import Decoder
from edge_agent.vision.gate.interest import Interest
from edge_agent.vision.gate.settings import GateSettings
from edge_agent.vision.gate.tally import Tally
from edge_agent.vision.gate.watch import Watch
from edge_agent.vision.inspection.subject import opener
from edge_agent.vision.settings import CameraSettings
from edge_agent.vision.sources import libav


class _Unhurried(Protocol):
    """A kind of camera that can give its pictures as fast as they are asked for."""

    def unhurried(self, address: str) -> Source: ...


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One picture of the footage."""

    number: int
    at_s: float
    """Since the first picture; never going back."""
    image: VideoFrame


def is_live(address: str) -> bool:
    """Whether a camera gives pictures only as they happen."""
    return sources.module_of(address) not in (
        "edge_agent.vision.sources.file", "edge_agent.vision.sources.sim",
    )  # fmt: skip


def length_s(address: str) -> float | None:
    """How long the footage lasts, where that is known before. Raises CameraLost."""
    if not address.startswith("sim:") and not is_live(address):
        with closing(libav.open_container(address, name=address)) as container:
            return container.duration / 1_000_000 if container.duration else None
    return None


def pictures(camera: CameraSettings, *, seconds: float | None) -> Iterator[Shown]:
    """All pictures of a camera's footage, or of its first seconds. Raises CameraLost, CameraImpossible."""
    open_source = opener(camera)
    if camera.source.startswith("sim:"):
        shown = _street(camera.source)
    elif is_live(camera.source):
        shown = _live(open_source)
    else:
        shown = _file(camera.source)
    first_s: float | None = None
    last_s = 0.0
    for number, (image, media_s) in enumerate(shown):
        first_s = media_s if first_s is None else first_s
        last_s = max(last_s, media_s - first_s)
        if seconds is not None and last_s >= seconds:
            return
        yield Shown(number, last_s, image)


def due(period_s: float) -> Callable[[float], bool]:
    """Whether a picture of that time is to be looked at: as `board` thins out what comes too often."""
    next_s = 0.0

    def is_due(at_s: float) -> bool:
        nonlocal next_s
        if at_s < next_s - 1e-6:
            return False
        next_s = max(next_s + period_s, at_s + period_s * 0.5)
        return True

    return is_due


def _file(path: str) -> Iterator[tuple[VideoFrame, float]]:
    """The sound pictures of a file; after a damaged one, from the next key frame on."""
    with closing(libav.open_container(path, name=path)) as container:
        decoder: Decoder | None = None
        broken, last_s = True, 0.0
        for timed in libav.shots(container, name=path):
            shot, images = timed.shot, list[VideoFrame]()
            try:
                if isinstance(shot, Packet):
                    decoder = decoder or Decoder(shot.stream)
                    if broken and shot.size and not shot.is_keyframe:
                        continue
                    broken = False
                    images = decoder.decode(shot if shot.size else None)
                else:
                    images = [shot.picture() if isinstance(shot, Still) else shot]
            except Damaged:
                broken = True
                if decoder is not None:
                    decoder.restart()
            for image in images:
                own_s = (
                    float(image.pts * image.time_base) if image.pts is not None and image.time_base else None
                )
                last_s = timed.at_s if own_s is None and timed.at_s is not None else own_s or last_s
                yield image, last_s


def _street(address: str) -> Iterator[tuple[VideoFrame, float]]:
    with closing(cast(_Unhurried, sources.kind_of(address)).unhurried(address)) as street:
        for shot in street.frames():
            if isinstance(shot, VideoFrame) and shot.pts is not None and shot.time_base is not None:
                yield shot, float(shot.pts * shot.time_base)


def _live(open_source: Callable[[Callable[[float], bool]], Source]) -> Iterator[tuple[VideoFrame, float]]:
    stopping = threading.Event()
    watch = Watch(GateSettings(enabled=False), most_per_s=1e6, interest=Interest(), tally=Tally())
    with closing(open_source(stopping.wait)) as source:
        for frame in watch.frames(source.frames()):
            yield frame.image, frame.captured_s
