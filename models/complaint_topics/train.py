"""Trains a model of topics from a table of texts, and writes its TFLite file and manifest.

    python models/complaint_topics/train.py --csv complaints.csv --name our_topics --out FOLDER

Needs the `[edge,train]` extras. The table has a text and a topic in each row (CSV with commas or
semicolons, or TSV; UTF-8). One text in five, chosen by a hash, is never learned from: the figures in
the manifest are of those.
FOLDER/NAME then holds what `models/complaint_topics` holds here.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edge_agent.reading.grams import SIZE
from models.complaint_topics.evaluate import answers_of, outputs_of
from models.complaint_topics.judging import figures, shares, temperature_of, threshold_of
from models.complaint_topics.learner import Learner, stacked
from models.complaint_topics.table import Row, TableError, fold, is_held_out, read, topics

HERE = Path(__file__).resolve().parent
FOLDS = 5


def main() -> int:
    """Read, learn, measure, write. Returns the exit status: 0 done, 2 the table cannot be used."""
    parser = argparse.ArgumentParser(prog="train.py", description=__doc__.partition("\n")[0])
    parser.add_argument("--csv", type=Path, default=HERE / "corpus.csv", help="the table to learn from")
    parser.add_argument("--text", default="text", help="its column of texts")
    parser.add_argument("--topic", default="topic", help="its column of topics, named as in region.toml")
    parser.add_argument("--off", type=Path, help="a table of texts that are about no topic")
    parser.add_argument("--test", type=Path, help="measure on this table, and learn from all of --csv")
    parser.add_argument("--name", default="complaint_topics", help="the model's name")
    parser.add_argument("--version", default="1", help="its version")
    parser.add_argument("--licence", default="Apache-2.0", help="SPDX identifier of what was learned from")
    parser.add_argument("--out", type=Path, required=True, help="folder to put the model's folder into")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    try:
        rows = read(arguments.csv, text=arguments.text, topic=arguments.topic)
        off = [row.text for row in read(arguments.off, topic=None)] if arguments.off else []
        labels = topics(rows)
        if arguments.test:
            held_out = read(arguments.test, text=arguments.text, topic=arguments.topic)
        else:
            held_out = [row for row in rows if is_held_out(row.text)]
            rows = [row for row in rows if not is_held_out(row.text)]
    except TableError as error:
        sys.stderr.write(f"train.py: {error}\n")
        return 2
    off_held_out = [text for text in off if is_held_out(text)]
    off = [text for text in off if not is_held_out(text)]
    temperature, threshold = _sureness(rows, off, labels, seed=arguments.seed)
    entries, known = stacked([row.text for row in rows]), answers_of(rows, labels)
    learner = _learned(entries, known, stacked(off), outputs=len(labels), seed=arguments.seed)
    folder = arguments.out / arguments.name
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / f"{arguments.name}.tflite"
    weights.write_bytes(learner.to_tflite(entries[:: max(1, len(entries) // 300)]))
    texts, answers = [row.text for row in held_out], answers_of(held_out, labels)
    believed = {"temperature": temperature, "threshold": threshold}
    told = figures(outputs_of(weights, texts), answers, **believed)
    whole = figures(learner.answer(stacked(texts)), answers, **believed)
    summary: dict[str, object] = {
        **told.rounded(),
        "accuracy_top1_before_eight_bits": round(whole.accuracy_top1, 3),
        "learned_from": len(rows),
        **believed,
        "bytes": weights.stat().st_size,
    }
    if off_held_out:
        sure = shares(outputs_of(weights, off_held_out), temperature=temperature).max(axis=1)
        summary["off_topic_texts"] = len(sure)
        summary["off_topic_answered"] = round(float((sure >= threshold).mean()), 3)
    on = f"{len(texts)} held-out texts of {(arguments.test or arguments.csv).name}"
    manifest = manifest_of(arguments, weights, labels, believed, told.rounded(), on=on)
    (folder / "model.toml").write_text(manifest, encoding="utf-8")
    sys.stdout.write(json.dumps(summary, indent=2) + "\n")
    return 0


def _learned(
    entries: NDArray[np.uint8], answers: NDArray[np.intp], off: NDArray[np.uint8], *, outputs: int, seed: int
) -> Learner:
    """A learner of texts with topics, and of those with none (`off`)."""
    learner = Learner(outputs, seed=seed)
    targets = np.eye(outputs, dtype=np.float32)[answers]
    nothing = np.full((len(off), outputs), 1 / outputs, np.float32)
    learner.learn(np.concatenate([entries, off]), np.concatenate([targets, nothing]))
    return learner


def _sureness(
    rows: Sequence[Row], off: Sequence[str], labels: list[str], *, seed: int
) -> tuple[float, float]:
    """Temperature and threshold, by cross-validation: from what is said of texts that were not learned."""
    entries, answers, others = (
        stacked([row.text for row in rows]),
        answers_of(rows, labels),
        stacked(list(off)),
    )
    parts = np.array([int(fold(row.text, "part") * FOLDS) for row in rows])
    other_parts = np.array([int(fold(text, "part") * FOLDS) for text in off], int)
    outputs = np.zeros((len(rows), len(labels)))
    other_outputs = np.zeros((len(off), len(labels)))
    for part in range(FOLDS):
        rest, other_rest = parts != part, other_parts != part
        learner = _learned(entries[rest], answers[rest], others[other_rest], outputs=len(labels), seed=seed)
        outputs[~rest] = learner.answer(entries[~rest])
        other_outputs[~other_rest] = learner.answer(others[~other_rest])
        right = outputs[~rest].argmax(axis=1) == answers[~rest]
        sys.stderr.write(f"part {part + 1} of {FOLDS}: {right.mean():.3f} right of {len(right)}\n")
    temperature = round(temperature_of(outputs, answers), 3)
    sure = shares(outputs, temperature=temperature).max(axis=1)
    return temperature, threshold_of(
        sure, shares(other_outputs, temperature=temperature).max(axis=1, initial=0)
    )


def manifest_of(
    arguments: argparse.Namespace,
    weights: Path,
    labels: list[str],
    believed: dict[str, float],
    told: dict[str, float | int],
    *,
    on: str,
) -> str:
    """The text of `model.toml`."""
    table, option = (arguments.test, "") if arguments.test else (arguments.csv, " --held-out")
    command = f"python models/complaint_topics/evaluate.py {_told(table)}{option} --json"
    measures = {
        "share with the right topic first": told["accuracy_top1"],
        "share with the right topic among three": told["accuracy_top3"],
        "share without a suggestion": told["abstained"],
        "share with the right topic among three, of those with suggestions": told["answered_top3"],
        "expected calibration error": told["calibration_error"],
    }
    scores = "".join(
        f"\n[[scores]]\nmeasure = {json.dumps(measure)}\nvalue = {value}\non = {json.dumps(on)}\n"
        f"command = {json.dumps(command)}\n"
        for measure, value in measures.items()
    )
    return f"""\
# A model of topics. Written by models/complaint_topics/train.py.
name = {json.dumps(arguments.name)}
version = {json.dumps(arguments.version)}
licence = {json.dumps(arguments.licence)}
origin = "Loket"
summary = "Suggests which of {len(labels)} topics a text in Indonesian is about."
kind = "topics"
labels = {json.dumps(labels)}
limits = [
    "Knows words, not meanings: irony, denial and what stands between the lines escape it.",
    "One topic for a text that names several.",
    "Indonesian, with some Malay of Bengkulu; other languages are not known to it.",
]

[input]
shape = [1, {SIZE}]
type = "uint8"
meaning = "Hashed words, stems and letter groups (edge_agent.reading.grams)."

[[outputs]]
shape = [1, {len(labels)}]
type = "int8"
meaning = "Logits by labels, to be divided by the temperature before softmax."

[decision]
temperature = {believed["temperature"]}
thresholds = [{believed["threshold"]}]

[[files]]
enclosed = {json.dumps(weights.name)}
sha256 = "{hashlib.sha256(weights.read_bytes()).hexdigest()}"
size = {weights.stat().st_size}
{scores}"""


def _told(path: Path) -> str:
    """A path as it is told to others: from the repository's root, or the name alone."""
    root, path = HERE.parents[1], path.resolve()
    return str(path.relative_to(root)) if path.is_relative_to(root) else path.name


if __name__ == "__main__":
    sys.exit(main())
