"""A text as numbers: the same everywhere and for ever, for the models were trained on just these."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.reading.grams import MOST_CHARACTERS, SIZE, features, stem, words

SENTENCE = "Jln di depan SD 12 Tubei rusaaaak parah bgt, lobangnya udah kayak kolam!"


def test_features_are_those_that_the_models_learned_from() -> None:
    """Where this fails, every model of topics must be trained again."""
    assert hashlib.sha256(features(SENTENCE)).hexdigest() == (
        "9cb095f0ca4597d068d3d3168a4ac45ad33e2f8831f4cc591715d43a54e87efc"
    )


@given(st.text(max_size=300))
def test_any_text_gives_as_many_bytes(text: str) -> None:
    entry = features(text)
    assert len(entry) == SIZE
    assert any(entry) == bool(words(text))


@given(st.text(max_size=300))
def test_case_is_no_matter(text: str) -> None:
    assert words(text.casefold()) == words(text.casefold().casefold())
    assert features(f"jalan {text}") == features(f"JALAN {text}")


def test_accents_drawls_widths_and_short_forms_are_no_matter() -> None:
    assert words("Rusáááák ＪＡＬＡＮ yg") == words("rusak jalan yang")
    assert words("jln gk bs") == ["jalan", "tidak", "bisa"]


def test_numbers_are_all_alike() -> None:
    """No model learns a citizen's number: of a NIK nothing but that there is one."""
    assert features("nomor 1707010101900001") == features("nomor 5")


def test_what_comes_after_the_first_part_is_not_read() -> None:
    start = "jalan rusak " * (MOST_CHARACTERS // 12 + 1)
    assert features(start) == features(start + "lampu " * 200_000)


def test_long_and_short_texts_weigh_alike() -> None:
    for text in ("lampu mati", SENTENCE, SENTENCE * 5):
        length = sum(weight * weight for weight in features(text)) ** 0.5
        assert 480 <= length <= 540


def test_stems_take_off_one_beginning_and_two_endings() -> None:
    taken = {
        "jalannya": "jalan",
        "dibersihkan": "bersih",
        "kebersihannya": "bersih",
        "ktp": "ktp",
        "mati": "mati",
    }
    assert {word: stem(word) for word in taken} == taken
