"""What the demo chooses to look through, in every case; and how it looks around."""

import io
import itertools
import os
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from rich.console import Console

from demo.__main__ import decide
from demo.camera import CLIP, checked, here, mirror
from demo.choice import OWN_STREET, REAL, STREET, Asked, Choice, Impossible, settle, wish
from demo.model import fetch, within_reach
from edge_agent.model_store import ModelError, Unavailable
from edge_agent.model_store.manifest import load_manifest
from tests.site.conftest import CHECKOUT

MANIFESTS = CHECKOUT / "models"
WEBCAM, RTSP, QUEUE, NIGHT = "/dev/video0", "rtsp://192.0.2.20/1", "sim:queue?seed=3", "sim:quiet_night"
OTHER = "other_model"

IMPOSSIBLE = "nothing"
CASES: dict[tuple[tuple[str, ...], str | None, str | None, bool], tuple[tuple[str, ...], str] | str] = {
    # cameras named, model named, camera found here, whether the model can be had: cameras, model
    ((), None, WEBCAM, True): ((WEBCAM,), REAL),
    ((), None, WEBCAM, False): ((OWN_STREET,), STREET),
    ((), None, None, True): ((OWN_STREET,), STREET),
    ((), None, None, False): ((OWN_STREET,), STREET),
    ((), REAL, WEBCAM, True): ((WEBCAM,), REAL),
    ((), REAL, WEBCAM, False): IMPOSSIBLE,
    ((), REAL, None, True): IMPOSSIBLE,
    ((), REAL, None, False): IMPOSSIBLE,
    ((), OTHER, WEBCAM, True): ((WEBCAM,), OTHER),
    ((), OTHER, WEBCAM, False): IMPOSSIBLE,
    ((), OTHER, None, True): IMPOSSIBLE,
    ((), OTHER, None, False): IMPOSSIBLE,
    **{
        ((), STREET, found, reach): ((OWN_STREET,), STREET)
        for found in (WEBCAM, None)
        for reach in (True, False)
    },
}
for found, model in itertools.product((WEBCAM, None), (None, REAL, OTHER)):
    CASES |= {
        ((RTSP,), model, found, True): ((RTSP,), model or REAL),
        ((RTSP,), model, found, False): IMPOSSIBLE,
        ((RTSP, WEBCAM), model, found, True): ((RTSP, WEBCAM), model or REAL),
        ((QUEUE,), model, found, True): ((QUEUE,), model or STREET),
        ((QUEUE,), model, found, False): IMPOSSIBLE if model else ((QUEUE,), STREET),
        ((QUEUE, NIGHT), model, found, True): ((QUEUE, NIGHT), model or STREET),
        ((RTSP, QUEUE), model, found, True): ((RTSP, QUEUE), model) if model else IMPOSSIBLE,
    }
for cameras in ((RTSP,), (QUEUE,), (RTSP, QUEUE)):
    CASES |= {(cameras, STREET, WEBCAM, reach): (cameras, STREET) for reach in (True, False)}


def choose(asked: Asked, found: str | None, reach: bool) -> Choice:
    return settle(wish(asked, found=found), asked, model_within_reach=reach)


@pytest.mark.parametrize(("case", "chosen"), list(CASES.items()), ids=str)
def test_every_case_is_chosen_as_written_or_refused(
    case: tuple[tuple[str, ...], str | None, str | None, bool], chosen: tuple[tuple[str, ...], str] | str
) -> None:
    cameras, model, found, reach = case
    asked = Asked(cameras, model)
    if isinstance(chosen, str):
        with pytest.raises(Impossible) as caught:
            choose(asked, found, reach)
        assert "--model" in str(caught.value)
        assert "\n" not in str(caught.value)
        return
    choice = choose(asked, found, reach)
    assert (choice.cameras, choice.model) == chosen
    assert "\n" not in choice.line
    assert choice.model in choice.line
    assert all(camera in choice.line for camera in choice.cameras)


def test_what_was_named_is_never_replaced() -> None:
    worlds = ((), (RTSP,), (QUEUE,), (RTSP, QUEUE), (WEBCAM, NIGHT, RTSP))
    tried = 0
    for cameras, model, found, reach in itertools.product(
        worlds, (None, REAL, STREET, OTHER), (None, WEBCAM), (True, False)
    ):
        try:
            choice = choose(Asked(cameras, model), found, reach)
        except Impossible:
            continue
        tried += 1
        assert cameras in ((), choice.cameras)
        assert model in (None, choice.model)
        assert reach or choice.model == STREET
        simulated = {camera.startswith("sim:") for camera in choice.cameras}
        if model is None:
            assert simulated == {choice.model == STREET}
        if simulated != {choice.model == STREET} and choice.model != OTHER:
            assert "alone" in choice.line, "a model before the wrong world is told"
    assert tried > 30


def test_the_street_is_followed_with_the_labels_that_its_model_knows() -> None:
    assert choose(Asked(), None, True).labels == ("person", "vehicle")
    assert choose(Asked(), WEBCAM, True).labels == ("person",)
    known = load_manifest(REAL, folder=MANIFESTS).labels
    assert set(choose(Asked((QUEUE,), REAL), None, True).labels) <= set(known)


def test_a_refusal_names_the_way_that_needs_nothing() -> None:
    with pytest.raises(Impossible, match=r"LOKET_MIRROR.*Without --camera and --model.*own street"):
        choose(Asked((RTSP,)), None, False)


def test_the_mirror_is_where_the_variable_says_or_nowhere(tmp_path: Path) -> None:
    checkout, named = tmp_path / "checkout", tmp_path / "usb"
    beside = tmp_path / "shared" / "data"
    for folder in (checkout, named, beside):
        folder.mkdir(parents=True)
    assert mirror(checkout, env={}) == beside
    assert mirror(checkout, env={"LOKET_MIRROR": str(named)}) == named
    assert mirror(checkout, env={"LOKET_MIRROR": ""}) is None
    assert mirror(checkout, env={"LOKET_MIRROR": str(tmp_path / "gone")}) is None
    assert mirror(named, env={}) == beside
    assert mirror(beside, env={}) is None


def test_the_mirrors_clip_comes_before_a_webcam(tmp_path: Path) -> None:
    webcam, empty = tmp_path / "video0", tmp_path / "empty"
    assert here(None, webcam=webcam) is None
    assert here(empty, webcam=webcam) is None
    webcam.touch()
    assert here(None, webcam=webcam) == str(webcam)
    clip = tmp_path / "mirror" / CLIP
    clip.parent.mkdir(parents=True)
    clip.touch()
    assert here(tmp_path / "mirror", webcam=webcam) == str(clip)


@pytest.mark.parametrize(
    ("camera", "told"),
    [
        ("gone.mp4", "no such file or device"),
        ("/dev/video99", "no such file or device"),
        ("sim:rush_hor", "rush_hour"),
        ("sim:rush_hour?sed=7", "seed"),
        ("webcam:0", "no kind of camera"),
    ],
)
def test_a_camera_that_cannot_be_is_told_before_anything_starts(camera: str, told: str) -> None:
    with pytest.raises(Impossible, match=f"camera {camera.partition('?')[0]}.*{told}"):
        checked(camera)


def test_a_camera_is_given_to_the_unit_as_it_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clip.mp4").touch()
    assert checked("clip.mp4") == str(tmp_path / "clip.mp4")
    for camera in (RTSP, OWN_STREET, "picamera2:0"):
        assert checked(camera) == camera


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No mirror, an empty store, and a proxy that refuses; the folder for a cache."""
    for name in [name for name in os.environ if name.lower() in ("no_proxy", "loket_artefacts")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LOKET_MIRROR", "")
    monkeypatch.setenv("LOKET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    return tmp_path / "cache"


def test_a_model_that_nobody_gives_is_out_of_reach_and_one_that_came_with_loket_is_not(cut_off: Path) -> None:
    assert not within_reach(REAL, manifests=MANIFESTS)
    assert within_reach(STREET, manifests=MANIFESTS)
    fetch(STREET, manifests=MANIFESTS)
    assert not cut_off.exists()
    with pytest.raises(Unavailable):
        fetch(REAL, manifests=MANIFESTS)
    with pytest.raises(ModelError, match="did you mean"):
        within_reach("street_sin", manifests=MANIFESTS)


def test_an_internet_that_does_not_answer_is_not_waited_for(
    cut_off: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A firewall that drops everything: connections are accepted, and nothing ever comes."""
    with socket.create_server(("127.0.0.1", 0)) as hole:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{hole.getsockname()[1]}")
        began = time.monotonic()
        assert not within_reach(REAL, manifests=MANIFESTS, within_s=0.3)
        assert time.monotonic() - began < 10
    for thread in threading.enumerate():
        if thread.name.startswith("ask "):
            thread.join(10)


@pytest.fixture
def promising(cut_off: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An artefact store that says that it has the detector, and then gives nothing."""
    size = load_manifest(REAL, folder=MANIFESTS).weights.size

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(size))
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        monkeypatch.setenv("LOKET_ARTEFACTS", f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="promising"
        )
        thread.start()
        yield
        server.shutdown()
        thread.join(10)


@pytest.mark.usefixtures("promising")
def test_a_promise_that_is_broken_is_told_and_replaces_nothing_that_was_named() -> None:
    console = Console(file=io.StringIO(), width=1000)
    choice = decide(Asked(), found=WEBCAM, console=console)
    assert (choice.cameras, choice.model) == ((OWN_STREET,), STREET)
    assert "could not be had" in console.file.getvalue()  # type: ignore[attr-defined]
    with pytest.raises(Impossible, match=RTSP):
        decide(Asked((RTSP,)), found=WEBCAM, console=console)


def test_a_model_in_a_mirror_is_within_reach_without_the_internet(
    cut_off: Path, mirror_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOKET_MIRROR", str(mirror_folder))
    assert within_reach(REAL, manifests=MANIFESTS)
    fetch(REAL, manifests=MANIFESTS)
    monkeypatch.setenv("LOKET_MIRROR", "")
    assert within_reach(REAL, manifests=MANIFESTS), "it is in the local store now"
