"""Measures the model of documents' photographs on drawn ones that it has not learned from.

    python models/document_photo/evaluate.py --json

Both on documents and tables of the kinds that it has learned, and on kinds that were held out.
"""

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from numpy.typing import NDArray

from edge_agent.model_store.manifest import load_manifest
from edge_agent.reading.network import Network
from edge_agent.reading.planes import SIZE, planes
from models.document_photo.render import FAULTS, photograph

HERE = Path(__file__).resolve().parent
LEARN, TUNE, TEST = 0, 1_000_000, 2_000_000
"""The first seeds of what is learned from, of what sets the thresholds, and of what is measured on."""
LEAST_FOUND = 0.97
"""A fault's threshold is as high as it can be while it finds this share of those that have it..."""
BETWEEN = (0.3, 0.7)
"""...within these bounds, for the pictures that set it are few."""

Outputs = Annotated[NDArray[np.float64], "N F: logits by FAULTS"]
Faults = Annotated[NDArray[np.bool_], "N F"]


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Photographs as planes, and their faults."""

    planes: Annotated[NDArray[np.uint8], "N CELLS CELLS PLANES"]
    faults: Faults


def main() -> int:
    """Measure. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="evaluate.py", description=__doc__.partition("\n")[0])
    parser.add_argument("--pictures", type=int, default=150, help="of either sort")
    parser.add_argument("--json", action="store_true", help="as JSON")
    arguments = parser.parse_args()
    manifest = load_manifest(HERE.name, folder=HERE.parent)
    assert manifest.decision is not None  # noqa: S101 - ours has one
    weights = HERE / manifest.weights.name
    told: dict[str, object] = {}
    for sort, held_out in (("known_kinds", False), ("held_out_kinds", True)):
        examples = drawn(TEST, arguments.pictures, held_out=held_out)
        outputs = outputs_of(weights, examples.planes)
        told[sort] = figures(outputs, examples.faults, manifest.decision.thresholds)
    told["judge_ms"] = _took(weights)
    lines = (f"{name}: {value}" for name, value in told.items())
    sys.stdout.write((json.dumps(told) if arguments.json else "\n".join(lines)) + "\n")
    return 0


def drawn(first: int, number: int, *, held_out: bool) -> Examples:
    """The photographs of `number` seeds from `first` on."""
    made = [photograph(seed, held_out=held_out) for seed in range(first, first + number)]
    read = np.frombuffer(b"".join(planes(each.jpeg) for each in made), np.uint8)
    cells = round((SIZE / 4) ** 0.5)
    faults = np.array([[fault in each.faults for fault in FAULTS] for each in made])
    return Examples(read.reshape(number, cells, cells, -1), faults)


def outputs_of(weights: Path, pictures: NDArray[np.uint8]) -> Outputs:
    """What the model says of each picture."""
    network = Network(weights)
    return np.array([network.answer(picture.tobytes()) for picture in pictures])


def sure_of(outputs: Outputs) -> NDArray[np.float64]:
    """Probabilities of the faults."""
    return np.asarray(1 / (1 + np.exp(-outputs)))


def thresholds_of(outputs: Outputs, faults: Faults) -> list[float]:
    """From which probability each fault is told, by pictures that were not learned from."""
    sure = sure_of(outputs)
    lowest = [
        float(np.quantile(sure[faults[:, place], place], 1 - LEAST_FOUND)) for place in range(len(FAULTS))
    ]
    return [round(float(np.clip(share, *BETWEEN)), 3) for share in lowest]


def figures(outputs: Outputs, faults: Faults, thresholds: list[float]) -> dict[str, float]:
    """By fault, the shares found and falsely told; and of sound pictures, the share let through."""
    told = sure_of(outputs) >= np.array(thresholds)
    found: dict[str, float] = {}
    for place, fault in enumerate(FAULTS):
        there = faults[:, place]
        found[f"{fault}_found"] = round(float(told[there, place].mean()), 3)
        found[f"{fault}_false"] = round(float(told[~there, place].mean()), 3)
    sound = ~faults.any(axis=1)
    found["sound_let_through"] = round(float((~told[sound].any(axis=1)).mean()), 3)
    found["faulty_refused"] = round(float(told[~sound].any(axis=1).mean()), 3)
    found["pictures"] = len(faults)
    return found


def _took(weights: Path) -> float:
    """Milliseconds of processor time from a JPEG to a verdict, the median of twenty."""
    network = Network(weights)
    jpegs = [photograph(TEST + number).jpeg for number in range(4)]
    took = []
    for jpeg in jpegs * 5:
        began = time.process_time()
        network.answer(planes(jpeg))
        took.append(time.process_time() - began)
    return round(1000 * float(np.median(took)), 1)


if __name__ == "__main__":
    sys.exit(main())
