"""`scripts/demo`: a site on this machine, from a frame and a citizen's tap to the command centre."""

import argparse
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from demo.camera import checked, here, mirror
from demo.choice import REAL, STREET, Asked, Choice, Impossible, settle, wish
from demo.layout import Layout
from demo.model import fetch, within_reach
from demo.process import ChildFailed
from demo.report import Count, count, report, stored_rows
from demo.site import UNITS, Site, SiteFailed
from edge_agent.model_store import ModelError
from edge_agent.vision import sources
from fleet.store.engine import open_store

CHECKOUT = Path(__file__).resolve().parent.parent
MANIFESTS = CHECKOUT / "models"
MOST_RESTARTS = 20
STEPS = {
    "broker": "Mosquitto, mutual TLS",
    "fleet-ingest": "the fleet's ingest",
    "fleet-serve": "the command centre's console and API",
    "edge-uplink": "the device's uplink",
    "edge-kiosk": "the kiosk",
    "edge-vision": "the camera",
}


def main() -> int:
    """Run the demo; 0: nothing was lost, 1: something was, 2: it could not start, 130: it was told not to."""
    arguments = _arguments()
    console = Console(stderr=arguments.json)
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background job starts deaf to Ctrl-C
        signal.signal(number, _interrupt)
    data = arguments.data or _default_data()
    try:
        with _alone(data):
            return _run(arguments, data, console)
    except (SiteFailed, Impossible, ModelError, ChildFailed, TimeoutError) as error:
        console.print(f"[red]demo:[/] {error}", highlight=False, soft_wrap=True)
        return 2
    except KeyboardInterrupt:  # before anything ran
        return 130


def _run(arguments: argparse.Namespace, data: Path, console: Console) -> int:
    folder = mirror(CHECKOUT)
    asked = Asked(tuple(checked(camera) for camera in arguments.camera), arguments.model)
    choice = decide(asked, found=here(folder), console=console)
    console.print(choice.line, highlight=False, soft_wrap=True)
    env = {"LOKET_MIRROR": str(folder)} if folder else {}
    layout = Layout(root=data, port_base=arguments.port_base)
    site = Site(layout, env=env)
    console.print(f"Data folder: [bold]{data}[/]", highlight=False)
    layout.write_device_settings(
        cameras=choice.cameras, model=choice.model, models_folder=MANIFESTS, labels=choice.labels
    )
    with console.status("keys and certificates"):
        site.prepare()
    engine = open_store(f"sqlite:///{layout.fleet / 'fleet.db'}")
    try:
        start = count(engine, data=layout.device_data, device=layout.device)
        rss_mb: dict[str, float] = {}
        try:
            site.start(lambda name: console.print(f"  starting {STEPS[name]}", highlight=False))
            _addresses(site, console)
            _watch(site, engine, start, seconds=arguments.seconds, console=console)
            rss_mb = {name: child.rss_mb() for name, child in site.children.items()}
        except KeyboardInterrupt:
            rss_mb = {name: child.rss_mb() for name, child in site.children.items()}
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            console.print("Stopping: the rest is said first", highlight=False)
            site.stop()
        end = count(engine, data=layout.device_data, device=layout.device)
        outcome = report(
            engine, device=layout.device, start=start, end=end, rss_mb={u: rss_mb.get(u, 0.0) for u in UNITS}
        )
    finally:
        engine.dispose()
    _conclude(outcome, as_json=arguments.json, console=console, data=data)
    return 1 if outcome["lost"] or outcome["duplicates"] else 0


def decide(asked: Asked, *, found: str | None, console: Console) -> Choice:
    """What to look through, its model fetched and verified. Raises Impossible, ModelError."""
    wished = wish(asked, found=found)
    with console.status(f"looking for the model {wished.model}"):
        choice = settle(wished, asked, model_within_reach=within_reach(wished.model, manifests=MANIFESTS))
    try:
        with console.status(f"fetching the model {choice.model}"):
            fetch(choice.model, manifests=MANIFESTS)
    except ModelError as error:
        if choice.model == STREET:
            raise
        console.print(f"[yellow]demo:[/] {error}", highlight=False)
        choice = settle(wished, asked, model_within_reach=False)
        fetch(choice.model, manifests=MANIFESTS)
    return choice


def _addresses(site: Site, console: Console) -> None:
    layout = site.layout
    link = site.fleet("signin", "--role", "officer")["link"]
    for name, address in (
        ("Command centre", f"[bold]{link}[/]"),
        ("", "(signs you in once; for another: fleet signin)"),
        ("Kiosk", f"[bold]http://127.0.0.1:{layout.kiosk_port}/[/]"),
        ("API docs", f"[bold]http://127.0.0.1:{layout.web_port}/api/docs[/]"),
    ):
        console.print(f"  {name:16}{address}", highlight=False, soft_wrap=True)


def _watch(site: Site, engine: Any, start: Count, *, seconds: float | None, console: Console) -> None:
    """Show what happens until `seconds` are over; a process that ends is started again.

    Raises ChildFailed for one that ends by a person's mistake, or again and again.
    """
    restarts: dict[str, int] = {}
    deadline = None if seconds is None else time.monotonic() + seconds
    with Live(console=console, refresh_per_second=2, transient=True) as live:
        while deadline is None or time.monotonic() < deadline:
            for name, child in site.children.items():
                if not child.running:
                    _start_again(site, name, restarts, console)
            stored, _, _ = stored_rows(engine, device=site.layout.device)
            left = "" if deadline is None else f", {max(0, deadline - time.monotonic()):.0f} s to go"
            live.update(f"{stored - start.stored} events stored since the start{left}. Ctrl-C stops.")
            time.sleep(0.5)


def _start_again(site: Site, name: str, restarts: dict[str, int], console: Console) -> None:
    """As systemd would, but not for ever."""
    child = site.children[name]
    restarts[name] = restarts.get(name, 0) + 1
    if child.mistaken or restarts[name] > MOST_RESTARTS:
        child.demand()
    console.print(f"  {name} ended; starting it again", highlight=False)
    site.start_one(name)


def _conclude(outcome: dict[str, Any], *, as_json: bool, console: Console, data: Path) -> None:
    if as_json:
        sys.stdout.write(json.dumps(outcome) + "\n")
        return
    table = Table("", "", show_header=False, box=None)
    for name, value in outcome.items():
        table.add_row(name, str(value))
    console.print(table)
    console.print(f"All of it is kept in {data}; start again to continue.", highlight=False)


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Hold the data folder for this demo alone. Raises SiteFailed if another holds it."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SiteFailed(
                f"another demo runs in {data}; stop it, or choose another folder with --data and "
                "other ports with --port-base"
            ) from None
        yield


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument(
        "--camera", action="append", default=[], metavar="SOURCE",
        help=f"{sources.FORMS} (default: a clip or webcam that is here, else the demo's own street)",
    )  # fmt: skip
    parser.add_argument(
        "--model", help=f"a model (default: {REAL}; for a simulated street {STREET}, which comes with Loket)"
    )
    parser.add_argument("--seconds", type=float, metavar="N", help="end by itself after N seconds")
    parser.add_argument("--json", action="store_true", help="print one JSON object last, the rest on stderr")
    parser.add_argument("--data", type=Path, metavar="DIR", help=f"data folder (default: {_default_data()})")
    parser.add_argument("--port-base", type=int, default=8700, metavar="N", help="first of four ports")
    arguments = parser.parse_args()
    if arguments.data:
        arguments.data = arguments.data.absolute()
    return arguments


def _default_data() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "loket" / "demo"


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
