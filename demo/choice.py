"""What the demo looks through, and with which model: decided from what was asked for and what there is.

A model knows its own world alone: the detector for real pictures was never shown the simulated street, and
the street's own detector tells nothing true of real pictures. So the two are never mixed unless a person says
so, and what a person named is never replaced by something else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.street.address import SCHEME

REAL = "ssd_mobilenet_v1_coco"
STREET = "street_sim"
OWN_STREET = f"{SCHEME}rush_hour?seed=7"


class Impossible(Exception):
    """What was asked for cannot be shown here; the message names the cause and the next step."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person named when the demo was started."""

    cameras: tuple[str, ...] = ()
    model: str | None = None

    @property
    def nothing(self) -> bool:
        """Whether all of it is left to us."""
        return not self.cameras and self.model is None


@dataclass(frozen=True, slots=True)
class Choice:
    """The cameras, the model that looks through them, and the one line that tells it."""

    cameras: tuple[str, ...]
    model: str
    line: str

    @property
    def labels(self) -> Sequence[str]:
        """What to follow, by the model's labels."""
        return ("person", "vehicle") if self.model == STREET else ("person",)


def wish(asked: Asked, *, found: str | None) -> Choice:
    """What to show if its model can be had. `found` is the camera or clip that is here, if one is.

    Raises Impossible.
    """
    if asked.cameras:
        return _with(asked.cameras, asked.model or _model_for(asked.cameras))
    if asked.model == STREET:
        return _own_street("Looking at the demo's own street")
    if found is not None:
        return _with((found,), asked.model or REAL)
    if asked.model is None:
        return _own_street("No camera here, so looking at the demo's own street")
    raise Impossible(
        f"no camera for {asked.model}: plug in a webcam, or give --camera PATH, rtsp://... or a device; "
        f"without --model the demo runs on its own street"
    )


def settle(wished: Choice, asked: Asked, *, model_within_reach: bool) -> Choice:
    """The wish where its model is within reach, else our own street if all was left to us.

    Raises Impossible where something was named: it is never replaced.
    """
    if model_within_reach or wished.model == STREET:
        return wished
    if asked.nothing:
        return _own_street(
            f"{wished.model} cannot be had (no copy, no mirror, no internet), so not looking through "
            f"{_listed(wished.cameras)} but at the demo's own street"
        )
    raise Impossible(
        f"{_listed(wished.cameras)}: the model {wished.model} cannot be had: no copy of it is here, and "
        f"neither a mirror nor the internet gives it; connect this machine, or set LOKET_MIRROR to a folder "
        f"that has it. Without --camera and --model the demo runs on its own street, which needs neither"
    )


def _own_street(beginning: str) -> Choice:
    line = f"{beginning} ({OWN_STREET}) with {STREET}, which comes with Loket; --camera names a real camera"
    return Choice((OWN_STREET,), STREET, line)


def _with(cameras: tuple[str, ...], model: str) -> Choice:
    line = f"Looking through {_listed(cameras)} with {model}"
    if model == STREET and any(not _simulated(camera) for camera in cameras):
        line += ", which knows the simulated street alone: what it tells of real pictures is not true"
    if model == REAL and any(_simulated(camera) for camera in cameras):
        line += f", which knows real pictures alone: on a simulated street use {STREET}"
    return Choice(cameras, model, line)


def _model_for(cameras: Sequence[str]) -> str:
    match {_simulated(camera) for camera in cameras}:
        case worlds if len(worlds) == 1:
            return STREET if worlds == {True} else REAL
        case _:
            raise Impossible(
                f"{_listed(cameras)}: a device has one model for all its cameras, and none knows both the "
                f"simulated street and real pictures; name cameras of one kind, or choose with --model"
            )


def _simulated(camera: str) -> bool:
    return camera.startswith(SCHEME)


def _listed(cameras: Sequence[str]) -> str:
    return ", ".join(cameras)
