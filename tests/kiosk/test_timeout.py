"""A visit that runs out of time, on the real pages with a clock that the test moves."""

from pathlib import Path

import httpx
import pytest

from tests.kiosk.office import Office


@pytest.fixture
def kiosk(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_asking_how_long_is_left_does_not_lengthen_the_visit(kiosk: Office) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        await browser.post("/", data={"go": "complaint"})
        kiosk.clock.advance(50)
        assert (await browser.get("/sisa")).json() == {"left_s": 10.0}
        assert (await browser.get("/peringatan")).status_code == 200
        assert (await browser.get("/tersimpan/keadaan")).status_code == 204
        kiosk.clock.advance(9)
        assert (await browser.get("/sisa")).json() == {"left_s": 1.0}

    kiosk.visit(steps)


@pytest.mark.parametrize("path", ["/lanjutkan", "/pengaduan/jenis/simpan"])
def test_a_sign_of_life_gives_the_full_time(kiosk: Office, path: str) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        await browser.post("/", data={"go": "complaint"})
        kiosk.clock.advance(50)
        await browser.post(path, data={**kiosk.form(), "class": "pengaduan"})
        assert (await browser.get("/sisa")).json() == {"left_s": 60.0}

    kiosk.visit(steps)


def test_a_visit_that_ran_out_is_wiped_and_says_so(kiosk: Office) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        await browser.post("/", data={"go": "complaint"})
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


def test_without_scripts_the_warning_page_leads_back(kiosk: Office) -> None:
    async def steps(browser: httpx.AsyncClient) -> None:
        await browser.post("/", data={"go": "complaint"})
        page = await browser.get("/pengaduan/jenis")
        assert '<noscript><meta http-equiv="refresh" content="40; url=/peringatan"></noscript>' in page.text
        kiosk.clock.advance(40)
        page = await browser.get("/peringatan")
        assert (
            '<noscript><meta http-equiv="refresh" content="20; url=/habis?bahasa=id"></noscript>' in page.text
        )
        page = await browser.post("/lanjutkan", data={**kiosk.form(), "go": "page"})
        assert page.url.path == "/pengaduan/jenis"
        assert (await browser.get("/sisa")).json() == {"left_s": 60.0}

    kiosk.visit(steps)
