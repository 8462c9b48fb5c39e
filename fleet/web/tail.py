"""The end of the tables of events, steps and calls: tells whoever follows it that more was stored."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from fleet.office import cases, tickets
from fleet.store import StoreError
from fleet.views.events import newest_position
from fleet.views.reading import reading
from loket import log

_log = log.get(__name__)

POLL_S = 0.25
"""How often the table is looked at while somebody follows."""

FOLLOWERS_MAX = 64


class Tail:
    """One reader of the newest position, however many follow; each follower then reads what it wants.

    So a slow follower holds no memory and delays nobody. Lives in one event loop.
    """

    def __init__(self, engine: Engine, *, poll_s: float = POLL_S, followers_max: int = FOLLOWERS_MAX) -> None:
        """Nothing is read before somebody follows."""
        self._engine = engine
        self._poll_s = poll_s
        self._followers_max = followers_max
        self._position: int | None = None
        self._moved = asyncio.Condition()
        self._wanted = asyncio.Event()
        self._closed = False
        self.followers = 0

    @property
    def full(self) -> bool:
        """Whether as many follow as may."""
        return self.followers >= self._followers_max

    async def run(self) -> None:
        """Watch the table while somebody follows, until `close`; a database that is away is asked again."""
        failing = False
        while not self._closed:
            await self._wanted.wait()
            try:
                position = await run_in_threadpool(self._read)
            except StoreError as error:
                if not failing:
                    _log.error("live_stopped", why=str(error))
                failing = True
            else:
                failing = False
                await self._move(position)
            await asyncio.sleep(self._poll_s)

    async def close(self) -> None:
        """End every follower's stream, so that the server can stop."""
        self._closed = True
        self._wanted.set()
        async with self._moved:
            self._moved.notify_all()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Count as a follower for as long as the block lasts."""
        self.followers += 1
        self._wanted.set()
        try:
            yield
        finally:
            self.followers -= 1
            if self.followers == 0 and not self._closed:
                self._wanted.clear()

    async def changes(self, *, tick_s: float) -> AsyncIterator[None]:
        """Yield at once, then whenever more was stored, and at least every `tick_s`, until `close`."""
        while not self._closed:
            seen = self._position
            yield
            await self._wait(seen, within_s=tick_s)

    async def _wait(self, seen: int | None, *, within_s: float) -> None:
        try:
            async with asyncio.timeout(within_s), self._moved:
                await self._moved.wait_for(lambda: self._closed or self._position != seen)
        except TimeoutError:
            return

    async def _move(self, position: int) -> None:
        if position != self._position:
            async with self._moved:
                self._position = position
                self._moved.notify_all()

    def _read(self) -> int:
        with reading(self._engine) as connection:
            return (
                newest_position(connection)
                + cases.newest_position(connection)
                + tickets.newest_call(connection)
            )
