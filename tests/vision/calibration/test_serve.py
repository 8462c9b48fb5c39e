"""The page's wiring: previews are told through the outbox, and a forgotten page ends."""

import json
import sqlite3
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from edge_agent.vision.calibration import CalibrationError, serve
from edge_agent.vision.pictures.release import Released

DEVICE = 'region = "17.07"\nname = "lebong-001"\ndata = "data"\nrun = "run"\n'
PICTURE = Released(b"jpeg", heads=2, whole=False, masks=1)


def test_a_preview_is_told_before_it_is_shown(folder: Path) -> None:
    (folder / "device.toml").write_text(DEVICE)
    (folder / "data/outbox").mkdir(parents=True)
    with ExitStack() as stack:
        enter = serve._ledger(folder, stack)
        assert enter(PICTURE, "hall")
        assert enter(PICTURE, "hall")
    with sqlite3.connect(folder / "data/outbox/machine/events.db") as database:
        rows = database.execute("SELECT kind, data FROM rows ORDER BY seq").fetchall()
    database.close()
    assert {kind for kind, _ in rows} == {"vision.pictures.released"}
    last = json.loads(rows[-1][1])
    assert (last["camera"], last["previews"], last["heads"], last["masked"]) == ("hall", 2, 4, 2)


def test_where_the_ledger_cannot_be_written_no_picture_is_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "device.toml").write_text(DEVICE)
    (folder / "data/outbox").mkdir(parents=True)
    (folder / "data/previews.json").mkdir()  # nothing can be written in its place
    with ExitStack() as stack:
        assert not serve._ledger(folder, stack)(PICTURE, "hall")


def test_a_page_that_nobody_asks_for_ends(folder: Path) -> None:
    told: list[str] = []

    def ready(address: str) -> None:
        told.append(address)

    serve.serve(folder, port=0, ready=ready, idle_s=0.3)
    assert told[0].startswith("http://127.0.0.1:")
    with pytest.raises(httpx.ConnectError):
        httpx.get(told[0], trust_env=False)


def test_a_port_that_is_taken_is_told(folder: Path) -> None:
    with serve._listen(0) as taken, pytest.raises(CalibrationError, match="name another with --port"):
        serve.serve(folder, port=taken.getsockname()[1], ready=lambda _address: None)
