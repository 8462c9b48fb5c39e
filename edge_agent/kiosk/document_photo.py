"""Whether a document's photograph can be read, and what the citizen can do; it never refuses one."""

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from edge_agent.kiosk.services.service import N_
from edge_agent.model_store import ModelError, WrongFile
from edge_agent.model_store.manifest import Enclosed, load_manifest, manifests_folder
from edge_agent.model_store.store import fault_of
from edge_agent.reading import ReadingError, Unfit, Unreadable
from edge_agent.reading.network import Network
from edge_agent.reading.planes import SIZE, planes
from loket.log import get

log = get(__name__)

MODEL = "document_photo"
"""The model that comes with Loket."""


class Fault(StrEnum):
    """What may be wrong with a photograph; the model's labels, and one that needs no model."""

    BLUR = "blur"
    DARK = "dark"
    GLARE = "glare"
    CUT = "cut"
    UNREADABLE = "unreadable"


ADVICE = {
    Fault.BLUR: N_("The photo is not sharp. Lay the document flat, hold still, and take it again."),
    Fault.DARK: N_("The photo is too dark. Move the document into the light and take it again."),
    Fault.GLARE: N_("Light shines on the document. Tilt it a little until the bright spot is gone."),
    Fault.CUT: N_("A part of the document is missing. Move it until all four corners can be seen."),
    Fault.UNREADABLE: N_("The photo could not be opened. Take it again."),
}
"""What a citizen can do, by fault; message ids."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found."""

    faults: tuple[Fault, ...] = ()
    """The surest first."""
    is_judged: bool = True
    """False where there is no model: then nothing is known, and nothing is advised."""

    @property
    def is_good(self) -> bool:
        """Whether nothing was found; also where nobody looked."""
        return not self.faults

    @property
    def advice(self) -> tuple[str, ...]:
        """What the citizen can do: message ids, to be translated."""
        return tuple(ADVICE[fault] for fault in self.faults)


class Reader(Protocol):
    """What gives a number for each fault; above zero: rather there than not."""

    def answer(self, entry: bytes, /) -> list[float]:
        """The numbers for the planes of a photograph. Raises ReadingError."""
        ...


class Judge:
    """Judges photographs; without a model it knows only those that cannot be opened.

    Threads may share it: they take turns.
    """

    def __init__(
        self,
        reader: Reader | None = None,
        *,
        faults: Sequence[Fault] = (),
        thresholds: Sequence[float] = (),
    ) -> None:
        """`faults`: what `reader` tells; `thresholds`: from which probability each is told."""
        self._reader = reader
        self._turn = threading.Lock()
        self._faults = tuple(zip(faults, thresholds, strict=True))

    def judge(self, jpeg: bytes) -> Verdict:
        """The verdict on a JPEG; takes some 10 ms, and keeps nothing of it."""
        try:
            entry = planes(jpeg)
            if self._reader is None:
                return Verdict(is_judged=False)
            with self._turn:
                outputs = self._reader.answer(entry)
        except Unreadable:
            return Verdict((Fault.UNREADABLE,))
        except ReadingError as error:
            log.warning("photo_not_judged", reason=str(error))
            return Verdict(is_judged=False)
        sure = [(1 + math.tanh(output / 2)) / 2 for output in outputs]
        found = [
            (share - threshold, fault)
            for share, (fault, threshold) in zip(sure, self._faults, strict=True)
            if share >= threshold
        ]
        return Verdict(tuple(fault for _, fault in sorted(found, reverse=True)))


def load_judge(name: str = MODEL, *, folder: Path | None = None) -> Judge:
    """The judge with the model `name`; one without a model where that is absent or wrong."""
    try:
        manifest = load_manifest(name, folder=folder or manifests_folder())
        weights, decision = manifest.weights, manifest.decision
        if manifest.kind != "document_photo" or decision is None or not isinstance(weights, Enclosed):
            raise ModelError(f"{name}: is no model of documents' photographs with its file beside it")
        fault = fault_of(weights.enclosed, weights)
        if fault is not None:
            raise WrongFile(f"{name}: {fault}")
        network = Network(weights.enclosed)
        told = len(manifest.labels)
        if network.size != SIZE or network.outputs != told or len(decision.thresholds) != told:
            raise Unfit(f"{name}: was trained for another kiosk; train it again")
        faults = [Fault(label) for label in manifest.labels]
    except (ModelError, ReadingError, ValueError) as error:
        log.warning("photos_not_judged", model=name, reason=str(error))
        return Judge()
    return Judge(network, faults=faults, thresholds=decision.thresholds)
