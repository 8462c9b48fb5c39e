"""The keeper, the panel's lamp and the bell, on files and a fake eye."""

import asyncio
from pathlib import Path

import pytest

from edge_agent.contract.events import ScreenChanged
from edge_agent.kiosk.screen.keeper import Bell, ScreenKeeper
from edge_agent.kiosk.screen.nonces import Nonces
from edge_agent.kiosk.screen.panel import DrmLamp, NoLamp
from edge_agent.kiosk.screen.truth import Code, NoCode, Panel, Screen, Sight


class Eye:
    """Sees what the test shows it."""

    def __init__(self) -> None:
        self.sight: Sight = Code(1.0)

    async def look(self) -> Sight:
        return self.sight


def connector(folder: Path, *, status: str = "connected", enabled: str = "enabled", dpms: str = "On") -> Path:
    place = folder / "card1-HDMI-A-1"
    place.mkdir(exist_ok=True)
    for name, value in (("status", status), ("enabled", enabled), ("dpms", dpms)):
        (place / name).write_text(f"{value}\n")
    return place


@pytest.mark.parametrize(
    ("status", "enabled", "dpms", "panel"),
    [
        ("connected", "enabled", "On", Panel.ON),
        ("disconnected", "enabled", "On", Panel.OFF),
        ("connected", "disabled", "On", Panel.OFF),
        ("connected", "enabled", "Off", Panel.OFF),
        ("connected", "enabled", "Standby", Panel.OFF),
        ("unknown", "enabled", "On", Panel.UNKNOWN),
    ],
)
def test_the_lamp_reads_the_connector(
    tmp_path: Path, status: str, enabled: str, dpms: str, panel: Panel
) -> None:
    connector(tmp_path, status=status, enabled=enabled, dpms=dpms)
    assert DrmLamp("HDMI-A-1", folder=tmp_path).ask() is panel


def test_a_connector_that_is_not_there_is_unknown(tmp_path: Path) -> None:
    connector(tmp_path)
    assert DrmLamp("HDMI-A-2", folder=tmp_path).ask() is Panel.UNKNOWN
    (tmp_path / "card1-HDMI-A-1" / "dpms").unlink()
    assert DrmLamp("HDMI-A-1", folder=tmp_path).ask() is Panel.UNKNOWN
    assert NoLamp().ask() is Panel.UNKNOWN


def test_the_keeper_tells_changes_and_rings_the_bell(tmp_path: Path) -> None:
    place, bell, events, now = connector(tmp_path), tmp_path / "bell", [], [0.0]
    eye = Eye()

    async def tell(event: ScreenChanged) -> None:
        events.append((event.screen, event.after_s))

    keeper = ScreenKeeper(
        eye, DrmLamp("HDMI-A-1", folder=tmp_path), Bell(bell), tell, monotonic=lambda: now[0], every_s=10
    )

    async def look() -> None:
        now[0] += 10
        await keeper.look()

    async def story() -> None:
        assert keeper.screen is Screen.UNKNOWN
        await look()
        assert keeper.screen is Screen.PAINTED
        eye.sight = NoCode(is_plain=True)
        for _ in range(3):
            await look()
        assert keeper.screen is Screen.BLANK
        assert bell.read_text() == "restart\n"
        eye.sight = Code(1.0)
        await look()
        (place / "dpms").write_text("Off\n")
        for _ in range(3):
            await look()

    asyncio.run(story())
    assert [screen for screen, _ in events] == ["painted", "blank", "painted", "unknown"]
    assert events[1][1] == 20


def test_a_bell_that_cannot_be_rung_stops_nothing(tmp_path: Path) -> None:
    Bell(tmp_path / "missing" / "bell").restart()


def test_nonces_are_remembered_for_a_while() -> None:
    now = [0.0]
    nonces = Nonces(lambda: now[0])
    first = nonces.make()
    now[0] = 7.0
    assert nonces.age_s(first) == 7.0
    many = [nonces.make() for _ in range(300)]
    assert len(set(many)) == 300
    assert nonces.age_s(first) is None
    assert nonces.age_s(many[-1]) == 0.0
