"""`edge-agent models slots`, `try` and `back`: which model serves on this device, and changing that."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from uuid import uuid4

import typer

from edge_agent.device import load_device
from edge_agent.model_store import ModelError, slots
from edge_agent.model_store.manifest import MANIFEST, load_manifest, manifests_folder
from edge_agent.model_store.shelf import pin_of
from edge_agent.model_store.slots import Slot, Slots
from edge_agent.vision import VisionError
from loket.lazily import lazily
from loket.settings import SettingsError

if TYPE_CHECKING:
    from edge_agent.vision import models
    from edge_agent.vision import settings as vision
    from edge_agent.vision.canary import trial as canary
else:
    canary, models = lazily("edge_agent.vision.canary.trial"), lazily("edge_agent.vision.models")
    vision = lazily("edge_agent.vision.settings")

Config = Annotated[Path, typer.Option(help="The settings folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
RESTART = "restart the unit: systemctl restart edge-vision"


def show(*, config: Config = Path("/etc/loket"), as_json: AsJson = False) -> None:
    """Tell which model serves on this device, which did before, and which are refused."""
    try:
        found = models.shelf_of(load_device(config)).read()
    except SettingsError as error:
        _fail(error, status=2)
    if as_json:
        typer.echo(json.dumps(asdict(found)))
        return
    for line in _lines(found):
        typer.echo(line)


def try_model(
    name: Annotated[str, typer.Argument(help="A model's name.")],
    *,
    config: Config = Path("/etc/loket"),
    forgive: Annotated[
        bool, typer.Option("--forgive", help="If it passes, forget that it was refused on this device.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a model through its canary; nothing changes on the device. Exit status 1 if it must not serve."""
    try:
        device, settings = load_device(config), vision.load_vision(config)
        manifests = settings.models_folder or manifests_folder()
        manifest = load_manifest(name, folder=manifests)
        path = manifests / name / MANIFEST
        if manifest.kind != "ssd":
            raise ModelError(f"model {name}: is of kind {manifest.kind}, which no camera uses")
        weights = models.store_of(settings).resolve(manifest, manifest.weights)
        verdict = canary.trial(
            path, weights, limits=models.limits_of(settings), threads=models.threads_of(settings)
        )
        if verdict.fit and forgive:
            models.shelf_of(device).change(lambda before: slots.forgiven(before, pin_of(path)))
    except (SettingsError, ModelError, VisionError) as error:
        _fail(error, status=2)
    if as_json:
        typer.echo(json.dumps({"model": name, **asdict(verdict), "fit": verdict.fit}))
    elif verdict.fit:
        typer.echo(f"{name}: may serve; {verdict.invoke_ms:.1f} ms a picture")
    else:
        typer.echo(f"edge-agent: {name}: must not serve: {verdict.reason}", err=True)
    if not verdict.fit:
        raise typer.Exit(1)


def go_back(*, config: Config = Path("/etc/loket")) -> None:
    """Let the model serve again that did before; the one that serves now is refused from then on."""
    try:
        shelf = models.shelf_of(load_device(config))
        before = shelf.read()
        if before.current is None or before.previous is None:
            raise ModelError("there is no model to return to; see: edge-agent models slots")
        shelf.open(before.previous)
        after = shelf.change(
            lambda now: slots.returned(now, reason="a person returned to it", change=str(uuid4()))
        )
    except (SettingsError, ModelError) as error:
        _fail(error)
    typer.echo(f"{_called(after.current)} serves from the next start on; {RESTART}")


def _lines(found: Slots) -> list[str]:
    if found.current is None:
        return ["no model has served on this device yet"]
    on_trial = "" if found.starts is None else f", on trial ({found.starts} starts)"
    lines = [f"serves: {_called(found.current)}{on_trial}"]
    if found.previous is not None:
        lines.append(f"before: {_called(found.previous)}")
    return lines + [f"refused: {_called(each.slot)}: {each.reason}" for each in found.refused]


def _called(slot: Slot | None) -> str:
    return f"{slot.name} {slot.version} ({slot.sha256[:12]})" if slot is not None else "nothing"


def _fail(error: Exception, *, status: int = 1) -> NoReturn:
    typer.echo(f"edge-agent: {error}", err=True)
    raise typer.Exit(status)
