"""`edge-agent models`: what models there are, fetching them, and checking what was fetched."""

import json
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from edge_agent.cli import slots
from edge_agent.model_store import ModelError
from edge_agent.model_store.manifest import (
    Enclosed,
    Manifest,
    ModelFile,
    load_manifest,
    manifests_folder,
    names,
)
from edge_agent.model_store.store import REINSTALL, ModelStore, default_folder, default_places, fault_of

app = typer.Typer(
    help="Models: what there is, fetching and checking them, and which of them serves.", no_args_is_help=True
)
app.command("slots")(slots.show)
app.command("try")(slots.try_model)
app.command("back")(slots.go_back)

Manifests = Annotated[
    Path | None,
    typer.Option("--manifests", help="Folder of manifests (default: those that came with Loket)."),
]
Store = Annotated[
    Path | None, typer.Option("--store", help="Where model files are kept (default: ~/.cache/loket/models).")
]
Artefacts = Annotated[
    str, typer.Option("--artefacts", envvar="LOKET_ARTEFACTS", help="URL of the fleet's artefact store.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Chosen = Annotated[list[str] | None, typer.Argument(help="Names of models (default: all).")]


@app.command("list")
def list_models(*, manifests: Manifests = None, store: Store = None, as_json: AsJson = False) -> None:
    """Show every model: its licence, its size, and whether its files are here."""
    folder = manifests or manifests_folder()
    kept = _store(store, artefacts="")
    rows = []
    for manifest in _manifests([], folder):
        here = all(fault_of(kept.path_of(manifest, file), file) is None for file in manifest.files)
        size = sum(file.size for file in manifest.files)
        rows.append({
            "name": manifest.name, "version": manifest.version, "licence": manifest.licence, "bytes": size,
            "here": here, "summary": manifest.summary,
        })  # fmt: skip
    if as_json:
        typer.echo(json.dumps({"models": rows}))
        return
    for row in rows:
        state = "here" if row["here"] else "not here"
        typer.echo(
            f"{row['name']:<28} {row['bytes']:>9} bytes  {row['licence']:<12} {state:<9} {row['summary']}"
        )


@app.command()
def pull(
    chosen: Chosen = None,
    *,
    manifests: Manifests = None,
    store: Store = None,
    artefacts: Artefacts = "",
    as_json: AsJson = False,
) -> None:
    """Fetch models; what was cut before goes on where it stopped. Exit status 1 if one could not be had."""
    kept = _store(store, artefacts=artefacts)
    paths: dict[str, list[str]] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=as_json) as bars:
        for manifest in _manifests(chosen or [], manifests or manifests_folder()):
            for file in manifest.files:
                bar = bars.add_task(manifest.name, total=file.size)

                def progress(held: int, size: int, bar: int = bar) -> None:
                    bars.update(bars.tasks[bar].id, completed=held, total=size)

                try:
                    path = kept.resolve(manifest, file, progress=progress)
                except ModelError as error:
                    _fail(error)
                progress(file.size, file.size)
                paths.setdefault(manifest.name, []).append(str(path))
    if as_json:
        typer.echo(json.dumps({"models": paths}))
        return
    for name, fetched in paths.items():
        for place in fetched:
            typer.echo(f"{name}: {place}")


@app.command()
def verify(
    chosen: Chosen = None, *, manifests: Manifests = None, store: Store = None, as_json: AsJson = False
) -> None:
    """Check the files that are here by their SHA-256. Exit status 1 if one is missing or wrong."""
    kept = _store(store, artefacts="")
    faults: dict[str, str] = {}
    sound: list[str] = []
    for manifest in _manifests(chosen or [], manifests or manifests_folder()):
        for file in manifest.files:
            fault = fault_of(kept.path_of(manifest, file), file)
            if fault is None:
                sound.append(manifest.name)
            else:
                faults[manifest.name] = f"{fault}; {_cure(manifest, file)}"
    if as_json:
        typer.echo(json.dumps({"sound": sound, "faults": faults}))
    else:
        for name in sound:
            typer.echo(f"{name}: as its manifest says")
        for name, fault in faults.items():
            typer.echo(f"{name}: {fault}", err=True)
    if faults:
        raise typer.Exit(1)


def _cure(manifest: Manifest, file: ModelFile) -> str:
    if isinstance(file, Enclosed):
        return REINSTALL
    return f"fetch it with: edge-agent models pull {manifest.name}"


def _store(folder: Path | None, *, artefacts: str) -> ModelStore:
    return ModelStore(folder or default_folder(), default_places(artefacts=artefacts))


def _manifests(chosen: list[str], folder: Path) -> list[Manifest]:
    try:
        return [load_manifest(name, folder=folder) for name in chosen or names(folder)]
    except ModelError as error:
        _fail(error, status=2)


def _fail(error: ModelError, *, status: int = 1) -> NoReturn:
    typer.echo(f"edge-agent: {error}", err=True)
    raise typer.Exit(status)
