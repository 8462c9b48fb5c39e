"""The unit's rounds: sweep sessions, report health, feed systemd's watchdog while work gets done."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from edge_agent.contract.events import Health
from edge_agent.kiosk.desk import Desk
from edge_agent.kiosk.screen.keeper import ScreenKeeper
from edge_agent.kiosk.screen.truth import Screen
from edge_agent.kiosk.sessions import Sessions
from edge_agent.kiosk.settings import KioskSettings
from loket.log import get
from loket.notify import notify

log = get(__name__)

ROUND_S = 1.0
_SCREEN = {
    Screen.FROZEN: "screen: it shows an old picture; the browser is being restarted",
    Screen.BLANK: "screen: it shows nothing; the browser is being restarted",
    Screen.UNKNOWN: "screen: nobody can tell what it shows; see whether the panel is on",
}
_NO_ROOM = "submissions: the outbox has no room; free the disk or restore the uplink"


def health(
    *,
    has_room: bool,
    sessions: int,
    submissions: int,
    refusals: int,
    rss_bytes: int,
    screen: Screen | None = None,
) -> Health:
    """How the unit fares, in numbers: nothing about a person.

    `screen` is what a watched screen shows: only a painted one is in order. None: nobody watches it.
    """
    reasons = [] if has_room else [_NO_ROOM]
    if screen is not None and screen is not Screen.PAINTED:
        reasons.append(_SCREEN[screen])
    return Health(
        unit="kiosk",
        status="degraded" if reasons else "ok",
        reasons=reasons,
        metrics={
            "sessions_active": sessions,
            "submissions_total": submissions,
            "submissions_not_saved_total": refusals,
            "rss_bytes": rss_bytes,
        },
    )


def rss_bytes() -> int:
    """The memory that this process holds (proc(5), statm)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Rounds:
    """Walks until cancelled. The watchdog is fed only when the event loop and the desk both answer."""

    def __init__(
        self,
        settings: KioskSettings,
        sessions: Sessions,
        desk: Desk,
        *,
        keeper: ScreenKeeper | None = None,
        purge: Callable[[], None] = lambda: None,
    ) -> None:
        """`keeper` watches the screen, where somebody does; `purge` empties the printer's spool."""
        self._keeper = keeper
        self._purge = purge
        self._settings = settings
        self._sessions = sessions
        self._desk = desk
        self._had_room = True

    async def walk(self) -> None:
        """One round a second."""
        loop = asyncio.get_running_loop()
        next_health = loop.time()
        while True:
            over = self._sessions.sweep()
            if over:
                log.info("sessions_timed_out", count=over)
                await asyncio.to_thread(self._purge)
            has_room = await self._desk.has_room()
            notify("WATCHDOG=1")
            if has_room != self._had_room:
                log.warning("room_changed", has_room=has_room)
                self._had_room = has_room
            if loop.time() >= next_health:
                next_health = loop.time() + self._settings.health_every_s
                await self.report(has_room=has_room)
            await asyncio.sleep(ROUND_S)

    async def report(self, *, has_room: bool) -> None:
        """Report once."""
        await self._desk.report(
            health(
                has_room=has_room,
                sessions=self._sessions.started,
                submissions=self._desk.submissions,
                refusals=self._desk.refusals,
                rss_bytes=rss_bytes(),
                screen=None if self._keeper is None else self._keeper.screen,
            )
        )
