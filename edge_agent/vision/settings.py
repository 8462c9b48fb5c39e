"""`vision.toml`: the model, and the cameras."""

import difflib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from edge_agent.contract.events import Label, Name
from edge_agent.device import SettingsPath
from edge_agent.model_store import ModelError
from edge_agent.model_store.manifest import Manifest, load_manifest, manifests_folder
from edge_agent.vision import sources
from edge_agent.vision.canary.settings import SlotSettings
from edge_agent.vision.detail.settings import DetailSettings
from edge_agent.vision.gate.settings import GateSettings
from edge_agent.vision.pictures.settings import MaskSettings, ReleaseSettings, SnapshotSettings
from edge_agent.vision.scene.geometry import Line, Point, Polygon
from edge_agent.vision.scene.outline import Outline, Place
from edge_agent.vision.scene.rule import LineRule
from edge_agent.vision.scene.rules import AnyRule
from edge_agent.vision.sources.credentials import has_password, is_address, without_credentials
from edge_agent.vision.tamper.settings import TamperSettings
from edge_agent.vision.thermal.settings import ThermalSettings
from loket.settings import Section, load

SHORTEST = 0.005
"""Of a line, in shares of the picture."""


def _address(value: object, info: ValidationInfo) -> object:
    folder = (info.context or {}).get("folder")
    return sources.placed(value, folder=folder) if isinstance(value, str) and folder is not None else value


class LineSettings(Section):
    """One of a camera's lines."""

    name: Name = Field(description="Names the line in events; distinct among this camera's lines and zones.")
    start: Place = Field(description="Where it begins: right and down from the top left, 0 to 1.")
    end: Place = Field(
        description="Where it ends. Who looks from start to end has `backward` to the left, `forward` to the "
        "right."
    )

    @field_validator("end")
    @classmethod
    def _has_length(cls, end: Point, info: ValidationInfo) -> Point:
        start = info.data.get("start")
        if start is not None and math.dist(start, end) < SHORTEST:
            raise ValueError("the line has no length; its start is at the same place")
        return end

    @property
    def shape(self) -> Line:
        """As geometry."""
        return Line(self.start, self.end)


class ZoneSettings(Section):
    """One of a camera's zones."""

    name: Name = Field(description="Names the zone in events; distinct among this camera's lines and zones.")
    corners: Outline = Field(description="In order, each right and down from the top left, 0 to 1.")

    @property
    def shape(self) -> Polygon:
        """As geometry."""
        return Polygon(tuple(self.corners))


class CameraSettings(Section):
    """One of `[[cameras]]`."""

    name: Name = Field(description="Names the camera in events; distinct on this device.")
    source: Annotated[str, Field(min_length=1, max_length=1000), BeforeValidator(_address)] = Field(
        description=f"Where it is: {sources.FORMS} (from this file's folder)."
    )
    labels: list[Label] = Field(
        default=["person"], min_length=1, max_length=100, description="What to follow, by the model's labels."
    )
    threshold: float = Field(default=0.4, ge=0.1, le=1, description="Score from which a detection is sure.")
    max_fps: float = Field(default=10, gt=0, le=60, description="Most pictures looked at in a second.")
    loop: bool = Field(default=True, description="Whether a file or a street begins again when it ends.")
    confirm_hits: int = Field(default=3, ge=1, le=100, description="Sights before an object is believed.")
    miss_s: float = Field(default=2, gt=0, le=600, description="Seconds out of sight that end a track.")
    stall_s: float = Field(default=10, gt=0, le=600, description="Seconds without a frame that are a fault.")

    credentials: SettingsPath | None = Field(
        default=None, description="File: user:password of an RTSP camera; only its owner may read it."
    )
    gate: GateSettings = GateSettings()
    detail: DetailSettings = DetailSettings()
    tamper: TamperSettings = TamperSettings()
    snapshots: SnapshotSettings = SnapshotSettings()
    masks: list[MaskSettings] = Field(
        default=[], max_length=32, description="What nobody is ever to see in a picture."
    )
    lines: list[LineSettings] = Field(default=[], max_length=32)
    zones: list[ZoneSettings] = Field(default=[], max_length=32)
    rules: list[AnyRule] = Field(
        default=[], max_length=64, description="What is told of lines and zones; without a rule, nothing is."
    )

    @field_validator("zones")
    @classmethod
    def _differ_by_name(cls, zones: list[ZoneSettings], info: ValidationInfo) -> list[ZoneSettings]:
        names = {line.name for line in info.data.get("lines", [])}
        mistakes: list[InitErrorDetails] = []
        for place, zone in enumerate(zones):
            if zone.name in names:
                mistakes.append(_mistake((place, "name"), zone.name, "another line or zone has this name"))
            names.add(zone.name)
        _refuse("zones", mistakes)
        return zones

    @field_validator("masks")
    @classmethod
    def _masks_differ_by_name(cls, masks: list[MaskSettings]) -> list[MaskSettings]:
        names = [mask.name for mask in masks]
        _refuse(
            "masks",
            [
                _mistake((place, "name"), name, "another mask has this name")
                for place, name in enumerate(names)
                if name in names[:place]
            ],
        )
        return masks

    @field_validator("lines")
    @classmethod
    def _lines_differ_by_name(cls, lines: list[LineSettings]) -> list[LineSettings]:
        names: set[str] = set()
        mistakes: list[InitErrorDetails] = []
        for place, line in enumerate(lines):
            if line.name in names:
                mistakes.append(_mistake((place, "name"), line.name, "another line has this name"))
            names.add(line.name)
        _refuse("lines", mistakes)
        return lines

    @field_validator("rules")
    @classmethod
    def _are_about_something(cls, rules: list[AnyRule], info: ValidationInfo) -> list[AnyRule]:
        mistakes: list[InitErrorDetails] = []
        called: set[str] = set()
        for place, rule in enumerate(rules):
            what = "line" if isinstance(rule, LineRule) else "zone"
            known = [shape.name for shape in info.data.get(f"{what}s", [])]
            if f"{what}s" in info.data and rule.place not in known:
                text = f"this camera has no {what} of this name ({_hint(rule.place, known)})"
                mistakes.append(_mistake((place, what), rule.place, text))
            for label in rule.labels if "labels" in info.data else []:
                if label not in info.data["labels"]:
                    text = f"this camera does not follow it ({_hint(label, info.data['labels'])})"
                    mistakes.append(_mistake((place, "labels"), label, text))
            if rule.called in called:
                text = "another rule of this camera has this name; give one a name of its own"
                mistakes.append(_mistake((place, "name"), rule.called, text))
            called.add(rule.called)
        _refuse("rules", mistakes)
        return rules

    @field_validator("source")
    @classmethod
    def _is_an_address(cls, source: str) -> str:
        if mistake := sources.mistake_in(source):
            raise ValueError(mistake)
        return source


class VisionSettings(Section):
    """`vision.toml`."""

    models_folder: SettingsPath | None = Field(
        default=None, description="Where the models' manifests are; default: those that came with Loket."
    )
    models_store: SettingsPath | None = Field(
        default=None, description="Where model files are kept; default: ~/.cache/loket/models."
    )
    artefacts_url: str = Field(
        default="", pattern=r"^(https?://.+)?$", description="The fleet's artefact store, if there is one."
    )
    model: str = Field(default="ssd_mobilenet_v1_coco", description="A manifest's name.")
    threads: int = Field(
        default=0, ge=0, le=16, description="Threads of the detector; 0: by the cores, four at most."
    )
    slots: SlotSettings = SlotSettings()
    thermal: ThermalSettings = ThermalSettings()
    health_every_s: float = Field(default=60, gt=0, le=3600, description="Seconds between health events.")
    snapshots: ReleaseSettings = ReleaseSettings()
    cameras: list[CameraSettings] = Field(min_length=1, max_length=16)

    @field_validator("model")
    @classmethod
    def _has_a_manifest(cls, model: str, info: ValidationInfo) -> str:
        try:
            manifest = load_manifest(model, folder=info.data.get("models_folder") or manifests_folder())
        except ModelError as error:
            raise ValueError(str(error)) from error
        if manifest.kind != "ssd":
            raise ValueError(f"is of kind {manifest.kind}, which no camera uses; choose one of kind ssd")
        return model

    @field_validator("cameras")
    @classmethod
    def _fit_together(cls, cameras: list[CameraSettings], info: ValidationInfo) -> list[CameraSettings]:
        mistakes: list[InitErrorDetails] = []
        names: set[str] = set()
        known = _labels(info)
        for place, camera in enumerate(cameras):
            if camera.name in names:
                mistakes.append(_mistake((place, "name"), camera.name, "another camera has this name"))
            names.add(camera.name)
            if has_password(camera.source):
                text = "a password is no setting; write user:password into a file, name it as credentials"
                mistakes.append(_mistake((place, "source"), without_credentials(camera.source), text))
            elif camera.credentials is not None and not is_address(camera.source):
                text = "only an RTSP camera has a user and a password; leave it out"
                mistakes.append(_mistake((place, "credentials"), str(camera.credentials), text))
            for label in camera.labels if known else []:
                if label not in known:
                    text = f"not a label of {info.data['model']} ({_hint(label, known)})"
                    mistakes.append(_mistake((place, "labels"), label, text))
        _refuse("cameras", mistakes)
        return cameras

    @property
    def manifest(self) -> Manifest:
        """The manifest of `model`. Raises ModelError."""
        return load_manifest(self.model, folder=self.models_folder or manifests_folder())


def load_vision(folder: Path) -> VisionSettings:
    """Read `vision.toml` in a settings folder. Raises loket.settings.SettingsError."""
    return load(folder / "vision.toml", VisionSettings)


def _labels(info: ValidationInfo) -> list[str]:
    """The labels of the chosen model; none where the model itself was the mistake."""
    if "model" not in info.data:
        return []
    folder = info.data.get("models_folder") or manifests_folder()
    return [label for label in load_manifest(info.data["model"], folder=folder).labels if label]


def _hint(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f'did you mean "{close[0]}"?'
    return f"known: {', '.join(known[:8])}{', ...' if len(known) > 8 else ''}" if known else "there is none"


def _refuse(what: str, mistakes: list[InitErrorDetails]) -> None:
    if mistakes:
        raise ValidationError.from_exception_data(what, mistakes)


def _mistake(location: tuple[int | str, ...], value: str, text: str) -> InitErrorDetails:
    kind = PydanticCustomError("misfit", "{text}", {"text": text})
    return InitErrorDetails(type=kind, loc=location, input=value)
