"""Which camera the demo looks through, when nobody has named one."""

import os
from collections.abc import Mapping
from pathlib import Path

CLIP = Path("media/intel_sample_videos/one-by-one-person-detection.mp4")
WEBCAM = Path("/dev/video0")


class NoCamera(Exception):
    """There is nothing to look through; the message says what to give."""


def mirror(checkout: Path, *, env: Mapping[str, str] = os.environ) -> Path | None:
    """The folder that mirrors models and media: LOKET_MIRROR, or `../shared/data` beside a checkout."""
    for candidate in (env.get("LOKET_MIRROR"), str(checkout.parent / "shared" / "data")):
        if candidate and Path(candidate).is_dir():
            return Path(candidate).resolve()
    return None


def default_source(mirror_folder: Path | None, *, webcam: Path = WEBCAM) -> str:
    """The mirror's clip of people in a corridor, else a webcam. Raises NoCamera."""
    if mirror_folder is not None and (mirror_folder / CLIP).is_file():
        return str(mirror_folder / CLIP)
    if webcam.exists():
        return str(webcam)
    raise NoCamera(
        f"no camera: there is no {webcam}; plug in a webcam, or give --camera PATH, rtsp://... or a device"
    )


def checked(source: str) -> str:
    """The source as a unit takes it: a path from here made absolute. Raises NoCamera if it is not there."""
    if ":" in source:  # an address or a driver's name
        return source
    path = Path(source).absolute()
    if not path.exists():
        raise NoCamera(f"camera {source}: no such file or device; check the path, or plug the camera in")
    return str(path)
