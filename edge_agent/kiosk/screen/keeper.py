"""The keeper of the screen: looks every few seconds, tells what changed, and has the browser restarted."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from edge_agent.contract.events import ScreenChanged
from edge_agent.kiosk.screen.eye import Eye
from edge_agent.kiosk.screen.panel import Lamp
from edge_agent.kiosk.screen.truth import Screen, Standing, step
from loket.log import get

log = get(__name__)


class Restarter(Protocol):
    """Has the browser and its compositor restarted."""

    def restart(self) -> None:
        """Ask for it; returns at once."""
        ...


class Bell:
    """A file that systemd watches (loket-screen-restart.path): the kiosk has no right over the browser."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def restart(self) -> None:
        """Write the file. A disk that refuses is logged: the next look asks again."""
        try:
            self._file.write_text("restart\n", encoding="ascii")
        except OSError as error:
            log.warning("restart_not_asked", reason=str(error))


class ScreenKeeper:
    """Walks until cancelled; `screen` is what it last told."""

    def __init__(
        self,
        eye: Eye,
        lamp: Lamp,
        restarter: Restarter,
        tell: Callable[[ScreenChanged], Awaitable[None]],
        *,
        monotonic: Callable[[], float],
        every_s: float,
    ) -> None:
        self._eye = eye
        self._lamp = lamp
        self._restarter = restarter
        self._tell = tell
        self._monotonic = monotonic
        self._every_s = every_s
        self._standing = Standing(since=monotonic())

    @property
    def screen(self) -> Screen:
        """What the screen shows, as it was last told: unknown until then."""
        return self._standing.told or Screen.UNKNOWN

    async def walk(self) -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(self._every_s)
            await self.look()

    async def look(self) -> None:
        """One look, and what follows from it."""
        sight = await self._eye.look()
        found = step(self._standing, sight, self._lamp.ask(), self._monotonic())
        self._standing = found.standing
        if found.tell is not None:
            log.info("screen_changed", screen=found.tell.value, after_s=round(found.after_s, 1))
            await self._tell(ScreenChanged(screen=found.tell.value, after_s=round(found.after_s, 1)))
        if found.restart:
            log.warning("screen_restart", times=found.standing.restarts)
            self._restarter.restart()
