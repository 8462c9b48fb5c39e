"""A visit that runs out of time, on the real pages with a clock that the test moves."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from nacl.public import PrivateKey

from edge_agent.kiosk.attempts import Attempts
from edge_agent.kiosk.desk import Desk, Parts
from edge_agent.kiosk.register import Register
from edge_agent.kiosk.sealing import IntakeKey
from edge_agent.kiosk.sessions import Sessions
from edge_agent.kiosk.settings import KioskSettings
from edge_agent.kiosk.web.pages import Pages
from edge_agent.kiosk.web.routes import build
from edge_agent.kiosk.web.site import Site
from edge_agent.testing.clock import FixedClock
from edge_agent.testing.outbox import MemoryOutbox


class Silent:
    """An inbox that knows nothing."""

    def submission_state(self, submission: str) -> None:
        """Nothing."""


class Kiosk:
    """The site on fakes, with a clock to move."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock()
        settings = KioskSettings(intake_key=folder / "unused", session_timeout_s=60, warning_s=20)
        self.sessions = Sessions(lambda: self.clock.monotonic, timeout_s=60, most=8)

        def parts() -> Parts:
            register = Register(folder / "kiosk.db")
            return Parts(MemoryOutbox(), Silent(), register, self.clock, close=register.close)

        self.desk = Desk(parts)
        self.site = Site(
            settings=settings,
            sessions=self.sessions,
            attempts=Attempts(time.monotonic),
            desk=self.desk,
            intake=IntakeKey.of(bytes(PrivateKey.generate().public_key)),
            pages=Pages(settings),
            origins=frozenset({"kiosk"}),
        )

    def visit(self, steps: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
        """Let a browser walk through the site."""

        async def walk() -> None:
            transport = httpx.ASGITransport(app=build(self.site))
            async with httpx.AsyncClient(
                transport=transport, base_url="http://kiosk", follow_redirects=True
            ) as browser:
                await browser.post("/", data={"go": "complaint"})
                await steps(browser)

        try:
            asyncio.run(walk())
        finally:
            self.desk.close()

    def form(self) -> dict[str, str]:
        """The fields that every form carries."""
        session = next(iter(self.sessions._by_token.values()))
        return {"csrf": session.csrf, "go": "next"}


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    return Kiosk(tmp_path)


def test_asking_how_long_is_left_does_not_lengthen_the_visit(kiosk: Kiosk) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        kiosk.clock.advance(50)
        assert (await browser.get("/sisa")).json() == {"left_s": 10.0}
        assert (await browser.get("/peringatan")).status_code == 200
        assert (await browser.get("/tersimpan/keadaan")).status_code == 204
        kiosk.clock.advance(9)
        assert (await browser.get("/sisa")).json() == {"left_s": 1.0}

    kiosk.visit(steps)


@pytest.mark.parametrize("path", ["/lanjutkan", "/pengaduan/jenis/simpan"])
def test_a_sign_of_life_gives_the_full_time(kiosk: Kiosk, path: str) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        kiosk.clock.advance(50)
        await browser.post(path, data={**kiosk.form(), "class": "aspirasi"})
        assert (await browser.get("/sisa")).json() == {"left_s": 60.0}

    kiosk.visit(steps)


def test_a_visit_that_ran_out_is_wiped_and_says_so(kiosk: Kiosk) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        form = kiosk.form()
        await browser.post("/pengaduan/isi", data={**form, "text": "kanari"})
        kiosk.clock.advance(60)
        page = await browser.post("/pengaduan/isi", data={**form, "text": "kanari"})
        assert page.url.path == "/habis"
        assert "Kunjungan Anda berakhir" in page.text
        assert "kanari" not in page.text
        assert len(kiosk.sessions) == 0
        assert (await browser.get("/pengaduan/isi")).url.path == "/"

    kiosk.visit(steps)


def test_without_scripts_the_warning_page_leads_back(kiosk: Kiosk) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        page = await browser.get("/pengaduan/jenis")
        assert '<noscript><meta http-equiv="refresh" content="40; url=/peringatan"></noscript>' in page.text
        kiosk.clock.advance(40)
        page = await browser.get("/peringatan")
        assert '<noscript><meta http-equiv="refresh" content="20; url=/habis?bahasa=id"></noscript>' in page.text
        page = await browser.post("/lanjutkan", data={**kiosk.form(), "go": "page"})
        assert page.url.path == "/pengaduan/jenis"
        assert (await browser.get("/sisa")).json() == {"left_s": 60.0}

    kiosk.visit(steps)
