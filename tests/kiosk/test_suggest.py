"""Suggestions of topics: three, the likeliest first, or none; never an error, whatever is typed or broken."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.kiosk.suggest import MODEL, MOST, Suggester, load_suggester, softmax
from edge_agent.model_store.manifest import Decision, load_manifest, manifests_folder
from edge_agent.reading import Unfit
from loket.region import load_region

REGION = Path(__file__).resolve().parents[2] / "demo" / "region"


class Told:
    """A reader that says what it is told to."""

    def __init__(self, *outputs: float) -> None:
        self.outputs = list(outputs)

    def answer(self, _entry: bytes) -> list[float]:
        return self.outputs


class Broken:
    """A reader whose model fails."""

    def answer(self, _entry: bytes) -> list[float]:
        raise Unfit("out of memory")


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return load_suggester()


def test_the_topics_of_the_model_are_those_of_the_sample_region() -> None:
    manifest = load_manifest(MODEL, folder=manifests_folder())
    assert set(manifest.labels) == {topic.name for topic in load_region(REGION).file.topics}


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Jalan depan rumah saya berlubang besar, motor sering jatuh", "jalan"),
        ("JLN RUSAK PARAH, ASPAL NGELUPAS", "jalan"),
        ("lampu jalan di gang kami mati sudah seminggu", "penerangan"),
        ("ayik PDAM idak ngalir la tigo hari", "air_bersih"),
        ("sampah menumpuk dan bau di belakang pasar", "sampah"),
        ("dokter di puskesmas jarang ada, obat habis", "kesehatan"),
        ("KTP saya belum jadi, blangko habis terus", "kependudukan"),
        ("kepala desa tidak terbuka soal dana desa", "desa"),
    ],
)
def test_what_is_said_plainly_is_suggested_first(suggester: Suggester, text: str, topic: str) -> None:
    suggestions = suggester.suggest(text)
    assert suggestions[0].topic == topic
    assert len(suggestions) <= MOST
    assert [each.probability for each in suggestions] == sorted(
        (each.probability for each in suggestions), reverse=True
    )


@pytest.mark.parametrize(
    "text", ["", "   \n", "🙂🙂🙂", "...!?", "halo", "\u202e\u200f", "tes tes 123", "wkwkwk"]
)
def test_what_says_nothing_gets_no_suggestion(suggester: Suggester, text: str) -> None:
    assert suggester.suggest(text) == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=2000))
def test_nothing_that_can_be_typed_breaks_it(text: str) -> None:
    suggestions = SHARED.suggest(text)
    assert len(suggestions) <= MOST
    assert all(0 < each.probability <= 1 for each in suggestions)


SHARED = load_suggester()


def test_a_megabyte_is_read_like_its_beginning(suggester: Suggester) -> None:
    text = "lampu jalan mati " * 300
    assert suggester.suggest(text + "x" * 1_000_000) == suggester.suggest(text)


def test_only_topics_of_the_region_are_suggested() -> None:
    labels, decision = ["a", "b", "c"], Decision(thresholds=[0.1])
    some = Suggester(Told(2.0, 1.5, 1.0), labels=labels, decision=decision, topics=["b", "c", "d"])
    assert [each.topic for each in some.suggest("apa")] == ["b", "c"]
    text = "pipa PDAM bocor, air tidak mengalir ke rumah"
    assert load_suggester(topics=["air_bersih"]).suggest(text)[0].topic == "air_bersih"
    assert load_suggester(topics=["jalan"]).suggest(text) == []


def test_without_a_model_nothing_is_suggested(tmp_path: Path) -> None:
    absent = load_suggester(folder=tmp_path)
    assert not absent.is_able
    assert absent.suggest("jalan rusak") == []


def test_a_damaged_model_is_not_used(tmp_path: Path) -> None:
    shutil.copytree(manifests_folder() / MODEL, tmp_path / MODEL)
    weights = tmp_path / MODEL / f"{MODEL}.tflite"
    assert load_suggester(folder=tmp_path).is_able
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    assert not load_suggester(folder=tmp_path).is_able


def test_a_model_of_another_kind_is_not_used() -> None:
    assert not load_suggester("street_sim").is_able


def test_a_reader_that_fails_suggests_nothing() -> None:
    failing = Suggester(Broken(), labels=["a", "b"], decision=Decision(thresholds=[0.1]))
    assert failing.suggest("jalan rusak") == []


def test_it_is_silent_below_its_threshold() -> None:
    even = Told(1.0, 1.0, 1.0)
    assert Suggester(even, labels=["a", "b", "c"], decision=Decision(thresholds=[0.34])).suggest("apa") == []
    told = Suggester(even, labels=["a", "b", "c"], decision=Decision(thresholds=[0.33])).suggest("apa")
    assert len(told) == 3


def test_topics_that_are_next_to_impossible_are_left_out() -> None:
    told = Suggester(Told(9.0, 8.5, 0.0), labels=["a", "b", "c"], decision=Decision(thresholds=[0.5]))
    assert [each.topic for each in told.suggest("apa")] == ["a", "b"]


@given(st.lists(st.floats(-500, 500), min_size=2, max_size=20), st.floats(0.2, 5))
def test_probabilities_are_probabilities(outputs: list[float], temperature: float) -> None:
    shares = softmax(outputs, temperature=temperature)
    assert sum(shares) == pytest.approx(1)
    assert shares.index(max(shares)) == outputs.index(max(outputs)) or len(set(shares)) < len(shares)
