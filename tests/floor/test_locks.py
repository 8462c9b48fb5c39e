"""The locks: every version with its hashes, no host named, and what pyproject.toml asks for is in them."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.version import Version

REPOSITORY = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
RUN = [*PROJECT["dependencies"], *EXTRAS["build"], *EXTRAS["edge"], *EXTRAS["fleet"]]
WANTED = {"run": RUN, "dev": [*RUN, *EXTRAS["dev"]]}


def locked(name: str) -> dict[str, set[Version]]:
    """The versions of each distribution in a lock; several where they depend on the Python version."""
    text = (REPOSITORY / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    found: dict[str, set[Version]] = {}
    for pin in re.findall(r"^([a-z0-9-]+)(?:\[[a-z,-]+\])?==([^\s;]+)", text, flags=re.MULTILINE):
        found.setdefault(pin[0], set()).add(Version(pin[1]))
    return found


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", ["run", "dev", "bench", "tools"])
def test_a_lock_names_no_host(name: str) -> None:
    text = (REPOSITORY / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


@pytest.mark.parametrize("name", ["run", "dev", "bench", "tools"])
def test_every_version_of_a_lock_has_hashes(name: str) -> None:
    text = (REPOSITORY / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z])", text.strip())
    assert entries
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", ["run", "dev"])
def test_a_lock_holds_what_the_project_asks_for(name: str) -> None:
    pins = locked(name)
    environment = {key: str(value) for key, value in default_environment().items()}
    for line in WANTED[name]:
        wanted = Requirement(line)
        if wanted.marker is not None and not wanted.marker.evaluate(environment):
            continue
        versions = pins.get(canonical(wanted.name), set())
        assert versions, f"{wanted.name} is not in requirements/{name}.txt: run scripts/lock"
        assert all(version in wanted.specifier for version in versions), f"{line}: run scripts/lock"


def test_what_runs_is_what_was_tested() -> None:
    run, dev = locked("run"), locked("dev")
    assert {name: versions for name, versions in run.items() if dev.get(name) != versions} == {}


def test_the_npm_lock_names_no_registry() -> None:
    packages: dict[str, Any] = json.loads((REPOSITORY / "package-lock.json").read_text(encoding="utf-8"))[
        "packages"
    ]
    installed = {name: package for name, package in packages.items() if name}
    assert [name for name, package in installed.items() if "resolved" in package] == []
    assert [name for name, package in installed.items() if "integrity" not in package] == []
    assert "omit-lockfile-registry-resolved=true" in (REPOSITORY / ".npmrc").read_text(encoding="utf-8")


def test_the_npm_tools_are_pinned() -> None:
    tools: dict[str, str] = json.loads((REPOSITORY / "package.json").read_text(encoding="utf-8"))[
        "devDependencies"
    ]
    assert {"axe-core", "@asyncapi/parser"} <= tools.keys()
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in tools.values())
