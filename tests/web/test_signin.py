"""Signing in to the console: one-time links, sessions, and writes from elsewhere."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from fleet.access.roles import Role
from fleet.access.secrets import Use
from fleet.testing.serving import Served


@pytest.fixture
def browser(served: Served) -> Iterator[httpx.Client]:
    """A client that keeps cookies, as a browser does."""
    with httpx.Client(base_url=served.url) as client:
        yield client


def _write(served: Served) -> dict[str, str]:
    """What a browser adds to a form that our own page sends."""
    return {"origin": served.url, "sec-fetch-site": "same-origin"}


def _cookie(served: Served) -> str:
    return f"loket_session_{served.fleet.web.port}"


def test_looking_at_a_link_does_not_use_it_up(served: Served, browser: httpx.Client) -> None:
    link = f"/signin/{served.secret(Use.LINK, Role.VIEWER)}"
    for method in ("GET", "HEAD", "GET"):
        answer = browser.request(method, link)
        assert answer.status_code in {200, 405}
        assert not answer.cookies

    entered = browser.post(link, headers=_write(served))

    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert browser.get("/").status_code == 200


def test_a_link_signs_in_once(served: Served, browser: httpx.Client) -> None:
    link = f"/signin/{served.secret(Use.LINK, Role.VIEWER)}"
    assert browser.post(link, headers=_write(served)).status_code == 303
    browser.cookies.clear()

    assert browser.post(link, headers=_write(served)).status_code == 403
    assert browser.get(link).status_code == 403
    assert not browser.cookies


def test_refuses_an_expired_link_and_what_is_none(served: Served, browser: httpx.Client) -> None:
    for code in (
        served.secret(Use.LINK, Role.OFFICER, lifetime_s=-1),
        served.secret(Use.TOKEN, Role.OFFICER),
        "nonsense",
        "x" * 4000,
    ):
        assert browser.post(f"/signin/{code}", headers=_write(served)).status_code == 403
    assert not browser.cookies


def test_the_session_cookie_is_for_this_site_and_no_script(served: Served, browser: httpx.Client) -> None:
    entered = browser.post(f"/signin/{served.secret(Use.LINK, Role.VIEWER)}", headers=_write(served))

    parts = {part.strip().lower() for part in entered.headers["set-cookie"].split(";")}
    assert {"httponly", "samesite=strict", "path=/"} <= parts
    assert entered.headers["set-cookie"].startswith(_cookie(served))


def test_signing_out_ends_the_session_itself(served: Served, browser: httpx.Client) -> None:
    secret = served.secret(Use.SESSION, Role.VIEWER)
    cookies = {"cookie": f"{_cookie(served)}={secret}"}
    assert browser.get("/", headers=cookies).status_code == 200

    assert browser.post("/signout", headers={**cookies, **_write(served)}).status_code == 303

    assert browser.get("/", headers=cookies).headers["location"] == "/signin"


@pytest.mark.parametrize(
    "path", ["/", "/events", "/submissions", "/devices/x", "/refused", "/snapshots/" + "0" * 64]
)
def test_every_page_asks_who_it_is(served: Served, browser: httpx.Client, path: str) -> None:
    answer = browser.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, "/signin")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://attacker.example"},
        {"origin": "http://127.0.0.1:1"},  # the kiosk's page, or any other program's, on this machine
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {},
    ],
)
def test_refuses_a_write_that_did_not_come_from_our_page(
    served: Served, browser: httpx.Client, headers: dict[str, str]
) -> None:
    secret = served.secret(Use.SESSION, Role.OFFICER)
    cookies = {"cookie": f"{_cookie(served)}={secret}"}

    assert browser.post("/signout", headers={**cookies, **headers}).status_code == 400
    assert browser.get("/", headers=cookies).status_code == 200


def test_a_viewer_may_neither_open_nor_command(served: Served, browser: httpx.Client) -> None:
    served.seeds.device("signin-1")
    submission = served.seeds.submission("signin-1", {"text": "rahasia sekali"})
    cookies = {"cookie": f"{_cookie(served)}={served.secret(Use.SESSION, Role.VIEWER)}"}

    page = browser.get(f"/submissions/{submission}", headers=cookies)
    opened = browser.post(f"/submissions/{submission}/open", headers={**cookies, **_write(served)})
    commanded = browser.post("/devices/signin-1/snapshot/camera-1", headers={**cookies, **_write(served)})

    assert "<form" not in page.text.split("</header>")[1]
    assert (opened.status_code, commanded.status_code) == (403, 403)
    assert "rahasia" not in opened.text + page.text


@pytest.mark.parametrize(
    "target", ["//attacker.example", "https://attacker.example", "/\\attacker.example", "x"]
)
def test_the_language_link_leads_nowhere_else(browser: httpx.Client, target: str) -> None:
    answer = browser.get("/language/en", params={"next": target})

    assert answer.headers["location"] == "/"
    assert urlsplit(answer.headers["location"]).netloc == ""
    assert (
        browser.get("/language/en", params={"next": "/events?kind=x"}).headers["location"] == "/events?kind=x"
    )


def test_speaks_indonesian_unless_english_is_chosen(browser: httpx.Client) -> None:
    assert '<html lang="id">' in browser.get("/signin", headers={"accept-language": "en"}).text
    browser.get("/language/en")
    assert '<html lang="en">' in browser.get("/signin").text
    browser.get("/language/xx")
    assert '<html lang="en">' in browser.get("/signin").text
