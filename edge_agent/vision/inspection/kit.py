"""What a command about cameras works with: the device's settings, if there are any, and the detector."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from edge_agent.device import Device, load_device
from edge_agent.model_store import ModelError
from edge_agent.vision import DetectorError
from edge_agent.vision.app import load_detector
from edge_agent.vision.detector import Detector
from edge_agent.vision.settings import CameraSettings, VisionSettings, load_vision

_NOWHERE = Device(region="00", name="nowhere")
"""Where no device is set up: nothing of it is used but that it has folders."""


@dataclass(frozen=True, slots=True)
class Kit:
    """`settings` and `device` are None where nothing is set up."""

    settings: VisionSettings | None
    device: Device | None

    def settings_for(self, camera: CameraSettings) -> VisionSettings:
        """The settings under which a camera is looked at."""
        if self.settings is not None:
            return self.settings
        model = "street_sim" if camera.source.startswith("sim:") else "ssd_mobilenet_v1_coco"
        return VisionSettings.model_validate({"model": model, "cameras": [camera.model_dump()]})

    def detector_for(self, camera: CameraSettings) -> tuple[Detector | None, str]:
        """The detector, or None and why there is none."""
        with tempfile.TemporaryDirectory() as folder:
            device = self.device or _NOWHERE.model_copy(update={"data": Path(folder)})
            try:
                return load_detector(device, self.settings_for(camera)), ""
            except (ModelError, DetectorError, OSError) as error:
                return None, str(error)


def kit_in(folder: Path) -> Kit:
    """What is set up in a settings folder, which may be nothing. Raises SettingsError: it is mistaken."""
    settings = load_vision(folder) if (folder / "vision.toml").exists() else None
    device = load_device(folder) if (folder / "device.toml").exists() else None
    return Kit(settings, device)
