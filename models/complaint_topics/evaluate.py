"""Measures a model of topics on a table of texts: how often it is right, and how often it is silent.

    python models/complaint_topics/evaluate.py FILE.csv --json

`accuracy_top1` and `accuracy_top3` are shares of all texts, whether or not the model would have been silent;
`abstained` is the share for which the kiosk suggests nothing; `answered_top1` and `answered_top3` are of the
others. A topic that the model does not know counts as wrong (`unknown_topics`).
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from numpy.typing import NDArray

from edge_agent.model_store import ModelError
from edge_agent.model_store.manifest import Enclosed, load_manifest
from edge_agent.model_store.store import fault_of
from edge_agent.reading import ReadingError
from edge_agent.reading.grams import features
from edge_agent.reading.network import Network
from models.complaint_topics.judging import Answers, Outputs, figures
from models.complaint_topics.table import Row, TableError, is_held_out, read

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Measure. Returns the exit status: 0 done, 2 the table or the model cannot be used."""
    parser = argparse.ArgumentParser(prog="evaluate.py", description=__doc__.partition("\n")[0])
    parser.add_argument("table", type=Path, help="CSV or TSV with a text and a topic in each row")
    parser.add_argument("--text", default="text", help="its column of texts")
    parser.add_argument("--topic", default="topic", help="its column of topics")
    parser.add_argument("--model", type=Path, default=HERE, help="the folder of the model")
    parser.add_argument(
        "--held-out", action="store_true", help="only the texts that train.py keeps from learning"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    arguments = parser.parse_args()
    try:
        rows = read(arguments.table, text=arguments.text, topic=arguments.topic)
        if arguments.held_out:
            rows = [row for row in rows if is_held_out(row.text)]
        folder = arguments.model.resolve()
        manifest = load_manifest(folder.name, folder=folder.parent)
        weights = manifest.weights
        if manifest.kind != "topics" or manifest.decision is None or not isinstance(weights, Enclosed):
            raise ModelError(f"{manifest.name}: is no model of topics with its file beside it; name another")
        fault = fault_of(weights.enclosed, weights)
        if fault is not None:
            raise ModelError(f"{manifest.name}: {fault}")
        told = figures(
            outputs_of(weights.enclosed, [row.text for row in rows]),
            answers_of(rows, manifest.labels),
            temperature=manifest.decision.temperature,
            threshold=manifest.decision.thresholds[0],
        ).rounded()
    except (TableError, ModelError, ReadingError) as error:
        sys.stderr.write(f"evaluate.py: {error}\n")
        return 2
    lines = (f"{name}: {value}" for name, value in told.items())
    sys.stdout.write((json.dumps(told) if arguments.json else "\n".join(lines)) + "\n")
    return 0


def outputs_of(weights: Path, texts: Sequence[str]) -> Outputs:
    """What the model says of each text. Raises Unfit."""
    network = Network(weights)
    return np.array([network.answer(features(text)) for text in texts]).reshape(len(texts), network.outputs)


def answers_of(rows: Sequence[Row], labels: Sequence[str]) -> Answers:
    """The places of the rows' topics among `labels`, whatever their case; -1 for those that are not there."""
    places = {label.casefold(): place for place, label in enumerate(labels)}
    found: NDArray[np.intp] = np.array([places.get(row.topic.casefold(), -1) for row in rows], np.intp)
    return found


if __name__ == "__main__":
    sys.exit(main())
