"""How good a model of topics is, how sure it may be, and when it is silent. Pure."""

from dataclasses import asdict, dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

Outputs = Annotated[NDArray[np.float64], "N K: a row for each text"]
Answers = Annotated[
    NDArray[np.intp], "N: the right topics' places; -1 where the model does not know the topic"
]
BINS = 10
MOST_OFF = 0.1
"""Of texts that are about no topic, at most this share may be given suggestions..."""
MOST_SILENT = 0.15
"""...but it must not keep silent about more than this share of those that are."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured on texts with topics."""

    accuracy_top1: float
    """The share of all texts whose likeliest topic is the right one, whether or not it would be shown."""
    accuracy_top3: float
    """The share of all texts with the right one among the three likeliest."""
    abstained: float
    """The share of all texts for which nothing is suggested."""
    answered_top1: float
    """As accuracy_top1, of the texts that are answered; 0 where none is."""
    answered_top3: float
    calibration_error: float
    """Expected calibration error in ten bins (Guo et al. 2017)."""
    texts: int
    unknown_topics: int
    """Texts whose topic the model does not know; they count as wrong."""

    def rounded(self) -> dict[str, float | int]:
        """The figures by name, in thousandths."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def shares(outputs: Outputs, *, temperature: float) -> Outputs:
    """Probabilities, by softmax at a temperature."""
    scaled = outputs / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    found: Outputs = powers / powers.sum(axis=1, keepdims=True)
    return found


def figures(outputs: Outputs, answers: Answers, *, temperature: float, threshold: float) -> Figures:
    """The figures of `outputs`."""
    likely = shares(outputs, temperature=temperature)
    ranked = np.argsort(-likely, axis=1, kind="stable")
    first, three = ranked[:, 0] == answers, (ranked[:, :3] == answers[:, np.newaxis]).any(axis=1)
    sure = likely.max(axis=1)
    answered = sure >= threshold
    return Figures(
        accuracy_top1=float(first.mean()),
        accuracy_top3=float(three.mean()),
        abstained=float(1 - answered.mean()),
        answered_top1=float(first[answered].mean()) if answered.any() else 0.0,
        answered_top3=float(three[answered].mean()) if answered.any() else 0.0,
        calibration_error=calibration_error(sure, first),
        texts=len(answers),
        unknown_topics=int((answers < 0).sum()),
    )


def calibration_error(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The mean distance between how sure a model is and how often it is right, over bins of sureness."""
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [
        abs(sure[bins == place].mean() - right[bins == place].mean()) * (bins == place).mean()
        for place in range(BINS)
        if (bins == place).any()
    ]
    return float(sum(gaps))


def temperature_of(outputs: Outputs, answers: Answers) -> float:
    """The temperature with the least negative log likelihood on texts that were not learned from."""
    tried = np.geomspace(0.2, 5, 200)
    rows = np.arange(len(answers))
    losses = [-np.log(shares(outputs, temperature=each)[rows, answers] + 1e-12).mean() for each in tried]
    return float(tried[int(np.argmin(losses))])


def threshold_of(sure: NDArray[np.float64], off: NDArray[np.float64]) -> float:
    """Below which sureness to be silent, by how sure it was of texts with topics and without (`off`).

    Silent about most of what has no topic, as far as it need not be silent about many that have one.
    """
    wanted = float(np.quantile(off, 1 - MOST_OFF)) if len(off) else 1.0
    return round(min(wanted, float(np.quantile(sure, MOST_SILENT))), 3)
