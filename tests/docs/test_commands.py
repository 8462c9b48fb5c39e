"""The commands in README and docs: each exists and takes the options it is shown with; cheap ones are run."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

from edge_agent.model_store.manifest import Manifest
from loket.settings import load

USAGE_ERROR: Any = typer.BadParameter.__base__
OURS = {"edge-uplink", "edge-kiosk", "edge-vision", "loket-verify"}
OTHERS = {"mosquitto_sub"}


def helped(program: list[str], repository: Path) -> set[str]:
    """The words of a program's --help."""
    ran = subprocess.run(
        [*program, "--help"], cwd=repository, capture_output=True, text=True, timeout=60, check=True
    )  # fmt: skip
    return set(re.findall(r"[\w-]+", ran.stdout))


def check_typer(app: typer.Typer, words: list[str]) -> None:
    """Parse `words` as the program would. Raises its usage error."""
    command: Any = typer.main.get_command(app)
    name, *rest = words
    while hasattr(command, "commands"):
        context = command.make_context(name, [*rest], resilient_parsing=True)
        name, command, rest = command.resolve_command(context, rest)
        assert command is not None, f"no such command: {' '.join(words)}"
    command.make_context(name, [*rest]).close()


def check(words: list[str], *, repository: Path, generate: ModuleType) -> None:
    """Fail unless the command exists and takes its options."""
    program, *rest = words
    options = [word.partition("=")[0] for word in rest if re.match(r"--?[a-z]", word)]
    if program in generate.COMMANDS:
        check_typer(generate.COMMANDS[program], words)
    elif program in OURS:
        told = helped([str(Path(sys.executable).with_name(program))], repository)
        assert all(option in told for option in options), f"{words}: {options}"
    elif program == ".venv/bin/python":
        assert rest[0] == "-m"
        assert importlib.util.find_spec(rest[1]) is not None
    elif program.startswith(".venv/bin/"):
        assert Path(sys.executable).with_name(Path(program).name).exists()
    elif program.startswith("scripts/"):
        check_script(program, rest, repository)
    else:
        assert program in OTHERS, f"{program}: unknown to this test"


def check_script(program: str, rest: list[str], repository: Path) -> None:
    script = repository / program
    assert os.access(script, os.X_OK), f"{program} is not there, or cannot be executed"
    if program == "scripts/demo":
        told = helped([sys.executable, "-m", "demo"], repository)
        assert all(word in told for word in rest if word.startswith("--"))
    elif program == "scripts/setup":
        assert (repository / "requirements" / f"{(rest or ['dev'])[0]}.txt").exists()
    elif program == "scripts/bench":
        assert (repository / "bench" / f"{rest[0]}.py").exists()
    elif program == "scripts/test":
        assert rest[:1] != ["--long"] or "--long" in script.read_text(encoding="utf-8")


def test_every_command_exists_and_takes_its_options(
    blocks: list[Any], repository: Path, generate: ModuleType
) -> None:
    commands = [words for block in blocks if block.language == "sh" for words in block.commands()]
    assert len(commands) > 20
    for words in commands:
        check(words, repository=repository, generate=generate)


@pytest.mark.parametrize(
    "wrong",
    ["fleet device ad x", "fleet device list --jsno", "edge-uplink --confg x", "scripts/dmo",
     "scripts/demo --sec 3", "curl x", "scripts/setup everything", "scripts/bench nothing",
     ".venv/bin/python -m edge_agent.nothing"],
)  # fmt: skip
def test_a_wrong_command_would_be_noticed(wrong: str, repository: Path, generate: ModuleType) -> None:
    with pytest.raises((AssertionError, USAGE_ERROR)):
        check(wrong.split(), repository=repository, generate=generate)


def test_the_options_of_scripts_demo_are_those_of_the_tutorial(repository: Path) -> None:
    told = helped([sys.executable, "-m", "demo"], repository)
    for option in ("--camera", "--model", "--seconds", "--json", "--data", "--port-base"):
        assert option in told


@pytest.mark.parametrize("script", ["setup", "demo", "test", "check", "bench", "lock", "docs", "pictures"])
def test_a_script_is_one_screen_of_sound_shell(script: str, repository: Path) -> None:
    path = repository / "scripts" / script
    text = path.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n#")
    assert "set -euo pipefail" in text
    assert len(text.splitlines()) <= 80
    subprocess.run(["bash", "-n", str(path)], timeout=30, check=True)


@pytest.mark.parametrize(
    ("command", "told"), [("scripts/setup everything", "try: run, dev"), ("scripts/bench nothing", "usage:")]
)
def test_a_script_tells_a_mistake_and_the_next_step(command: str, told: str, repository: Path) -> None:
    ran = subprocess.run(
        command.split(), cwd=repository, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip
    assert ran.returncode == 2
    assert told in ran.stderr


def run(words: list[str], *, where: dict[str, str], folder: Path) -> str:
    """Run one of our commands with the page's folders moved into `folder`."""
    moved = [_moved(word, where) for word in words]
    program = str(Path(sys.executable).with_name(moved[0]))
    ran = subprocess.run(
        [program, *moved[1:]], cwd=folder, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "LOKET_LANG": "en"},
    )  # fmt: skip
    assert ran.returncode == 0, f"{words}: {ran.stderr}"
    return ran.stdout


def _moved(word: str, where: dict[str, str]) -> str:
    for folder, new in where.items():
        word = word.replace(folder, new)
    return word


CHEAP = {
    ("fleet", "init"), ("fleet", "device"), ("fleet", "broker"), ("fleet", "signin"), ("fleet", "audit"),
    ("fleet", "submissions"), ("edge-agent", "identity"), ("edge-agent", "outbox"),
}  # fmt: skip


def test_the_guides_work_when_followed_to_the_letter(
    blocks: list[Any], generate: ModuleType, tmp_path: Path
) -> None:
    """Add a device by hand, let a system read, open submissions: with the folders of the pages moved."""
    etc, srv = tmp_path / "etc", tmp_path / "srv"
    etc.mkdir()
    where = {"/etc/loket": str(etc), "/srv/loket": str(srv)}
    ran = 0
    for page in ("add-a-device.md", "read-events.md", "open-submissions.md"):
        for block in (block for block in blocks if block.page.name == page):
            if block.language == "toml":
                name = re.findall(r"/etc/loket/(\w+\.toml)", block.before)[0]
                extra = f'data = "{tmp_path}/data"\nrun = "{tmp_path}/run"\n' if name == "device.toml" else ""
                (etc / name).write_text(block.text + extra, encoding="utf-8")
            for words in block.commands() if block.language == "sh" else ():
                if tuple(words[:2]) not in CHEAP or "ID" in words:
                    continue
                if words[1] == "device" and words[2] == "add":
                    shutil.copy(etc / "device.csr", tmp_path)
                run(words, where=where, folder=tmp_path)
                ran += 1
        if page == "add-a-device.md":
            for public in ("pki/root.pem", "keys/statements.pub", "keys/intake.pub"):
                shutil.copy(srv / public, etc)
            shutil.copy(tmp_path / "device.pem", etc)
    assert ran >= 9
    for name, model in generate.SETTINGS.items():
        if (etc / name).exists():
            load(etc / name, model)
            ran += 1
    assert ran >= 13


def test_settings_shown_in_pages_are_accepted(blocks: list[Any], generate: ModuleType) -> None:
    known = {
        key
        for model in [*generate.SETTINGS.values(), Manifest]
        for part in [model.model_json_schema(), *model.model_json_schema().get("$defs", {}).values()]
        for key in part.get("properties", {})
    }
    for block in blocks:
        if block.language == "toml":
            document = tomllib.loads(block.text)
            cameras = document.get("cameras", [])  # [[cameras]], or a part of one as [cameras.gate]
            tables = cameras if isinstance(cameras, list) else [cameras]
            keys = {*document, *(key for table in tables for key in table)}
            assert keys <= known, f"{block.page.name}: {keys - known}"
