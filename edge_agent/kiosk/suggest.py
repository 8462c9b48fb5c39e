"""What a citizen's text seems to be about: three topics to choose from, or nothing. The citizen decides."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from edge_agent.model_store import ModelError, WrongFile
from edge_agent.model_store.manifest import Decision, Enclosed, load_manifest, manifests_folder
from edge_agent.model_store.store import fault_of
from edge_agent.reading import ReadingError, Unfit
from edge_agent.reading.grams import SIZE, features
from edge_agent.reading.network import Network
from loket.log import get

log = get(__name__)

MODEL = "complaint_topics"
"""The model that comes with Loket."""
MOST = 3
LEAST = 0.01
"""A topic that is less likely is not worth a citizen's look."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A topic that a text may be about."""

    topic: str
    """Its name in the region."""
    probability: float
    """0 to 1, calibrated: of suggestions with 0.7, about seven in ten are right."""


class Reader(Protocol):
    """What gives a number for each topic; the higher the likelier."""

    def answer(self, entry: bytes, /) -> list[float]:
        """The numbers for the features of a text. Raises ReadingError."""
        ...


class Suggester:
    """Suggests topics for a text; without a model none. Takes about two milliseconds."""

    def __init__(
        self,
        reader: Reader | None = None,
        *,
        labels: Collection[str] = (),
        decision: Decision | None = None,
        topics: Collection[str] | None = None,
    ) -> None:
        """`labels`: the topics that `reader` knows, by its outputs; `topics`: those that may be suggested."""
        self._reader = reader
        self._labels = tuple(labels)
        self._decision = decision or Decision(thresholds=[1.0])
        self._topics = frozenset(labels if topics is None else topics)

    @property
    def is_able(self) -> bool:
        """Whether there is a model; the page need not offer what never comes."""
        return self._reader is not None

    def suggest(self, text: str) -> list[Suggestion]:
        """At most three topics, the likeliest first; none where it is not sure enough."""
        entry = features(text)
        if self._reader is None or not any(entry):
            return []
        try:
            probabilities = softmax(self._reader.answer(entry), temperature=self._decision.temperature)
        except ReadingError as error:
            log.warning("suggestion_failed", reason=str(error))
            return []
        if max(probabilities) < self._decision.thresholds[0]:
            return []
        ranked = sorted(zip(probabilities, self._labels, strict=True), reverse=True)
        likely = [(share, topic) for share, topic in ranked if topic in self._topics and share >= LEAST]
        return [Suggestion(topic, share) for share, topic in likely[:MOST]]


def softmax(outputs: Collection[float], *, temperature: float) -> list[float]:
    """Outputs as probabilities (Guo et al. 2017, "On calibration of modern neural networks")."""
    most = max(outputs)
    powers = [math.exp((output - most) / temperature) for output in outputs]
    return [power / sum(powers) for power in powers]


def load_suggester(
    name: str = MODEL, *, folder: Path | None = None, topics: Collection[str] | None = None
) -> Suggester:
    """The suggester of the model `name`; one that suggests nothing where the model is absent or wrong.

    `folder`: where the manifests are, if not Loket's own; `topics`: the region's, and no other is suggested.
    """
    try:
        manifest = load_manifest(name, folder=folder or manifests_folder())
        weights = manifest.weights
        if manifest.kind != "topics" or not isinstance(weights, Enclosed):
            raise ModelError(f"{name}: is no model of topics with its file beside it; name another")
        fault = fault_of(weights.enclosed, weights)
        if fault is not None:
            raise WrongFile(f"{name}: {fault}")
        network = Network(weights.enclosed)
        if network.size != SIZE or network.outputs != len(manifest.labels):
            raise Unfit(f"{name}: was trained for other features or topics than this kiosk's; train it again")
    except (ModelError, ReadingError) as error:
        log.warning("suggestions_absent", model=name, reason=str(error))
        return Suggester()
    return Suggester(network, labels=manifest.labels, decision=manifest.decision, topics=topics)
