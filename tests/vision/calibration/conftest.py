"""A settings folder whose camera is a short clip, and the page over it."""

from pathlib import Path

import pytest

from edge_agent.vision.calibration.file import SettingsFile
from tests.vision.footage import write_clip

VISION = """\
# Kamera kantor
model = "street_sim"

[[cameras]]
name = "hall"
source = "hall.mp4"
loop = false

[[cameras.lines]]
name = "door"
start = [0.3, 0.9]
end = [0.3, 0.4]

[[cameras.zones]]
name = "waiting"   # the benches
corners = [[0.4, 0.5], [0.8, 0.5], [0.8, 0.9], [0.4, 0.9]]

[[cameras.rules]]
kind = "occupancy"
zone = "waiting"

# the second one
[[cameras]]
name = "road"
source = "nothing.mp4"
"""


@pytest.fixture(scope="session")
def short_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of a second and a half."""
    return write_clip(tmp_path_factory.mktemp("clip") / "hall.mp4", seconds=1.5)


@pytest.fixture
def folder(tmp_path: Path, short_clip: Path) -> Path:
    """The settings folder."""
    (tmp_path / "hall.mp4").symlink_to(short_clip)
    (tmp_path / "vision.toml").write_text(VISION)
    return tmp_path


@pytest.fixture
def file(folder: Path) -> SettingsFile:
    """Its `vision.toml`."""
    return SettingsFile(folder / "vision.toml")
