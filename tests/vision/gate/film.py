"""Small films for the gate's tests: a textured wall with noise, and a box that walks before it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from edge_agent.vision.camera import Shot
from edge_agent.vision.gate.interest import Interest
from edge_agent.vision.gate.settings import GateSettings
from edge_agent.vision.gate.tally import Tally
from edge_agent.vision.gate.watch import Watch
from edge_agent.vision.sources import libav

WIDTH, HEIGHT, FPS, GROUP = 320, 240, 10, 20


def wall(seed: int = 1) -> NDArray[np.uint8]:
    """What stands still."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(60, 180, (HEIGHT // 16, WIDTH // 16), np.uint8)
    return np.repeat(np.repeat(coarse, 16, 0), 16, 1)


def pictures(
    count: int, *, walks: tuple[int, int] | None = None, noise: float = 1.5, seed: int = 1
) -> Iterator[NDArray[np.uint8]]:
    """Grey pictures; in those from `walks[0]` to before `walks[1]`, a dark box goes from left to right."""
    rng, still = np.random.default_rng(seed), wall().astype(np.float32)
    grain = rng.normal(0, noise, (32, *still.shape)).astype(np.float32)
    for number in range(count):
        picture = still + np.roll(grain[rng.integers(len(grain))], rng.integers(WIDTH), axis=1)
        if walks is not None and walks[0] <= number < walks[1]:
            left = 20 + 5 * (number - walks[0])
            picture[100:160, left : left + 20] = 20
        yield np.clip(picture, 0, 255).astype(np.uint8)


def write(
    path: Path,
    shown: Iterable[NDArray[np.uint8]],
    *,
    group: int = GROUP,
    codec: str = "libx264",
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> Path:
    """Encode pictures as a network camera would; the name's end chooses the container."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=FPS)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        if codec == "libx264":
            stream.codec_context.gop_size = group
            stream.codec_context.max_b_frames = 0
            stream.options = {"preset": "superfast", "crf": "23", "sc_threshold": "0"}
        for number, picture in enumerate(shown):
            grey = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="gray")
            frame = grey.reformat(format=stream.pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


class Clock:
    """Monotonic time that the test sets."""

    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


def shots(path: Path, clock: Clock, *, from_s: float = 0.0) -> Iterator[Shot]:
    """What a file has, each at its own time."""
    container = libav.open_container(str(path), name=path.name)
    for timed in libav.shots(container, name=path.name):
        clock.s = clock.s if timed.at_s is None else from_s + timed.at_s
        yield timed.shot
    container.close()


@dataclass
class Gated:
    """A watch, and what it handed on."""

    watch: Watch
    clock: Clock
    interest: Interest
    tally: Tally


def gated(*, chance: float = 1.0, **settings: float | bool) -> Gated:
    """A gate; with `chance` 1 it never audits, with 0 always."""
    clock, interest, tally = Clock(), Interest(), Tally()
    watch = Watch(
        GateSettings.model_validate(settings), most_per_s=100, interest=interest, tally=tally, now=clock,
        chance=lambda: chance,
    )  # fmt: skip
    return Gated(watch, clock, interest, tally)
