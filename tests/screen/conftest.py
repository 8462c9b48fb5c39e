"""A kiosk whose screen is a stage."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kiosk.unit import RunningKiosk
from tests.lockdown.stage import Stage, missing, settings_toml


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The session, showing the pages of a kiosk that watches it."""
    if lack := missing():
        pytest.skip(lack)
    kiosk = RunningKiosk(tmp_path / "kiosk")
    stage = Stage("http://127.0.0.1:0/")
    with (kiosk.config / "kiosk.toml").open("a") as file:
        file.write(settings_toml(stage.run, tmp_path / "drm"))
    with kiosk:
        stage.url = f"{kiosk.url}/"
        stage.kiosk, stage.drm = kiosk, tmp_path / "drm"
        with stage:
            yield stage
