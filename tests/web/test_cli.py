"""The commands as people and scripts run them: real processes over a real database."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from fleet.cli.nouns import NOUNS
from fleet.settings import load_fleet
from fleet.store.engine import open_store
from fleet.testing.seeds import Seeds
from fleet.testing.serving import Served, make

COMPLAINT = {"class": "aspirasi", "text": "Tolong lampu jalan\n\x1b[31mmerah", "contact": "0812"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fleet's data folder."""
    return make(tmp_path_factory.mktemp("fleet")).data


@pytest.fixture(scope="module")
def seeds(folder: Path) -> Iterator[Seeds]:
    """Its tables."""
    fleet = load_fleet(folder)
    engine = open_store(fleet.database_url)
    seeds = Seeds(engine, fleet.layout)
    seeds.device("lebong-001")
    yield seeds
    engine.dispose()


def run(folder: Path, *arguments: str, language: str = "en") -> "subprocess.CompletedProcess[str]":
    """Run `fleet` with the folder's settings."""
    return subprocess.run(
        [sys.executable, "-m", "fleet.cli", *arguments],
        env={**os.environ, "LOKET_FLEET": str(folder), "LOKET_LANG": language, "COLUMNS": "200"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def answer(folder: Path, *arguments: str) -> object:
    """What a command prints with --json."""
    done = run(folder, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_noun_has_help_in_both_languages(folder: Path) -> None:
    for noun in NOUNS:
        assert run(folder, noun, "--help").returncode == 0, noun
    english, indonesian = run(folder, "--help").stdout, run(folder, "--help", language="id").stdout
    assert "List what devices told." in english
    assert "Daftar kejadian dari perangkat." in indonesian
    assert "Daftar kejadian dari perangkat" in run(folder, "events", "--help", "--lang", "id").stdout


def test_help_needs_no_library_of_the_server(folder: Path) -> None:
    program = (
        "import sys; from fleet.cli import app\n"
        "try: app(sys.argv[1:], prog_name='fleet')\n"
        "except SystemExit: pass\n"
        "heavy = {'fastapi', 'sqlalchemy', 'uvicorn', 'cryptography', 'nacl', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    for arguments in (["--help"], ["events", "--help"], ["submissions", "--help"], ["serve", "--help"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert done.stdout.splitlines()[-1] == "[]", arguments


def test_lists_events(folder: Path, seeds: Seeds) -> None:
    first = seeds.seen("lebong-001", clock_trusted=False)
    second = seeds.left("lebong-001", label="car")

    found = answer(folder, "events", "--kind", "vision.")

    assert [event["position"] for event in found] == [first, second]  # type: ignore[attr-defined]
    shown = run(folder, "events").stdout
    assert "Seen: person" in shown
    assert "clock not trusted" in shown
    assert "Pergi: mobil" in run(folder, "events", language="id").stdout
    assert answer(folder, "events", "--after", str(first))[0]["position"] == second  # type: ignore[index]
    assert answer(folder, "events", "--until", "1971-01-01T00:00:00Z") == []


def test_follows_events_as_they_are_stored(folder: Path, seeds: Seeds) -> None:
    seeds.seen("lebong-001", label="bird")
    how = ["--follow", "--json", "--limit", "1", "--config", str(folder)]
    process = subprocess.Popen(
        [sys.executable, "-m", "fleet.cli", "events", *how],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        seen = [json.loads(process.stdout.readline())["position"]]
        for label in ("dog", "cat"):
            position = seeds.seen("lebong-001", label=label)
            told = json.loads(process.stdout.readline())
            assert (told["position"], told["data"]["label"]) == (position, label)
            seen.append(position)
        assert seen == sorted(set(seen))
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=10)
        assert process.returncode == 130
        assert "Traceback" not in said
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_opens_a_submission_and_records_it(folder: Path, seeds: Seeds) -> None:
    submission = seeds.submission("lebong-001", COMPLAINT)

    listed = run(folder, "submissions").stdout
    assert (submission in listed, "lampu" in listed) == (True, False)
    opened = run(folder, "submissions", "--open", submission)

    assert "Tolong lampu jalan" in opened.stdout
    assert "\x1b" not in opened.stdout
    assert answer(folder, "submissions", "--open", submission)["contact"] == "0812"  # type: ignore[index]
    entries = answer(folder, "audit")
    assert [entry["subject"] for entry in entries] == [submission, submission]  # type: ignore[attr-defined]
    assert run(folder, "submissions", "--open", "nothing").returncode == 1


def test_says_that_the_intake_key_is_elsewhere(folder: Path, seeds: Seeds) -> None:
    submission = seeds.submission("lebong-001", COMPLAINT)
    key = folder / "keys" / "intake.key"
    away = key.rename(key.with_suffix(".away"))
    try:
        done = run(folder, "submissions", "--open", submission)
    finally:
        away.rename(key)

    assert done.returncode == 1
    assert "run where the intake key is" in done.stderr
    assert "Traceback" not in done.stderr


def test_gives_a_command(folder: Path, seeds: Seeds) -> None:
    given = answer(folder, "command", "snapshot", "lebong-001", "camera-1", "--expires", "30")

    assert given["expires_at"] - given["issued_at"] == pytest.approx(30)  # type: ignore[index]
    assert run(folder, "command", "snapshot", "nobody", "camera-1").returncode == 1
    assert run(folder, "command", "snapshot", "lebong-001", "../x").returncode == 2
    waited = run(folder, "command", "snapshot", "lebong-001", "camera-1", "--wait", "0.3")
    assert waited.returncode == 1
    assert "waits to be given" in waited.stdout


def test_makes_lists_and_revokes_tokens(folder: Path) -> None:
    made = answer(folder, "token", "new", "--name", "dashboard", "--role", "operator")
    listed = run(folder, "token", "list", "--json").stdout

    assert "dashboard" in listed
    assert made["token"] not in listed  # type: ignore[index]
    assert answer(folder, "token", "revoke", "dashboard") == {"name": "dashboard", "revoked": 1}
    assert run(folder, "token", "revoke", "dashboard").returncode == 1
    assert run(folder, "token", "new", "--name", "x", "--role", "king").returncode == 2


def test_prints_a_link_that_signs_in(served: Served) -> None:
    done = run(served.fleet.data, "signin", "--role", "officer", "--name", "siti")

    link = done.stdout.strip()
    assert link.startswith(f"{served.url}/signin/")
    with httpx.Client() as browser:
        entered = browser.post(link, headers={"origin": served.url})
        assert entered.status_code == 303
        assert "siti" in browser.get(served.url).text


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["events", "--config", "/nonexistent/fleet.toml"], 2, "no such file"),
        (["events", "--since", "yesterday"], 2, "ISO 8601"),
        (["events", "--limit", "501"], 2, "less than or equal to 500"),
        (["evnts"], 2, "events"),
        (["events", "--nonsense"], 2, "nonsense"),
    ],
)
def test_a_mistake_is_told_in_a_line_with_status_2(
    folder: Path, arguments: list[str], status: int, said: str
) -> None:
    done = run(folder, *arguments)

    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_nobody_made_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "fleet.toml").write_text("")

    done = run(tmp_path, "events")

    assert done.returncode == 1
    assert "fleet init" in done.stderr
    assert "Traceback" not in done.stderr
