"""What there is to look through: the mirror's clip, a webcam, or what a person named."""

import os
from collections.abc import Mapping
from pathlib import Path

from demo.choice import Impossible
from edge_agent.vision import sources

CLIP = Path("media/intel_sample_videos/one-by-one-person-detection.mp4")
WEBCAM = Path("/dev/video0")


def mirror(checkout: Path, *, env: Mapping[str, str] = os.environ) -> Path | None:
    """The folder that mirrors models and media: LOKET_MIRROR, or `../shared/data` beside a checkout.

    None if there is no such folder; LOKET_MIRROR set to nothing says that there is none.
    """
    folder = Path(env.get("LOKET_MIRROR", checkout.parent / "shared" / "data") or os.devnull)
    return folder.resolve() if folder.is_dir() else None


def here(mirror_folder: Path | None, *, webcam: Path = WEBCAM) -> str | None:
    """What there is to look through when nobody named a camera: the mirror's clip, a webcam, or nothing."""
    if mirror_folder is not None and (mirror_folder / CLIP).is_file():
        return str(mirror_folder / CLIP)
    return str(webcam) if webcam.exists() else None


def checked(camera: str) -> str:
    """The camera as a unit takes it: a path from here made absolute. Raises Impossible."""
    if mistake := sources.mistake_in(camera):
        raise Impossible(f"camera {camera}: {mistake}")
    placed = sources.placed(camera, folder=Path.cwd())
    if placed.startswith("/") and not Path(placed).exists():
        raise Impossible(f"camera {camera}: no such file or device; check the path, or plug the camera in")
    return placed
