"""A kiosk whose screen is a stage."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kiosk.unit import RunningKiosk
from tests.lockdown.stage import Stage, missing, settings_toml
from tests.screen.relay import Relay, relaying


@contextmanager
def watched(folder: Path) -> Iterator[Stage]:
    """A kiosk that runs and looks at a stage every second; nothing is on the stage yet."""
    if lack := missing():
        pytest.skip(lack)
    kiosk = RunningKiosk(folder / "kiosk")
    stage = Stage("http://127.0.0.1:0/")
    with (kiosk.config / "kiosk.toml").open("a") as file:
        file.write(settings_toml(stage.run, folder / "drm", every_s=1))
    with kiosk:
        stage.url = f"{kiosk.url}/"
        stage.kiosk, stage.drm = kiosk, folder / "drm"
        yield stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The session, showing the pages of a kiosk that watches it."""
    with watched(tmp_path) as stage, stage:
        yield stage


@pytest.fixture
def relayed(tmp_path: Path) -> Iterator[tuple[Stage, Relay]]:
    """The same, with its pages through a relay that can make them blank."""
    with watched(tmp_path) as stage, relaying(stage.kiosk.url) as relay:
        stage.url = f"{relay.url}/"
        with stage:
            yield stage, relay
