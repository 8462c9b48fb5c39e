"""The kiosk's site on fakes, in this process: its outbox, inbox and clock do what the test says."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl.public import PrivateKey

from edge_agent.contract.notices import Answer, QueueState, Step
from edge_agent.inbox.store import InboxError, SubmissionState
from edge_agent.kiosk.attempts import Attempts
from edge_agent.kiosk.desk import Desk, Parts
from edge_agent.kiosk.document_photo import Judge
from edge_agent.kiosk.fittings import Fittings
from edge_agent.kiosk.receipts.issuing import Issuer
from edge_agent.kiosk.register import Register
from edge_agent.kiosk.sealing import IntakeKey
from edge_agent.kiosk.services import offered
from edge_agent.kiosk.services.hall import Hall
from edge_agent.kiosk.sessions import Sessions
from edge_agent.kiosk.settings import CameraSettings, KioskSettings
from edge_agent.kiosk.suggest import Suggester
from edge_agent.kiosk.web.pages import Pages
from edge_agent.kiosk.web.routes import build
from edge_agent.kiosk.web.site import Site
from edge_agent.testing.board import MemoryBoard
from edge_agent.testing.clock import FixedClock
from edge_agent.testing.outbox import MemoryOutbox
from edge_agent.testing.printer import MemoryPrinter
from loket.region import Region, load_region
from tests.kiosk.unit import REGION

KEY = IntakeKey.of(bytes(PrivateKey.generate().public_key))


class States:
    """An inbox that knows what the test tells it."""

    def __init__(self) -> None:
        self.known: dict[str, SubmissionState] = {}
        self.steps: dict[str, list[Step]] = {}
        self.due: dict[str, float] = {}
        self.queues: dict[str, QueueState] = {}
        self.answers: dict[str, Answer] = {}
        self.broken = False

    def _open(self) -> None:
        if self.broken:
            raise InboxError("broken")

    def submission_state(self, submission: str) -> SubmissionState | None:
        self._open()
        return self.known.get(submission)

    def steps_of(self, subject: str) -> list[Step]:
        self._open()
        return self.steps.get(subject, [])

    def due_of(self, subject: str) -> float | None:
        self._open()
        return self.due.get(subject)

    def queue_state(self, queue: str) -> QueueState | None:
        self._open()
        return self.queues.get(queue)

    def answer(self, inquiry: str) -> Answer | None:
        self._open()
        return self.answers.get(inquiry)


class Office:
    """A desk on fakes, and the site on it."""

    def __init__(
        self,
        folder: Path,
        *,
        region: Region | None = None,
        suggester: Suggester | None = None,
        hall: str = "mpp",
        judge: Judge | None = None,
    ) -> None:
        """`judge`: documents can be photographed here, and are judged by it."""
        self.outbox = MemoryOutbox()
        self.inbox = States()
        self.clock = FixedClock()
        self.folder = folder
        self.desk = Desk(self._parts)
        settings = KioskSettings(
            intake_key=folder / "unused", region=REGION, hall="mpp", session_timeout_s=60, warning_s=20,
            camera=CameraSettings(documents=judge is not None),
        )  # fmt: skip
        self.hall = Hall(region or load_region(REGION), office=hall, has_camera=judge is not None)
        self.printer = MemoryPrinter()
        self.board = MemoryBoard()
        self.sessions = Sessions(lambda: self.clock.monotonic, timeout_s=60, most=8)
        self.app = build(
            Site(
                settings=settings,
                sessions=self.sessions,
                attempts=Attempts(lambda: self.clock.monotonic),
                desk=self.desk,
                intake=KEY,
                pages=Pages(settings, zone=self.hall.calendar.zone),
                hall=self.hall,
                services=offered(self.hall),
                suggester=suggester or Suggester(),
                issuer=Issuer(Ed25519PrivateKey.generate()),
                origins=frozenset({"kiosk"}),
                fittings=Fittings(printer=self.printer, board=self.board),
                judge=judge or Judge(),
            )
        )

    def _parts(self) -> Parts:
        self.register = Register(self.folder / "kiosk.db")
        return Parts(self.outbox, self.inbox, self.register, self.clock, close=self.register.close)

    def visit(self, steps: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
        """Let a browser walk through the site, on a loop of its own."""

        async def walk() -> None:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://kiosk", follow_redirects=True
            ) as browser:
                await steps(browser)

        try:
            asyncio.run(walk())
        finally:
            self.desk.close()

    def receive(self, steps: Callable[["Guest"], Awaitable[None]]) -> None:
        """Let somebody walk through the site by its buttons."""

        async def walk(browser: httpx.AsyncClient) -> None:
            guest = Guest(browser)
            await guest.go("/")
            await steps(guest)

        self.visit(walk)

    def filed(self, kind: str) -> list[dict[str, Any]]:
        """The data of the events of a kind, in their order."""
        return [row.data.model_dump() for row in self.outbox.rows if row.data.kind == kind]

    def form(self) -> dict[str, str]:
        """The fields that every form of the one visit carries."""
        session = next(iter(self.sessions._by_token.values()))
        return {"csrf": session.csrf, "go": "next"}


class Guest:
    """Somebody at the kiosk, by its pages' buttons, without scripts."""

    def __init__(self, browser: httpx.AsyncClient) -> None:
        self.browser = browser
        self.page: httpx.Response

    @property
    def path(self) -> str:
        """Where they are."""
        return self.page.url.path

    @property
    def text(self) -> str:
        """What the page says."""
        return self.page.text

    @property
    def code(self) -> str:
        """The code on the page."""
        return self._found(r'id="code">([0-9A-Z-]+)<')

    @property
    def number(self) -> str:
        """The queue number on the page."""
        return self._found(r'id="number">([0-9A-Z]+)<')

    @property
    def state(self) -> str:
        """The state that the page tells."""
        return self._found(r'data-state="([a-z_]+)"(?! data-length)')

    async def go(self, path: str) -> "Guest":
        """Open an address."""
        self.page = await self.browser.get(path)
        return self

    async def press(self, button: str, /, path: str | None = None, **fields: str) -> "Guest":
        """Send the page's form by the button of this value."""
        csrf = re.search(r'data-csrf="([^"]*)"', self.page.text)
        data = {"csrf": csrf[1] if csrf else "", **({"go": button} if button else {}), **fields}
        self.page = await self.browser.post(path or self.path, data=data)
        return self

    def _found(self, pattern: str) -> str:
        found = re.search(pattern, self.page.text)
        assert found, self.page.text
        return found[1]
