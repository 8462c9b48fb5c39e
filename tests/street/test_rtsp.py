"""The street through a real encoder and a real RTSP server, read by our own source as from a camera."""

import itertools
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
from av import Packet, VideoFrame
from numpy.typing import NDArray

from edge_agent.street.address import parse_address
from edge_agent.street.export.video import VideoFile, frame_of
from edge_agent.street.painter import Street
from edge_agent.street.shape import Picture
from edge_agent.vision.camera import LiveCamera, Up
from edge_agent.vision.sources import rtsp
from tests.vision.conftest import ungated

SERVER = Path(__file__).parents[1] / "vision" / "rtsp_server.py"
FPS = 25
FRAMES = 40
KBPS = 800
LEAST_DB = 30.0
"""Of a picture's luma after 800 kbit/s; a neighbouring frame of this street is some dB further away."""

Luma = NDArray[np.uint8]


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    """A busy street."""
    scenario = parse_address(f"sim:rush_hour?fps={FPS}&size=320x240").scenario
    street = Street(scenario, seed=7)
    return [street.picture(number) for number in range(FRAMES)]


@pytest.fixture(scope="module")
def film(pictures: list[Picture], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a video file."""
    path = tmp_path_factory.mktemp("film") / "street.mp4"
    height, width = pictures[0].shape[:2]
    with VideoFile(path, width=width, height=height, fps=FPS, bitrate_kbps=KBPS) as video:
        for picture in pictures:
            video.add(picture)
    return path


@contextmanager
def served(film: Path, *, port: int) -> Iterator["subprocess.Popen[str]"]:
    """An RTSP server that gives the film for ever; killed at the end."""
    process = subprocess.Popen(
        ["/usr/bin/python3", str(SERVER), str(port), str(film), "--loop"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            pytest.skip("no RTSP server here: scripts/setup dev brings it")
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def luma(frame: VideoFrame) -> Luma:
    return np.asarray(frame.to_ndarray()[: frame.height], np.uint8)


def nearest(frame: VideoFrame, wanted: list[Luma]) -> tuple[int, float]:
    """The number of the street's own frame that is most like it, and their PSNR in dB."""
    likeness = [cv2.PSNR(luma(frame), each) for each in wanted]
    best = int(np.argmax(likeness))
    return best, likeness[best]


def test_what_arrives_is_what_the_street_looks_like_in_the_right_order(
    film: Path, pictures: list[Picture], free_port: int
) -> None:
    wanted = [luma(frame_of(picture)) for picture in pictures]
    with served(film, port=free_port):
        source = rtsp.open_source(f"rtsp://127.0.0.1:{free_port}/gate", loop=True, wait=lambda _: False)
        frames = (frame for shot in source.frames() if isinstance(shot, Packet) for frame in shot.decode())
        arrived = list(itertools.islice(frames, FRAMES + 10))  # it begins again meanwhile
        source.close()
    found = [nearest(frame, wanted) for frame in arrived]
    numbers = [number for number, _ in found]
    assert numbers == [(numbers[0] + place) % FRAMES for place in range(len(arrived))]
    assert min(likeness for _, likeness in found) > LEAST_DB


def test_a_server_that_was_killed_and_returns_is_found_again(film: Path, free_port: int) -> None:
    camera = LiveCamera(
        "gate",
        lambda wait: rtsp.open_source(f"rtsp://127.0.0.1:{free_port}/gate", loop=True, wait=wait),
        watch=ungated(),
        chance=lambda: 0.0,
    )
    frames = camera.frames()
    with served(film, port=free_port):
        first = next(frames)
        assert camera.status == Up()
    lost_at = time.monotonic()
    with served(film, port=free_port):
        later = next(frame for frame in frames if frame.captured_s > lost_at + 0.5)
        assert isinstance(camera.status, Up), "it may say that it came in the middle of a picture"
        assert later.captured_s > first.captured_s
        camera.close()
        frames.close()
