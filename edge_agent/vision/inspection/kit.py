"""What a command about cameras works with: the device's settings, if there are any, and the detector."""

from dataclasses import dataclass
from pathlib import Path

from edge_agent.model_store import ModelError
from edge_agent.model_store.manifest import Manifest
from edge_agent.model_store.store import ModelStore, default_folder, default_places
from edge_agent.vision import DetectorError
from edge_agent.vision.cores import threads_for, usable_cores
from edge_agent.vision.detector import Detector
from edge_agent.vision.litert import SsdDetector
from edge_agent.vision.settings import CameraSettings, VisionSettings, load_vision

STREET, USUAL = "street_sim", "ssd_mobilenet_v1_coco"
"""The models where nothing is set up: of simulated streets, and of all else."""


@dataclass(frozen=True, slots=True)
class Kit:
    """`settings` is None where nothing is set up."""

    settings: VisionSettings | None

    def settings_for(self, camera: CameraSettings) -> VisionSettings:
        """The settings under which a camera is looked at."""
        if self.settings is not None:
            return self.settings
        model = STREET if camera.source.startswith("sim:") else USUAL
        return VisionSettings(model=model, cameras=[camera])

    def manifest_for(self, camera: CameraSettings) -> Manifest:
        """Of the model that looks at a camera. Raises ModelError."""
        return self.settings_for(camera).manifest

    def load_detector(self, camera: CameraSettings) -> Detector:
        """The model that the settings name, verified by its hash. Raises ModelError, DetectorError.

        It is loaded without the trials that the unit makes: a person is there to see it fail.
        """
        settings, manifest = self.settings_for(camera), self.manifest_for(camera)
        places = default_places(artefacts=settings.artefacts_url)
        model = ModelStore(settings.models_store or default_folder(), places).resolve(
            manifest, manifest.weights
        )
        return SsdDetector(
            model, labels=manifest.labels, threads=settings.threads or threads_for(usable_cores())
        )

    def detector_for(self, camera: CameraSettings) -> tuple[Detector | None, str]:
        """The detector, or None and why there is none."""
        try:
            return self.load_detector(camera), ""
        except (ModelError, DetectorError, OSError) as error:
            return None, str(error)


def kit_in(folder: Path) -> Kit:
    """What is set up in a settings folder, which may be nothing. Raises SettingsError: it is mistaken."""
    return Kit(load_vision(folder) if (folder / "vision.toml").exists() else None)
