"""Which camera a person means, by its name in `vision.toml` or by its address; and how it is opened."""

import re
from collections.abc import Callable
from pathlib import Path

from edge_agent.contract.identity import NAME_PATTERN
from edge_agent.vision import CameraImpossible, sources
from edge_agent.vision.camera import Source
from edge_agent.vision.settings import CameraSettings, VisionSettings
from edge_agent.vision.sources.credentials import has_password, with_credentials, without_credentials

ADDRESSED = "camera"
"""What a camera is called that was named by its address alone."""


def chosen(
    settings: VisionSettings | None, what: str | None, *, credentials: Path | None = None
) -> list[CameraSettings]:
    """The cameras that `what` means: one by name or address; without it, all that are set up.

    Raises CameraImpossible: there is none, or the address cannot work.
    """
    known = {camera.name: camera for camera in settings.cameras} if settings is not None else {}
    if what is None:
        if not known:
            raise CameraImpossible("no camera is set up here; name one by its address, or give --config")
        return list(known.values())
    if what in known:
        return [known[what]]
    if re.fullmatch(NAME_PATTERN, what) and not Path(what).exists():
        names = ", ".join(known) or "none"
        raise CameraImpossible(f'no camera is named "{what}"; known in vision.toml: {names}')
    if mistake := sources.mistake_in(what):
        raise CameraImpossible(f"{shown(what)}: {mistake}")
    if has_password(what):
        raise CameraImpossible(
            f"{without_credentials(what)}: a password in a command is seen by others (ps); "
            "write user:password into a file, and name it with --credentials"
        )
    return [
        CameraSettings.model_validate(
            {"name": ADDRESSED, "source": what, "credentials": credentials, "loop": False}
        )
    ]


def usual(name: str | None) -> CameraSettings:
    """The usual settings, for footage where nothing is set up."""
    return CameraSettings(name=name or ADDRESSED, source="none")


def opener(camera: CameraSettings) -> Callable[[Callable[[float], bool]], Source]:
    """How the camera is opened, given a wait that tells whether to stop. Raises CameraImpossible."""
    kind = sources.kind_of(camera.source)
    kind.check(camera.source)
    address = with_credentials(camera.source, camera.credentials)
    return lambda wait: kind.open_source(address, loop=camera.loop, wait=wait)


def shown(address: str) -> str:
    """An address as it may be shown."""
    return without_credentials(address) if "://" in address else address
