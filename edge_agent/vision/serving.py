"""Which model serves: the one that the settings name, if it passes its canary, else the one before it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from edge_agent.contract.events import ModelChanged
from edge_agent.model_store import Forged, ModelError, slots
from edge_agent.model_store.manifest import MANIFEST, Manifest, load_manifest, manifests_folder
from edge_agent.model_store.shelf import Shelf, Shelved, pin_of
from edge_agent.model_store.signature import SUFFIX, Minisign, Nobody, Signature
from edge_agent.model_store.slots import Change, Slot, Slots
from edge_agent.vision import DetectorError, ModelFailed
from edge_agent.vision.canary.settings import SlotSettings
from edge_agent.vision.canary.verdict import Verdict
from loket import log

Trial = Callable[[Shelved], Verdict]
Fetch = Callable[[Manifest], Path]
"""The path of a manifest's weights, verified. Raises ModelError."""

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the settings name."""

    name: str
    manifests: Path


class Serving:
    """The choice at one start of the unit, and the new model's time on trial after it."""

    def __init__(
        self,
        shelf: Shelf,
        settings: SlotSettings,
        *,
        trial: Trial,
        fetch: Fetch,
        runtime: str,
        boot: str,
        new_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self.notes: tuple[str, ...] = ()
        """What is not as the settings say, for the unit's health."""
        self._shelf = shelf
        self._settings = settings
        self._trial = trial
        self._fetch = fetch
        self._runtime = runtime
        self._boot = boot
        self._new_id = new_id
        self._slots = Slots()
        self._counted = False
        self._working_s: float | None = None

    def choose(self, wanted: Wanted) -> Shelved:
        """The model to load now. Raises ModelError or DetectorError where there is none."""
        self._slots = self._shelf.read()
        if slots.rebooted(self._slots, boot=self._boot) != self._slots:
            self._change(lambda before: slots.rebooted(before, boot=self._boot))
        self._return_from_crashes()
        fault, chosen = "", None
        try:
            chosen = self._bring_in(wanted)
        except (ModelError, DetectorError) as error:
            fault = str(error)
        if chosen is None:
            chosen = self._fall_back(fault)
            self._note(f"{fault}; {chosen.slot.name} {chosen.slot.version} serves instead")
            _log.error("model_refused", model=wanted.name, reason=fault, serves=chosen.slot.name)
        self._shelf.prune(self._slots.kept)
        return chosen

    def note_labels(self, manifest: Manifest, cameras: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Note what cameras are to follow (name, labels) and the model that serves does not know."""
        for camera, labels in cameras:
            if unknown := [label for label in labels if label not in manifest.labels]:
                self._note(f"camera {camera}: {manifest.name} serves, and does not know {', '.join(unknown)}")

    def begin(self) -> None:
        """The model is about to be loaded: until it has worked for a while, each end may be its fault."""
        self._change(lambda before: slots.began(before, boot=self._boot))
        self._counted = self._slots.starts is not None

    def works(self, now_s: float) -> None:
        """The unit is at work with it, and has seen pictures."""
        if not self._counted:
            return
        self._working_s = now_s if self._working_s is None else self._working_s
        if now_s - self._working_s >= self._settings.healthy_s:
            self._counted = False
            self._change(slots.healthy)
            _log.info("model_proven", model=self._slots.current.name if self._slots.current else "")

    @contextmanager
    def blames_the_model(self) -> Iterator[None]:
        """Around loading and using it: an end in order, or for another reason, is not held against it.

        Raises ModelFailed instead of DetectorError.
        """
        try:
            yield
        except DetectorError as error:
            raise ModelFailed(str(error)) from error
        except BaseException:
            self._end_well()
            raise
        self._end_well()

    def _end_well(self) -> None:
        if self._counted:
            self._counted = False
            self._change(slots.ended_well)

    def tell(self, say: Callable[[ModelChanged, str], bool]) -> None:
        """Tell the changes that were not told yet; `say` takes an event and its id, and is False if full."""
        done = tuple(change for change in self._slots.untold if say(_event(change), change.id))
        if done:
            self._change(lambda before: slots.told(before, done))

    def _bring_in(self, wanted: Wanted) -> Shelved:
        """What the settings name. Raises ModelError or DetectorError where it must not serve."""
        path = wanted.manifests / wanted.name / MANIFEST
        manifest = load_manifest(wanted.name, folder=wanted.manifests)
        slot = Slot(manifest.name, manifest.version, pin_of(path), manifest.weights.sha256, self._runtime)
        current = self._slots.current
        if current is not None and (current.pin, current.runtime) == (slot.pin, slot.runtime):
            try:
                return self._shelf.open(current)
            except ModelError as error:
                _log.error("model_slot_damaged", model=slot.name, reason=str(error))
        refusal = self._slots.refusal_of(slot.pin)
        if refusal is not None and refusal.lasting and refusal.slot.runtime == self._runtime:
            raise DetectorError(
                f"model {slot.name}: {refusal.reason}; choose another, or have it tried again with: "
                f"edge-agent models try {slot.name} --forgive"
            )
        try:
            unsigned = self._check_signature(path)
        except Forged as error:
            raise self._refused(slot, str(error), lasting=False) from error
        shelved = self._put(slot, manifest, path)
        verdict = self._trial(shelved)
        if not verdict.fit and (verdict.lasting or self._others(slot)):
            raise self._refused(slot, verdict.reason, lasting=verdict.lasting)
        if not verdict.fit:
            self._note(f"model {slot.name}: {verdict.reason}")  # there is no other: slow is better than none
        self._change(lambda before: slots.promoted(before, slot, change=self._new_id()))
        _log.info("model_promoted", model=slot.name, sha256=slot.sha256)
        if unsigned:
            _log.warning("model_unsigned", model=slot.name, reason=unsigned)
        return shelved

    def _others(self, slot: Slot) -> bool:
        return any(kept.pin != slot.pin for kept in self._slots.kept)

    def _put(self, slot: Slot, manifest: Manifest, path: Path) -> Shelved:
        """On the shelf; where there is no room, as it lies."""
        weights = self._fetch(manifest)
        files = {MANIFEST: path, manifest.weights.name: weights}
        try:
            return self._shelf.put(slot, files | {g.picture.name: g.picture for g in manifest.golden})
        except ModelError as error:
            self._note(str(error))
            return Shelved(slot, manifest, path, weights)

    def _fall_back(self, fault: str) -> Shelved:
        """The newest model that served and still may. Raises DetectorError where there is none."""
        while (slot := self._slots.current) is not None:
            try:
                shelved = self._shelf.open(slot)
                verdict = Verdict() if slot.runtime == self._runtime else self._trial(shelved)
                if verdict.fit or not verdict.lasting:
                    self._renew(replace(slot, runtime=self._runtime))
                    return shelved
                reason = verdict.reason
            except ModelError as error:
                reason = str(error)
            _log.error("model_slot_unusable", model=slot.name, reason=reason)
            self._drop(slot, reason)
        raise DetectorError(fault)

    def _renew(self, slot: Slot) -> None:
        """The current model has passed under the runtime that is installed now."""
        self._change(lambda before: slots.promoted(before, slot, change=self._new_id()))

    def _drop(self, slot: Slot, reason: str) -> None:
        self._change(lambda before: slots.without(before, slot, reason=reason, change=self._new_id()))

    def _return_from_crashes(self) -> None:
        if not slots.is_crash_looping(self._slots, most_starts=self._settings.most_starts):
            return
        reason = (
            f"the unit ended {self._settings.most_starts} times before it was at work with it for "
            f"{self._settings.healthy_s:g} s"
        )
        self._change(lambda before: slots.returned(before, reason=reason, change=self._new_id()))
        _log.error(
            "model_returned", reason=reason, to=self._slots.current.name if self._slots.current else ""
        )

    def _check_signature(self, manifest: Path) -> str | None:
        """What is to be told of the manifest's signature.

        Raises Forged where a key is named and the manifest is neither ours nor signed by it.
        """
        if manifest.is_relative_to(manifests_folder()):
            return None  # it came with Loket, and is trusted like the program itself
        key = self._settings.key
        signature: Signature = Minisign.read(key) if key is not None else Nobody()
        beside = manifest.with_name(manifest.name + SUFFIX)
        text = beside.read_text(encoding="utf-8") if beside.exists() else None
        return signature.check(manifest.read_bytes(), text)

    def _refused(self, slot: Slot, reason: str, *, lasting: bool) -> DetectorError:
        """Remember it, and what to raise."""
        self._change(
            lambda before: slots.refused(before, slot, reason=reason, lasting=lasting, change=self._new_id())
        )
        return DetectorError(f"model {slot.name}: {reason}")

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes = (*self.notes, text)

    def _change(self, how: Callable[[Slots], Slots]) -> None:
        """In memory in any case, and on the disk if it can be."""
        try:
            self._slots = self._shelf.change(how)
        except ModelError as error:
            self._slots = how(self._slots)
            self._note(str(error))


def _event(change: Change) -> ModelChanged:
    return ModelChanged(
        cause=change.cause,
        model=change.name,
        before=change.before,
        after=change.after,
        reason=change.reason[:300],
    )
