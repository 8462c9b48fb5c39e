"""The corpus of complaints, its tables, and that the model is as good as its manifest and card say."""

import csv
import json
import subprocess
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.model_store.manifest import load_manifest, manifests_folder
from edge_agent.reading.grams import words
from loket.personal import find
from loket.region import load_region
from models.complaint_topics.judging import (
    MOST_SILENT,
    calibration_error,
    figures,
    shares,
    temperature_of,
    threshold_of,
)
from models.complaint_topics.table import Row, TableError, fold, is_held_out, read, topics

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "models" / "complaint_topics"
CORPUS = read(FOLDER / "corpus.csv")


def evaluate(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(FOLDER / "evaluate.py"), *words],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    counts = Counter(row.topic for row in CORPUS)
    assert len(CORPUS) >= 1500
    assert len(counts) >= 12
    assert min(counts.values()) >= 100
    assert set(counts) == {topic.name for topic in load_region(ROOT / "demo" / "region").file.topics}


def test_no_text_of_the_corpus_is_nearly_another() -> None:
    """Of two texts of the same topic with five words or more, fewer than four in five are the same."""
    sets = [(row.topic, frozenset(words(row.text))) for row in CORPUS]
    near = [
        (sorted(one), sorted(other))
        for topic in topics(CORPUS)
        for one, other in combinations([found for of, found in sets if of == topic and len(found) >= 5], 2)
        if len(one & other) >= 0.8 * len(one | other)
    ]
    assert near == []


def test_no_text_holds_what_finds_a_person() -> None:
    assert [row.text for row in CORPUS if find(row.text)] == []


def test_nothing_off_topic_is_in_the_corpus() -> None:
    off = {" ".join(words(row.text)) for row in read(FOLDER / "off_topic.csv", topic=None)}
    assert off & {" ".join(words(row.text)) for row in CORPUS} == set()
    assert len(off) >= 150


def test_the_model_is_as_good_as_its_manifest_says() -> None:
    ran = evaluate("models/complaint_topics/corpus.csv", "--held-out", "--json")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    scores = {
        score.measure: score.value
        for score in load_manifest("complaint_topics", folder=manifests_folder()).scores
    }
    # another runtime or processor may round a few texts to the other side
    near = pytest.approx
    assert told["accuracy_top1"] == near(scores["share with the right topic first"], abs=0.01)
    assert told["accuracy_top3"] == near(scores["share with the right topic among three"], abs=0.01)
    assert told["abstained"] == near(scores["share without a suggestion"], abs=0.01)
    assert told["calibration_error"] == near(scores["expected calibration error"], abs=0.015)
    assert told["texts"] == sum(is_held_out(row.text) for row in CORPUS)


def test_a_topic_that_the_model_does_not_know_counts_as_wrong(tmp_path: Path) -> None:
    table = tmp_path / "ours.csv"
    table.write_text("text,topic\nlampu jalan mati,PENERANGAN\nbuku perpustakaan habis,perpustakaan\n")
    told = json.loads(evaluate(str(table), "--json").stdout)
    assert (told["accuracy_top1"], told["unknown_topics"], told["texts"]) == (0.5, 1, 2)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("isi,topik\na,b\n", 'has no column "text", but isi, topik'),
        ("text,topic\n", "has no rows"),
        ("", "has no column"),
    ],
)
def test_a_table_that_cannot_be_used_is_told(content: str, told: str, tmp_path: Path) -> None:
    table = tmp_path / "ours.csv"
    table.write_text(content)
    ran = evaluate(str(table))
    assert ran.returncode == 2
    assert told in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_are_read_as_offices_export_them(delimiter: str, tmp_path: Path) -> None:
    table = tmp_path / "ours.csv"
    with table.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(["id", "isi", "topik"])
        writer.writerows(
            [[1, "Jalan rusak", "jalan"], [2, "jalan RUSAK!", "jalan"], [3, "", "jalan"], [4, "x", ""]]
        )
        writer.writerow([5, "Lampu mati", " penerangan "])
    rows = read(table, text="isi", topic="topik")
    assert rows == [Row("Jalan rusak", "jalan"), Row("Lampu mati", "penerangan")]


def test_a_table_in_another_encoding_is_told(tmp_path: Path) -> None:
    table = tmp_path / "ours.csv"
    table.write_bytes("text,topic\njalan rusak ½,jalan\n".encode("latin-1"))
    with pytest.raises(TableError, match="save it again as CSV UTF-8"):
        read(table)


def test_a_topic_with_few_texts_is_refused() -> None:
    rows = [Row(f"jalan {letter}", "jalan") for letter in "abcdefghijkl"] + [Row("lampu", "penerangan")]
    with pytest.raises(TableError, match="penerangan"):
        topics(rows)
    with pytest.raises(TableError, match="one topic only"):
        topics(rows[:-1])


def test_about_one_text_in_five_is_held_out_of_every_topic() -> None:
    for topic in topics(CORPUS):
        held_out = [is_held_out(row.text) for row in CORPUS if row.topic == topic]
        assert 0.1 <= sum(held_out) / len(held_out) <= 0.32


@given(st.text(max_size=50))
def test_what_is_held_out_depends_on_the_words_alone(text: str) -> None:
    assert is_held_out(f"Jalan {text}") == is_held_out(f"  JALAN {text} !!")
    assert 0 <= fold(text, "part") < 1


def synthetic(*, temperature: float, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Outputs and answers of a model that is right as often as its probabilities at `temperature` say."""
    chance = np.random.default_rng(seed)
    outputs = chance.normal(0, 2, (4000, 5))
    likely = shares(outputs, temperature=temperature)
    answers = (likely.cumsum(axis=1) > chance.random((4000, 1))).argmax(axis=1)
    return outputs, answers


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_the_temperature_is_found_again(temperature: float) -> None:
    outputs, answers = synthetic(temperature=temperature)
    assert temperature_of(outputs, answers) == pytest.approx(temperature, rel=0.08)
    told = figures(outputs, answers, temperature=temperature, threshold=0)
    assert told.calibration_error < 0.03
    assert figures(outputs, answers, temperature=temperature / 4, threshold=0).calibration_error > 0.05


def test_figures_of_a_few_texts() -> None:
    outputs = np.array([[9.0, 0, 0, 0], [0, 9.0, 0, 0], [1.0, 0.9, 0.8, 0], [1.0, 0.9, 0.8, 0.7]])
    told = figures(outputs, np.array([0, 0, 2, -1]), temperature=1, threshold=0.5)
    assert (told.accuracy_top1, told.accuracy_top3, told.abstained) == (0.25, 0.75, 0.5)
    assert (told.answered_top1, told.answered_top3, told.unknown_topics) == (0.5, 1.0, 1)
    silent = figures(outputs, np.array([0, 0, 2, -1]), temperature=1, threshold=1.01)
    assert (silent.abstained, silent.answered_top1) == (1.0, 0.0)


def test_a_model_that_is_always_sure_and_half_right_is_badly_calibrated() -> None:
    assert calibration_error(np.ones(10), np.arange(10) % 2 == 0) == pytest.approx(0.5)


def test_the_threshold_keeps_off_what_has_no_topic_but_not_too_many_that_have() -> None:
    sure, off = np.linspace(0, 1, 101), np.linspace(0, 0.1, 101)
    assert threshold_of(sure, off) == pytest.approx(0.09, abs=0.002)
    assert threshold_of(sure, np.linspace(0.9, 1, 101)) == pytest.approx(MOST_SILENT, abs=0.002)
