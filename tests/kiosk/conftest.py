"""The kiosk as a process, one for a module of tests."""

from collections.abc import Iterator

import pytest

from tests.kiosk.unit import RunningKiosk, Visitor


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKiosk]:
    """A kiosk that several tests share; each has its own session."""
    with RunningKiosk(tmp_path_factory.mktemp("kiosk"), sessions_max=1000) as running:
        yield running


@pytest.fixture
def visitor(kiosk: RunningKiosk) -> Iterator[Visitor]:
    """Somebody at the first page."""
    with Visitor(kiosk) as somebody:
        yield somebody
