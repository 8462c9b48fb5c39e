"""The calibration page over HTTP: who is let in, what is served, what is refused."""

import asyncio
import io
import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import av
import httpx
import pytest

from edge_agent.vision.calibration.file import SettingsFile
from edge_agent.vision.calibration.stills import Stills
from edge_agent.vision.calibration.web.gate import HEADERS, Gate, is_loopback
from edge_agent.vision.calibration.web.routes import build
from edge_agent.vision.calibration.web.site import Site
from edge_agent.vision.pictures.release import Released

ORIGIN = "http://localhost:8704"
LINE = {"name": "gate", "start": [0.1, 0.9], "end": [0.9, 0.9], "was": None}


class Client:
    """Asks the app without a socket; keeps cookies."""

    def __init__(self, app: Gate) -> None:
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
        self._client = httpx.AsyncClient(transport=transport, base_url=ORIGIN)
        self.cookies = self._client.cookies

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self._runner.run(self._client.get(path, **options))

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self._runner.run(self._client.post(path, **options))

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()


@dataclass
class Visitor:
    """A browser before the page."""

    site: Site
    client: Client
    entered: list[tuple[str, Released]]
    allowed: list[bool]

    def data(self, path: str = "/") -> dict[str, object]:
        text = self.client.get(path).text
        found = re.search(r'id="data">(.*?)</script>', text, re.DOTALL)
        assert found is not None, text
        loaded: dict[str, object] = json.loads(found[1])
        return loaded

    def post(self, path: str, document: object, **headers: str) -> httpx.Response:
        given = {"origin": ORIGIN, "x-csrf": self.site.csrf, "content-type": "application/json"}
        return self.client.post(path, content=json.dumps(document), headers=given | headers)


@pytest.fixture
def stranger(file: SettingsFile) -> Iterator[Visitor]:
    """One who has no token yet."""
    entered: list[tuple[str, Released]] = []
    allowed = [True]

    def enter(released: Released, camera: str) -> bool:
        entered.append((camera, released))
        return allowed[0]

    site = Site(file, Stills(lambda _camera: None, enter=enter, seconds=0.3))
    with closing(Client(Gate(build(site)))) as client:
        yield Visitor(site, client, entered, allowed)


@pytest.fixture
def visitor(stranger: Visitor) -> Visitor:
    """One who came in by the token."""
    assert stranger.client.get("/", params={"token": stranger.site.token}).status_code == 303
    return stranger


def asked(visitor: Visitor, **places: object) -> dict[str, object]:
    data = visitor.data()
    drawing = data["drawing"]
    assert isinstance(drawing, dict)
    return {"camera": "hall", "base": data["base"], "drawing": drawing | places}


def test_the_token_lets_one_browser_in_once(stranger: Visitor) -> None:
    token = stranger.site.token
    assert stranger.client.get("/").status_code == 403
    assert stranger.client.get("/", params={"token": "x" * 32}).status_code == 403
    first = stranger.client.get("/", params={"token": token})
    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert re.search(r"httponly; .*samesite=strict", first.headers["set-cookie"].lower())
    assert stranger.client.get("/").status_code == 200
    stranger.client.cookies.clear()
    again = stranger.client.get("/", params={"token": token})
    assert again.status_code == 403
    assert "sudah dipakai" in again.text


@pytest.mark.parametrize(
    ("host", "served"),
    [("localhost:8704", True), ("127.0.0.1:9000", True), ("[::1]:1", True), ("localhost", True),
     ("evil.example", False), ("localhost.evil.example:8704", False), ("", False), ("[", False),
     ("10.0.0.1:8704", False), ("evil@localhost", True)],
)  # fmt: skip
def test_only_names_of_this_machine_are_served(stranger: Visitor, host: str, served: bool) -> None:
    assert is_loopback(host) == served
    answer = stranger.client.get("/", headers={"host": host})
    assert answer.status_code == (403 if served else 421)


def test_every_answer_has_its_headers(visitor: Visitor) -> None:
    for path in ("/", "/static/calibrate.js", "/nothing", "/still/road"):
        answer = visitor.client.get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path


def test_the_page_begins_with_the_places_of_the_file(visitor: Visitor) -> None:
    data = visitor.data("/?camera=hall")
    assert data["drawing"] == {
        "lines": [{"was": 0, "name": "door", "start": [0.3, 0.9], "end": [0.3, 0.4]}],
        "zones": [{"was": 0, "name": "waiting", "corners": [[0.4, 0.5], [0.8, 0.5], [0.8, 0.9], [0.4, 0.9]]}],
        "masks": [],
    }
    assert data["watched"] == {"waiting": ["occupancy"]}
    assert visitor.data("/?camera=road")["camera"] == "road"


def test_it_speaks_indonesian_first_and_remembers_english(visitor: Visitor) -> None:
    assert "Zona baru" in visitor.client.get("/").text
    assert "New zone" in visitor.client.get("/?bahasa=en").text
    assert "New zone" in visitor.client.get("/").text
    assert "Zona baru" in visitor.client.get("/?bahasa=xx").text or "New zone" in visitor.client.get("/").text


def test_a_still_is_covered_and_counted_before_it_is_shown(visitor: Visitor) -> None:
    answer = visitor.client.get("/still/hall")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    with av.open(io.BytesIO(answer.content)) as picture:
        shown = next(picture.decode(video=0)).to_ndarray(format="gray")
    assert shown.shape == (240, 320)
    ((camera, released),) = visitor.entered
    assert camera == "hall"
    assert released.whole  # without a detector, all of it
    assert visitor.client.get("/still/hall").headers["x-number"] == "1"
    assert len(visitor.entered) == 1  # the same picture again
    assert visitor.client.get("/still/hall?after=1").headers["x-number"] == "2"


def test_a_picture_that_cannot_be_written_down_is_not_shown(visitor: Visitor) -> None:
    visitor.allowed[0] = False
    answer = visitor.client.get("/still/hall")
    assert answer.status_code == 503
    assert "ledger" in answer.text


def test_a_camera_that_gives_nothing_is_told_and_its_places_can_be_drawn(visitor: Visitor) -> None:
    answer = visitor.client.get("/still/road")
    assert answer.status_code == 503
    assert "nothing.mp4: no such file" in answer.text
    assert visitor.client.get("/still/yard").status_code == 404
    assert visitor.client.get("/still/hall?after=x").status_code == 404


def test_a_stranger_gets_no_picture_and_saves_nothing(stranger: Visitor, folder: Path) -> None:
    before = (folder / "vision.toml").read_bytes()
    assert stranger.client.get("/still/hall").status_code == 403
    assert stranger.post("/save", {"camera": "hall", "base": "", "drawing": {}}).status_code == 403
    assert (folder / "vision.toml").read_bytes() == before


@pytest.mark.parametrize(
    "headers",
    [{"x-csrf": "no"}, {"origin": "http://evil.example"}, {"origin": "null"},
     {"sec-fetch-site": "cross-site"}, {"content-type": "text/plain"}, {"origin": "http://localhost:1"}],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/check", "/save"])
def test_what_another_site_sends_is_refused(visitor: Visitor, path: str, headers: dict[str, str]) -> None:
    assert visitor.post(path, asked(visitor, lines=[]), **headers).status_code == 403


def test_what_is_drawn_is_checked_and_saved(visitor: Visitor, folder: Path) -> None:
    document = asked(visitor, lines=[{"was": 0, "name": "door", "start": [0, 0], "end": [1, 1]}, LINE])
    assert visitor.post("/check", document).json() == {"ok": True}
    answer = visitor.post("/save", document).json()
    assert answer["ok"]
    assert (folder / answer["backup"]).exists()
    assert [line["name"] for line in answer["data"]["drawing"]["lines"]] == ["door", "gate"]
    assert answer["base"] == answer["data"]["base"]
    again = visitor.post("/save", document)
    assert again.status_code == 409
    assert "load the page again" in again.json()["message"]


def test_a_mistake_is_told_with_its_place(visitor: Visitor) -> None:
    answer = visitor.post("/check", asked(visitor, lines=[{**LINE, "end": [2, 0.5]}])).json()
    assert not answer["ok"]
    assert (answer["kind"], answer["index"]) == ("lines", 0)
    assert "lies outside the picture" in answer["message"]


@pytest.mark.parametrize(
    ("document", "status"),
    [({}, 400), ([], 400), ({"camera": "hall", "base": "x", "drawing": {"lines": [{"name": "x"}]}}, 400),
     ({"camera": "hall", "base": "x", "drawing": {}, "more": 1}, 400), ("x" * 300_000, 413)],
)  # fmt: skip
def test_nonsense_is_refused(visitor: Visitor, document: object, status: int) -> None:
    answer = visitor.post("/save", document)
    assert answer.status_code == status
    assert not answer.json()["ok"]


def test_a_name_with_markup_harms_nobody(visitor: Visitor) -> None:
    answer = visitor.post("/check", asked(visitor, lines=[{**LINE, "name": "</script><b>"}])).json()
    assert not answer["ok"]
    assert "<b>" not in visitor.client.get("/?camera=<b>").text
    assert unescape(visitor.client.get("/").text).count("</script>") == 3


def test_a_mistaken_file_is_told_as_a_page(visitor: Visitor, folder: Path) -> None:
    (folder / "vision.toml").write_text("nonsense = 1\n")
    answer = visitor.client.get("/")
    assert answer.status_code == 500
    assert "unknown key" in unescape(answer.text)
    assert visitor.post("/check", {"camera": "hall", "base": "", "drawing": {}}).json()["ok"] is False
