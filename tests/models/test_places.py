"""A download over a real connection that is cut, and over servers that misbehave."""

import socket
import threading
import time
from pathlib import Path

import pytest

from edge_agent.model_store.manifest import Fetched
from edge_agent.model_store.places import Folder, Missing, Web
from tests.models.conftest import CONTENT, Site


def web(site: Site) -> Web:
    return Web(name="site", url_of=lambda _: site.url, timeout_s=5, pause_s=0.001, fruitless_attempts=2)


def fetch(place: Web | Folder, file: Fetched, part: Path) -> list[int]:
    held: list[int] = []
    place.fetch(file, part=part, progress=lambda done, _: held.append(done))
    return held


def test_download_goes_on_where_the_connection_was_cut(site: Site, file: Fetched, tmp_path: Path) -> None:
    site.cut_after = 70_000
    part = tmp_path / "part"
    held = fetch(web(site), file, part)
    assert part.read_bytes() == CONTENT
    assert site.requests == ["", "bytes=70000-", "bytes=140000-", "bytes=210000-", "bytes=280000-"]
    assert held == sorted(held)
    assert held[-1] == file.size


def test_what_was_fetched_is_kept_for_the_next_try(site: Site, file: Fetched, tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(CONTENT[:100_000])
    fetch(web(site), file, part)
    assert part.read_bytes() == CONTENT
    assert site.requests == ["bytes=100000-"]


def test_a_server_that_gives_nothing_is_given_up_and_the_beginning_kept(
    site: Site, file: Fetched, tmp_path: Path
) -> None:
    part = tmp_path / "part"
    part.write_bytes(CONTENT[:100_000])
    site.cut_after = 0
    with pytest.raises(Missing, match=r"100000 of 300000 bytes are kept"):
        fetch(web(site), file, part)
    assert part.read_bytes() == CONTENT[:100_000]
    assert len(site.requests) == 2


def test_a_server_without_ranges_begins_again(site: Site, file: Fetched, tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(b"x" * 50_000)
    site.ranges = False
    fetch(web(site), file, part)
    assert part.read_bytes() == CONTENT


def test_another_range_than_asked_for_is_not_appended(site: Site, file: Fetched, tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(CONTENT[:1000])
    site.wrong_range = True
    with pytest.raises(Missing, match="another range"):
        fetch(web(site), file, part)
    assert part.read_bytes() == CONTENT[:1000]


def test_a_download_never_grows_beyond_the_manifests_size(site: Site, file: Fetched, tmp_path: Path) -> None:
    site.content = CONTENT + b"more" * 100_000
    part = tmp_path / "part"
    fetch(web(site), file, part)
    assert part.stat().st_size == file.size


def test_a_missing_file_is_told_at_once(site: Site, file: Fetched, tmp_path: Path) -> None:
    site.status = 404
    with pytest.raises(Missing, match="HTTP 404"):
        fetch(web(site), file, tmp_path / "part")
    assert len(site.requests) == 1


def test_a_failing_server_is_tried_again(site: Site, file: Fetched, tmp_path: Path) -> None:
    site.status = 503
    with pytest.raises(Missing, match="HTTP 503"):
        fetch(web(site), file, tmp_path / "part")
    assert len(site.requests) == 2


def test_nobody_listening_is_told(site: Site, file: Fetched, tmp_path: Path) -> None:
    nobody = Web(
        name="site", url_of=lambda _: "http://127.0.0.1:1/x", timeout_s=1, pause_s=0.001, fruitless_attempts=1
    )
    with pytest.raises(Missing, match="refused"):
        fetch(nobody, file, tmp_path / "part")


def test_a_folder_with_a_file_of_another_size_is_told(file: Fetched, tmp_path: Path) -> None:
    held = tmp_path / file.mirror
    held.parent.mkdir(parents=True)
    held.write_bytes(CONTENT[:-1])
    with pytest.raises(Missing, match="299999 bytes instead of 300000"):
        fetch(Folder(name="mirror", root=tmp_path), file, tmp_path / "part")


def test_a_server_that_has_the_file_offers_it_and_gives_nothing_yet(site: Site, file: Fetched) -> None:
    assert web(site).offers(file, within_s=5)
    assert site.requests == ["HEAD"]


def test_a_server_with_something_else_in_its_place_offers_nothing(site: Site, file: Fetched) -> None:
    site.content = b"Welcome to the hotel's network. Please sign in."
    assert not web(site).offers(file, within_s=5)
    site.status = 404
    assert not web(site).offers(file, within_s=5)


def test_a_server_that_never_answers_is_not_waited_for(site: Site, file: Fetched) -> None:
    site.silent = True
    began = time.monotonic()
    assert not web(site).offers(file, within_s=0.2)
    assert time.monotonic() - began < 5


def test_a_resolver_that_heeds_no_timeout_is_not_waited_for(
    file: Fetched, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()

    def resolve(*_: object, **__: object) -> list[object]:
        over.wait(20)
        raise OSError("no answer")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    began = time.monotonic()
    assert not Web(name="upstream", url_of=lambda file: file.url).offers(file, within_s=0.2)
    assert time.monotonic() - began < 10
    over.set()
    for thread in threading.enumerate():
        if thread.name == "ask upstream":
            thread.join(10)


def test_a_folder_offers_what_it_has_in_full(file: Fetched, tmp_path: Path) -> None:
    folder = Folder(name="mirror", root=tmp_path)
    assert not folder.offers(file, within_s=1)
    held = tmp_path / file.mirror
    held.parent.mkdir(parents=True)
    held.write_bytes(CONTENT[:-1])
    assert not folder.offers(file, within_s=1)
    held.write_bytes(CONTENT)
    assert folder.offers(file, within_s=1)
