"""Thirty days without a network, killed before every statement: nothing is lost, nothing is doubled."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest

from bench._thirty_days import submission_of
from edge_agent.contract.streams import Stream
from edge_agent.kiosk.register import Register
from edge_agent.outbox.store import stream_path
from loket import codes

CUTS_AT_LEAST = 40


def run(folder: Path, first: int, last: int, *, total: int, cut: int | None = None) -> tuple[list[str], int]:
    """What the kiosk told, line by line, and its exit status."""
    done = subprocess.run(
        [sys.executable, "-m", "bench._thirty_days", str(folder), str(first), str(last)]
        + ([str(cut)] if cut else []),
        capture_output=True, text=True, timeout=900, check=False,
        env={**os.environ, "THIRTY_DAYS_TOTAL": str(total)},
    )  # fmt: skip
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return [line for line in done.stdout.splitlines() if len(line.split()) == 3], done.returncode


@pytest.mark.parametrize(
    "total",
    [
        pytest.param(500, marks=pytest.mark.timeout(600), id="five hundred"),
        pytest.param(10_000, marks=[pytest.mark.timeout(3600), pytest.mark.long], id="ten thousand"),
    ],
)
def test_what_was_told_is_there_once(tmp_path: Path, total: int) -> None:
    (tmp_path / "device.toml").write_text(
        f'region = "17.07"\nname = "lebong-001"\ndata = "{tmp_path}/data"\nrun = "{tmp_path}/run"\n'
    )
    told: dict[int, str] = {}
    cut, filed, killed = 0, 0, 0

    def note(lines: list[str]) -> None:
        nonlocal filed
        for line in lines:
            number, code, _ = line.split()
            assert int(number) not in told, "told twice, though nobody asked twice"
            told[int(number)] = code
            assert code == codes.code_of(UUID(submission_of(int(number))))
            filed = max(filed, int(number) + 1)

    # Each start is killed one statement later than the one before, through the opening of the files and the
    # first filings, until a start has filed four; whose filing was cut asks again, at the next start.
    while True:
        cut += 1
        lines, status = run(tmp_path, filed, filed + 4, total=total, cut=cut)
        note(lines)
        if status == 0:
            break
        killed += 1
    assert killed >= CUTS_AT_LEAST, f"only {killed} points at which it can be killed"
    lines, status = run(tmp_path, filed, total, total=total)
    note(lines)
    assert status == 0
    assert sorted(told) == list(range(total))

    database = sqlite3.connect(f"file:{stream_path(tmp_path / 'data', Stream.SUBMISSIONS)}?mode=ro", uri=True)
    try:
        rows = database.execute("SELECT seq, event_id FROM rows ORDER BY seq").fetchall()
    finally:
        database.close()
    assert [seq for seq, _ in rows] == list(range(1, len(rows) + 1)), "no number is missing or given twice"
    assert Counter(event_id for _, event_id in rows) == Counter(
        submission_of(number) for number in range(total)
    )
    register = Register(tmp_path / "data" / "kiosk.db")
    try:
        lost = [number for number, code in told.items() if register.find(code) is None]
        assert not lost, "each can be followed by its code, the first too"
    finally:
        register.close()
