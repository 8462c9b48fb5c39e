"""Kinds of camera, one file each; a new kind is its file and its line in `KINDS`.

Each module has `open_source(address, *, loop, wait) -> Source` and `check(address)`, which raises
CameraImpossible where the address cannot work before a person changes something. A module is imported only
when its kind is chosen, so that nobody needs picamera2 but a Pi, and nobody OpenCV but the simulated street.
"""

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from edge_agent.street import address as street
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
    form: str
    """How its address is written, for people."""
    pattern: str
    module: str
    install: str = 'pip install "loket[edge]"'
    """What to do where its libraries are not there."""
    placed: Callable[[str, Path], str] = lambda address, _folder: address
    """The address with a path in it starting from a folder."""
    mistake: Callable[[str], str] = lambda _address: ""
    """What is wrong with an address although it has the form, or "": only what the text itself shows."""


KINDS = (
    _Entry("rtsp://HOST/PATH", r"rtsps?://.+", "edge_agent.vision.sources.rtsp"),
    _Entry("/dev/videoN", r"/dev/video\d+", "edge_agent.vision.sources.v4l2"),
    _Entry(
        "picamera2:N", r"picamera2:\d+", "edge_agent.vision.sources.csi",
        install="on a Pi: apt install python3-picamera2, and let the environment see the system's packages",
    ),
    _Entry(
        street.FORM, r"sim:.*", "edge_agent.vision.sources.sim",
        install='pip install "loket[edge,street]"', placed=street.placed, mistake=street.mistake_in,
    ),
    _Entry(
        "a file's path", r"(?![a-z0-9]+:).+", "edge_agent.vision.sources.file",
        placed=lambda address, folder: str(folder / Path(address).expanduser()),
    ),
)  # fmt: skip
FORMS = ", ".join(entry.form for entry in KINDS[:-1]) + f", or {KINDS[-1].form}"


def module_of(address: str) -> str | None:
    """The module that serves `address`, or None if no kind does."""
    entry = _entry_of(address)
    return entry.module if entry else None


def placed(address: str, *, folder: Path) -> str:
    """The address with a relative path in it starting from `folder`."""
    entry = _entry_of(address)
    return entry.placed(address, folder) if entry else address


def mistake_in(address: str) -> str:
    """What is wrong with how an address is written, or ""; needs none of its kind's libraries."""
    entry = _entry_of(address)
    return entry.mistake(address) if entry else f"no kind of camera; write one of: {FORMS}"


def kind_of(address: str) -> Kind:
    """The kind of camera at `address`. Raises ValueError: no kind; CameraImpossible: not installed."""
    entry = _entry_of(address)
    if entry is None:
        raise ValueError(mistake_in(address))
    try:
        return cast(Kind, importlib.import_module(entry.module))
    except ImportError as error:
        raise CameraImpossible(
            f"{address}: {error.name or error} is not installed; {entry.install}"
        ) from error


def _entry_of(address: str) -> _Entry | None:
    return next((entry for entry in KINDS if re.fullmatch(entry.pattern, address)), None)
