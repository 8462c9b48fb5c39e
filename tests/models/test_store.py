"""The order of places, and that nothing is used before its SHA-256 is right."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from edge_agent.model_store import ModelError, Unavailable, WrongFile
from edge_agent.model_store.manifest import Enclosed, Fetched, Manifest, ModelFile, Score, Tensor
from edge_agent.model_store.places import Folder, Place, Web
from edge_agent.model_store.store import ModelStore, default_mirror, default_places, verify
from tests.models.conftest import CONTENT, Site


def manifest_of(file: ModelFile) -> Manifest:
    tensor = Tensor(shape=[1], type="uint8", meaning="none")
    score = Score(measure="none", value=0, on="nothing", command="none")
    return Manifest(
        name="small", version="1", licence="Apache-2.0", origin="https://upstream.invalid", summary="",
        kind="ssd", limits=["none"], input=tensor, outputs=[tensor], files=[file], scores=[score],
    )  # fmt: skip


def mirror(folder: Path, content: bytes = CONTENT) -> Folder:
    held = folder / "models/small/model.tflite"
    held.parent.mkdir(parents=True, exist_ok=True)
    held.write_bytes(content)
    return Folder(name="mirror folder", root=folder)


def web(name: str, url: str) -> Web:
    return Web(name=name, url_of=lambda _: url, timeout_s=5, pause_s=0.001, fruitless_attempts=1)


def resolve(folder: Path, places: Sequence[Place], file: ModelFile) -> Path:
    return ModelStore(folder, places).resolve(manifest_of(file), file)


def test_the_first_place_that_has_it_is_used_and_then_the_local_store(
    site: Site, file: Fetched, tmp_path: Path
) -> None:
    places = (mirror(tmp_path / "mirror"), web("upstream", site.url))
    path = resolve(tmp_path / "store", places, file)
    assert path.read_bytes() == CONTENT
    assert resolve(tmp_path / "store", (), file) == path
    assert site.requests == []


def test_the_next_place_is_asked_where_one_lacks_it(site: Site, file: Fetched, tmp_path: Path) -> None:
    places = (Folder(name="mirror folder", root=tmp_path / "empty"), web("upstream", site.url))
    assert resolve(tmp_path / "store", places, file).read_bytes() == CONTENT
    assert site.requests == [""]


def test_a_wrong_file_in_the_local_store_is_put_aside_and_fetched_anew(file: Fetched, tmp_path: Path) -> None:
    places = (mirror(tmp_path / "mirror"),)
    path = resolve(tmp_path / "store", places, file)
    path.write_bytes(b"y" + CONTENT[1:])
    assert resolve(tmp_path / "store", places, file).read_bytes() == CONTENT
    assert path.with_name(f"{path.name}.wrong").read_bytes().startswith(b"y")


def test_a_place_with_wrong_content_is_not_believed(site: Site, file: Fetched, tmp_path: Path) -> None:
    places = (mirror(tmp_path / "mirror", b"z" * len(CONTENT)), web("upstream", site.url))
    assert resolve(tmp_path / "store", places, file).read_bytes() == CONTENT


def test_a_kept_beginning_that_was_wrong_is_thrown_away(site: Site, file: Fetched, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "store", (web("upstream", site.url),))
    path = store.path_of(manifest_of(file), file)
    path.parent.mkdir(parents=True)
    path.with_name(f"{path.name}.part").write_bytes(b"q" * 1000)
    assert store.resolve(manifest_of(file), file).read_bytes() == CONTENT
    assert site.requests == ["bytes=1000-", ""]


def test_the_error_names_every_place_why_it_failed_and_what_to_do(
    site: Site, file: Fetched, tmp_path: Path
) -> None:
    site.status = 404
    places = (
        Folder(name="mirror folder", root=tmp_path / "empty"),
        mirror(tmp_path / "bad", b"z" * len(CONTENT)),
        web("the fleet's artefact store", site.url),
        web("upstream", "http://127.0.0.1:1/x"),
    )
    with pytest.raises(Unavailable) as caught:
        resolve(tmp_path / "store", places, file)
    text = str(caught.value)
    assert "\n" not in text
    for part in (
        "1. local store: no file", "2. mirror folder: no file", "3. mirror folder: wrong content: SHA-256",
        "4. the fleet's artefact store", "HTTP 404", "5. upstream", "refused", "LOKET_MIRROR",
    ):  # fmt: skip
        assert part in text
    assert not list((tmp_path / "store").rglob("*.part"))


def test_two_processes_do_not_fetch_the_same_file_at_once(file: Fetched, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "store", ())

    class Second:
        name = "second process"

        def fetch(self, *_: object, **__: object) -> None:
            store.resolve(manifest_of(file), file)

        def offers(self, *_: object, **__: object) -> bool:
            return True

    with pytest.raises(ModelError, match="another process is fetching it"):
        resolve(tmp_path / "store", (Second(),), file)


def test_a_store_that_cannot_be_written_is_told(file: Fetched, tmp_path: Path) -> None:
    blocked = tmp_path / "store"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(ModelError, match="cannot be written"):
        resolve(blocked, (mirror(tmp_path / "mirror"),), file)


def test_verify_refuses_another_file(file: Fetched, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(CONTENT)
    verify(path, file)
    path.write_bytes(CONTENT[:-1])
    with pytest.raises(WrongFile, match="SHA-256"):
        verify(path, file)


def test_places_are_tried_in_the_documented_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LOKET_MIRROR", str(tmp_path))
    names = [place.name for place in default_places(artefacts="https://fleet.example:8703/artefacts/")]
    assert names == ["mirror folder", "the fleet's artefact store", "upstream"]
    fleet = default_places(artefacts="https://fleet.example:8703/artefacts/")[1]
    assert isinstance(fleet, Web)
    sample = Fetched(name="a", url="https://x.example/a", mirror="a", sha256="0" * 64, size=1)
    assert fleet.url_of(sample) == f"https://fleet.example:8703/artefacts/models/{'0' * 64}"


def test_a_mirror_can_be_named_or_denied(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LOKET_MIRROR", str(tmp_path))
    assert default_mirror() == tmp_path
    monkeypatch.setenv("LOKET_MIRROR", "")
    assert default_mirror() is None
    assert [place.name for place in default_places()] == ["upstream"]


class Nowhere:
    """A place that nobody may ask."""

    name = "nowhere"

    def fetch(self, *_: object, **__: object) -> None:
        raise AssertionError("asked for a file that lies beside its manifest")

    def offers(self, *_: object, **__: object) -> bool:
        raise AssertionError("asked about a file that lies beside its manifest")


def test_an_enclosed_file_is_used_where_it_lies_and_nothing_is_written(
    enclosed: Enclosed, tmp_path: Path
) -> None:
    store = ModelStore(tmp_path / "store", (Nowhere(),))
    assert store.resolve(manifest_of(enclosed), enclosed) == enclosed.enclosed
    assert store.within_reach(manifest_of(enclosed), enclosed, within_s=1)
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("content", [b"y" + CONTENT[1:], CONTENT[:-1], None])
def test_an_enclosed_file_that_is_not_right_is_never_used_nor_looked_for_elsewhere(
    content: bytes | None, enclosed: Enclosed, tmp_path: Path
) -> None:
    enclosed.enclosed.unlink()
    if content is not None:
        enclosed.enclosed.write_bytes(content)
    store = ModelStore(tmp_path / "store", (Nowhere(),))
    with pytest.raises(Unavailable, match="install Loket again"):
        store.resolve(manifest_of(enclosed), enclosed)
    assert not store.within_reach(manifest_of(enclosed), enclosed, within_s=1)


def test_a_file_is_within_reach_where_it_is_here_or_a_place_offers_it(
    site: Site, file: Fetched, tmp_path: Path
) -> None:
    manifest, folder = manifest_of(file), tmp_path / "store"
    assert not ModelStore(folder, ()).within_reach(manifest, file, within_s=1)
    upstream = web("upstream", site.url)
    empty = Folder(name="mirror folder", root=tmp_path / "empty")
    assert ModelStore(folder, (empty, upstream)).within_reach(manifest, file, within_s=5)
    assert not folder.exists()
    ModelStore(folder, (upstream,)).resolve(manifest, file)
    assert ModelStore(folder, ()).within_reach(manifest, file, within_s=1)
