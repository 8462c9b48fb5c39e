"""The models of a device: where they lie, who tries them, and the detector that is loaded of them."""

from collections.abc import Callable

from edge_agent.clock import boot_id
from edge_agent.device import Device
from edge_agent.model_store.manifest import manifests_folder
from edge_agent.model_store.shelf import Shelf, Shelved
from edge_agent.model_store.store import ModelStore, default_folder, default_places
from edge_agent.vision.canary.trial import runtime, trial
from edge_agent.vision.canary.verdict import Limits, Verdict
from edge_agent.vision.cores import threads_for, usable_cores
from edge_agent.vision.litert import SsdDetector
from edge_agent.vision.serving import Serving, Wanted
from edge_agent.vision.settings import VisionSettings
from loket.notify import notify


def shelf_of(device: Device) -> Shelf:
    """Where a device keeps the models that may serve."""
    return Shelf(device.data / "models")


def store_of(settings: VisionSettings) -> ModelStore:
    """Where model files are fetched from, and kept."""
    return ModelStore(
        settings.models_store or default_folder(), default_places(artefacts=settings.artefacts_url)
    )


def limits_of(settings: VisionSettings) -> Limits:
    """What these settings ask of a model."""
    return settings.slots.limits([camera.max_fps for camera in settings.cameras])


def serving_of(device: Device, settings: VisionSettings) -> Serving:
    """What chooses the model of this device."""
    store = store_of(settings)
    return Serving(
        shelf_of(device),
        settings.slots,
        trial=trial_of(settings),
        fetch=lambda manifest: store.resolve(manifest, manifest.weights),
        runtime=runtime(),
        boot=boot_id(),
    )


def wanted_of(settings: VisionSettings) -> Wanted:
    """What the settings name."""
    return Wanted(settings.model, settings.models_folder or manifests_folder())


def trial_of(settings: VisionSettings) -> Callable[[Shelved], Verdict]:
    """The canary, by what these settings ask for."""
    limits = limits_of(settings)

    def tried(shelved: Shelved) -> Verdict:
        notify(f"EXTEND_TIMEOUT_USEC={int((limits.timeout_s + 30) * 1e6)}")
        return trial(shelved.manifest_path, shelved.weights, limits=limits, threads=threads_of(settings))

    return tried


def threads_of(settings: VisionSettings) -> int:
    """As set, or by the cores that there are."""
    return settings.threads or threads_for(usable_cores())


def load(shelved: Shelved, settings: VisionSettings) -> SsdDetector:
    """The detector. Raises DetectorError."""
    return SsdDetector(shelved.weights, labels=shelved.manifest.labels, threads=threads_of(settings))


def load_detector(device: Device, settings: VisionSettings) -> SsdDetector:
    """The detector that serves on `device` by these settings: tried, then loaded."""
    shelved = serving_of(device, settings).choose(wanted_of(settings))
    return load(shelved, settings)
