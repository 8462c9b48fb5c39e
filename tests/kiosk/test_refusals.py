"""What the kiosk refuses, and how kindly: every answer is a page of ours, in the person's language."""

import contextlib
import socket

import httpx
import pytest

from tests.kiosk.unit import RunningKiosk, Visitor

NASTY = [
    "<script>alert(1)</script>",
    "'; DROP TABLE rows; --",
    "\u202eterbalik\u202c \u200fkanan\u200e",
    "nol\x00bel\x07 esc\x1b[31m",
    "{{ 7*7 }} %(count)s %s {}",
    "😀👩🏽‍🚀🏳️‍🌈",
    "\ud7ff\ufffd\U0010ffff",
    "a" + "\u0301" * 500,
]


def is_kind(page: httpx.Response) -> bool:
    """Whether a page is one of ours and offers a way on."""
    return "Loket Layanan Publik" in page.text and 'class="button primary"' in page.text


@pytest.mark.parametrize("text", NASTY)
def test_shows_any_text_as_text_and_seals_it(kiosk: RunningKiosk, visitor: Visitor, text: str) -> None:
    visitor.write(text)
    assert visitor.path == "/pengaduan/periksa"
    assert "<script>alert" not in visitor.text
    assert "{{ 7*7 }}" in visitor.text or "7*7" not in text
    visitor.consent()
    assert visitor.path == "/tersimpan"
    assert kiosk.open_sealed(kiosk.rows()[-1][1])["class"] == "pengaduan"


def test_bytes_that_are_not_utf8_are_replaced(visitor: Visitor) -> None:
    visitor.press("complaint").press("next", **{"class": "pengaduan"})
    body = f"csrf={visitor.csrf}&go=next&text=%ff%fe%C3%28ok".encode() + b"\xff"
    page = visitor.client.post(
        "/pengaduan/isi", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert page.url.path == "/pengaduan/topik"


def test_a_megabyte_is_refused_kindly_and_costs_no_answer(kiosk: RunningKiosk, visitor: Visitor) -> None:
    visitor.press("complaint").press("next", **{"class": "pengaduan"}).press("next", text="tetap ada")
    visitor.go("/pengaduan/isi").press("next", text="x" * 1_000_000)
    assert visitor.page.status_code == 413
    assert "terlalu panjang" in visitor.text
    assert is_kind(visitor.page)
    assert "tetap ada" in visitor.go("/pengaduan/isi").text
    assert list(kiosk.temp.iterdir()) == []


def test_an_endless_body_is_cut_off(kiosk: RunningKiosk) -> None:
    def endless():  # type: ignore[no-untyped-def]
        for _ in range(64):
            yield b"x" * 1024 * 1024

    with httpx.Client(base_url=kiosk.url, timeout=20) as client:
        with contextlib.suppress(httpx.TransportError):  # it may be cut off while it is sending
            assert client.post("/", content=endless()).status_code == 413
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("csrf", ["", "x", "0" * 43])
def test_a_form_without_its_token_is_refused(kiosk: RunningKiosk, visitor: Visitor, csrf: str) -> None:
    visitor.write("tetap milik saya")
    page = visitor.client.post(
        "/pengaduan/periksa", data={"csrf": csrf, "go": "next", "consent": "complaint-2"}
    )
    assert page.status_code == 403
    assert is_kind(page)
    assert "tetap milik saya" not in [kiosk.open_sealed(data)["text"] for _, data in kiosk.rows()]
    assert "tetap milik saya" in visitor.go("/pengaduan/periksa").text


def test_another_visits_token_is_refused(kiosk: RunningKiosk, visitor: Visitor) -> None:
    visitor.press("complaint")
    with Visitor(kiosk) as other:
        other.press("complaint")
        page = other.client.post("/pengaduan/jenis", data={"csrf": visitor.csrf, "go": "next"})
        assert page.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/pengaduan/jenis", "/akhiri"])
def test_a_form_of_another_site_is_refused(visitor: Visitor, path: str, headers: dict[str, str]) -> None:
    visitor.press("complaint")
    page = visitor.client.post(path, data={"csrf": visitor.csrf, "go": "complaint"}, headers=headers)
    assert page.status_code == 403
    assert visitor.go("/pengaduan/jenis").page.status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example", ""])
def test_another_host_name_is_refused(kiosk: RunningKiosk, host: str) -> None:
    with httpx.Client(base_url=kiosk.url) as client:
        page = client.get("/", headers={"host": host})
    assert page.status_code in (400, 421)
    assert "Sampaikan" not in page.text


def test_localhost_is_served(kiosk: RunningKiosk) -> None:
    with httpx.Client(base_url=kiosk.url) as client:
        assert client.get("/", headers={"host": f"localhost:{kiosk.port}"}).status_code == 200


def test_listens_on_loopback_only(kiosk: RunningKiosk) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # no packet is sent: it only chooses our own address
        except OSError:
            pytest.skip("this machine has no address but loopback")
        address = probe.getsockname()[0]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, kiosk.port), timeout=5).close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/tidak-ada", 404),
        ("GET", "/pengaduan/tidak-ada", 404),
        ("GET", "/lain/jenis", 404),
        ("GET", "/lain/periksa", 404),
        ("GET", "/static/../app.py", 404),
        ("GET", "/static/%2e%2e/app.py", 404),
        ("GET", "/static/nothing.js", 404),
        ("GET", "/kanari%3Cscript%3E/x/y/z", 404),
        ("GET", "/akhiri", 405),
        ("PUT", "/", 405),
        ("DELETE", "/pengaduan/jenis", 405),
        ("POST", "/healthz", 405),
    ],
)
def test_an_unknown_address_gets_a_kind_page(visitor: Visitor, method: str, path: str, status: int) -> None:
    visitor.press("complaint")
    page = visitor.client.request(method, path)
    assert page.status_code == status
    assert is_kind(page)
    assert "kanari" not in page.text
    assert "Traceback" not in page.text


def test_files_to_upload_are_refused(kiosk: RunningKiosk, visitor: Visitor) -> None:
    visitor.press("complaint")
    page = visitor.client.post(
        "/pengaduan/jenis", data={"csrf": visitor.csrf}, files={"class": ("a.txt", b"kanari" * 400_000)}
    )
    assert page.status_code == 413
    small = visitor.client.post("/pengaduan/jenis", files={"class": ("a.txt", b"kanari")})
    assert small.status_code == 400
    assert list(kiosk.temp.iterdir()) == []


def test_too_many_fields_are_refused(visitor: Visitor) -> None:
    visitor.press("complaint")
    page = visitor.client.post("/pengaduan/jenis", data={f"f{n}": "x" for n in range(100)})
    assert page.status_code == 400


def test_a_form_of_a_visit_that_is_over_says_so(visitor: Visitor) -> None:
    visitor.press("complaint")
    form = {"csrf": visitor.csrf, "go": "next", "class": "pengaduan"}
    cookie = dict(visitor.client.cookies)
    visitor.press("", path="/akhiri")
    visitor.client.cookies.update(cookie)
    page = visitor.client.post("/pengaduan/jenis", data=form)
    assert page.url.path == "/habis"
    assert "Kunjungan Anda berakhir" in page.text


def test_every_answer_carries_the_protecting_headers(visitor: Visitor) -> None:
    for path in ("/", "/static/kiosk.css", "/tidak-ada", "/healthz"):
        headers = visitor.client.get(path).headers
        assert headers["cache-control"] == "no-store", path
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_the_cookie_is_strict(kiosk: RunningKiosk) -> None:
    with httpx.Client(base_url=kiosk.url) as client:
        cookie = client.post("/", data={"go": "complaint"}).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "max-age" not in cookie
    assert "expires" not in cookie


def test_pages_name_nothing_from_elsewhere(visitor: Visitor) -> None:
    visitor.write()
    for path in ("/", "/pengaduan/jenis", "/pengaduan/isi", "/pengaduan/periksa", "/lacak"):
        text = visitor.go(path).text
        assert "http://" not in text.replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert "https://" not in text
        assert "style=" not in text
        assert " onclick" not in text


def test_wrong_codes_are_explained_and_guessing_is_slowed(tmp_path_factory: pytest.TempPathFactory) -> None:
    with RunningKiosk(tmp_path_factory.mktemp("guess")) as kiosk, Visitor(kiosk) as visitor:
        visitor.press("track").press("next", code="bukan kode")
        assert "Ini bukan kode kami" in visitor.text
        assert "bukan kode" not in visitor.text.replace("bukan kode kami", "")
        for _ in range(10):
            visitor.press("next", path="/lacak", code="0000-0000")
            assert "tidak mengenal kode" in visitor.text
        asked = len(kiosk.rows())
        visitor.press("next", path="/lacak", code="0000-0000")
        assert len(kiosk.rows()) == asked == 10
        assert "Terlalu banyak kode dicoba" in visitor.text
        with Visitor(kiosk) as another:
            another.press("track").press("next", code="0000-0000")
            assert "Terlalu banyak kode dicoba" in another.text


def test_a_full_house_is_told_kindly(tmp_path_factory: pytest.TempPathFactory) -> None:
    with RunningKiosk(tmp_path_factory.mktemp("full"), sessions_max=1) as kiosk, Visitor(kiosk) as first:
        first.press("complaint")
        with Visitor(kiosk) as second:
            second.press("complaint")
            assert second.page.status_code == 503
            assert is_kind(second.page)
        assert first.go("/pengaduan/jenis").page.status_code == 200
