"""Kinds of camera, one file each; a new kind is its file and its line in `KINDS`.

Each module has `open_source(address, *, loop, wait) -> Source` and `check(address)`, which raises
CameraImpossible where the address cannot work before a person changes something. A module is imported only
when its kind is chosen, so that nobody needs picamera2 but a Pi.
"""

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

from edge_agent.vision import CameraImpossible
from edge_agent.vision.camera import Source


class Kind(Protocol):
    """What the module of a kind of camera offers."""

    def check(self, address: str) -> None:
        """Raise CameraImpossible if `address` cannot work before a person changes something."""

    def open_source(self, address: str, *, loop: bool, wait: Callable[[float], bool]) -> Source:
        """Connect. `wait` sleeps and tells whether to stop. Raises CameraLost."""


@dataclass(frozen=True, slots=True)
class _Entry:
    pattern: str
    module: str


KINDS = (
    _Entry(r"rtsps?://.+", "edge_agent.vision.sources.rtsp"),
    _Entry(r"/dev/video\d+", "edge_agent.vision.sources.v4l2"),
    _Entry(r"picamera2:\d+", "edge_agent.vision.sources.csi"),
    _Entry(r"(?![a-z0-9]+:).+", "edge_agent.vision.sources.file"),
)
FORMS = "rtsp://HOST/PATH, /dev/videoN, picamera2:N, or a file's path"


def module_of(address: str) -> str | None:
    """The module that serves `address`, or None if no kind does."""
    return next((entry.module for entry in KINDS if re.fullmatch(entry.pattern, address)), None)


def is_file(address: str) -> bool:
    """Whether `address` is a path that may be relative."""
    return module_of(address) == KINDS[-1].module


def kind_of(address: str) -> Kind:
    """The kind of camera at `address`. Raises ValueError: no kind; CameraImpossible: not installed."""
    name = module_of(address)
    if name is None:
        raise ValueError(f"no kind of camera; write one of: {FORMS}")
    try:
        return cast(Kind, importlib.import_module(name))
    except ImportError as error:
        raise CameraImpossible(
            f"{address}: {error.name or error} is not installed; on a Pi: apt install python3-picamera2, "
            f"and let the environment see the system's packages"
        ) from error
