"""A kiosk that files by itself: `python -m bench._thirty_days SETTINGS FIRST LAST [CUT]`.

Files the submissions FIRST to LAST (their UUIDs follow from their numbers), an hour of simulated time after
another over thirty offline days, and tells each on its standard output only once the desk says that it is
committed. With CUT it kills itself with SIGKILL before the CUT-th statement that SQLite is given.
"""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from nacl.public import PrivateKey

from edge_agent.clock import Reading
from edge_agent.contract.events import EventData
from edge_agent.contract.streams import Stream
from edge_agent.device import Device, load_device
from edge_agent.inbox.store import open_inbox
from edge_agent.kiosk.desk import Compose, Desk, Parts
from edge_agent.kiosk.register import Register
from edge_agent.kiosk.sealing import IntakeKey, seal
from edge_agent.kiosk.services.service import Numbers
from edge_agent.outbox.store import open_outbox
from edge_agent.testing.clock import FixedClock

NAMES = UUID("6f9c1d0e-7a54-4f0b-9a55-5a4b5b1c2d3e")
DAYS = 30
KEY = IntakeKey.of(bytes(PrivateKey(bytes(range(32))).public_key))


def submission_of(number: int) -> str:
    """The UUID of the submission with that number."""
    return str(UUID(bytes=uuid5(NAMES, str(number)).bytes, version=4))


def cut_at(statement: int) -> None:
    """Let this process be killed before that statement, whichever connection is given it."""
    left = statement

    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    class Counted(sqlite3.Connection):
        def execute(self, *arguments: Any) -> sqlite3.Cursor:
            count()
            return super().execute(*arguments)

        def executemany(self, *arguments: Any) -> sqlite3.Cursor:
            count()
            return super().executemany(*arguments)

        def executescript(self, script: str) -> sqlite3.Cursor:
            count()
            return super().executescript(script)

        def commit(self) -> None:
            count()
            super().commit()

    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def counted(*arguments: Any, **options: Any) -> sqlite3.Connection:
        return connect(*arguments, **{"factory": Counted, **options})

    sqlite3.connect = counted  # type: ignore[assignment]


def open_desk(device: Device, clock: FixedClock) -> Desk:
    """A desk with the device's real files."""

    def open_parts() -> Parts:
        with ExitStack() as opened:
            inbox = opened.enter_context(closing(open_inbox(device)))
            outbox = opened.enter_context(
                closing(open_outbox(device, streams=[Stream.SUBMISSIONS], clock=clock))
            )
            register = opened.enter_context(closing(Register(device.data / "kiosk.db")))
            return Parts(outbox, inbox, register, clock, close=opened.pop_all().close)

    return Desk(open_parts)


def complaint(number: int) -> Compose:
    """What makes the event of that submission."""

    def compose(reading: Reading, _: Numbers) -> EventData:
        return seal(
            {"text": f"Keluhan nomor {number}."},
            submission=submission_of(number),
            service="complaint",
            language="id",
            created_at=reading.wall,
            consent_version="complaint-1",
            key=KEY,
        )

    return compose


async def file_all(desk: Desk, clock: FixedClock, numbers: range, *, step_s: float) -> None:
    """File each number, and tell it once it is committed."""
    for number in numbers:
        submission = submission_of(number)
        committed = await desk.file(submission, service="complaint", compose=complaint(number))
        sys.stdout.write(f"{number} {committed.code} {int(committed.is_new)}\n")
        sys.stdout.flush()
        clock.advance(step_s)


def main() -> None:
    """File, until all is filed or the cut comes."""
    device = load_device(Path(sys.argv[1]))
    first, last = int(sys.argv[2]), int(sys.argv[3])
    total = int(os.environ.get("THIRTY_DAYS_TOTAL", last))
    if len(sys.argv) > 4:
        cut_at(int(sys.argv[4]))
    step_s = DAYS * 86_400 / total
    clock = FixedClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC) + timedelta(seconds=step_s * first))
    with closing(open_desk(device, clock)) as desk:
        asyncio.run(file_all(desk, clock, range(first, last), step_s=step_s))


if __name__ == "__main__":
    main()
