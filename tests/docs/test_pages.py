"""The pages: links lead somewhere, what is made from the code is fresh, nothing is told that must not be."""

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from edge_agent.contract.events import KINDS
from edge_agent.contract.schema import event_schema
from edge_agent.street.scenario import Scenario, names


def slugs(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def links(page: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", text)


def test_every_link_leads_somewhere(pages: list[Path]) -> None:
    broken = []
    for page in pages:
        for link in links(page):
            if re.match(r"https?://", link):
                continue
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            if not target.exists() or (anchor and anchor not in slugs(target)):
                broken.append(f"{page.name}: {link}")
    assert broken == []


def test_every_page_is_reached_from_the_readme(pages: list[Path], repository: Path) -> None:
    reached, ahead = set[Path](), [repository / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached:
            continue
        reached.add(page)
        for link in links(page):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.exists():
                ahead.append(target)
    assert set(pages) - reached == set()


def test_generated_pages_are_fresh(repository: Path) -> None:
    """In a process of its own, for the commands choose their language when they are imported."""
    ran = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"],
        cwd=repository, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_stale_page_is_noticed_and_written(
    generate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "FOLDER", tmp_path)
    assert generate.main(["--check"]) == 1
    assert "settings.md differs" in capsys.readouterr().err
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0


def undescribed(schema: dict[str, Any], name: str) -> list[str]:
    """The settings of `schema` and of its tables that tell nothing about themselves."""
    tables = {name: schema} | {f"{name}: {table}": part for table, part in schema.get("$defs", {}).items()}
    return [
        f"{table}: {key}"
        for table, part in tables.items()
        for key, field in part.get("properties", {}).items()
        if "description" not in field and "$ref" not in field and "$ref" not in field.get("items", {})
    ]


def test_every_setting_is_documented(generate: ModuleType, repository: Path) -> None:
    page = (repository / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    for file, model in generate.SETTINGS.items():
        schema = model.model_json_schema()
        assert undescribed(schema, file) == []
        for part in [schema, *schema.get("$defs", {}).values()]:
            for key in part.get("properties", {}):
                assert f"`{key}`" in page or f"`[{key}]`" in page or f"`[[{key}]]`" in page


def test_every_setting_of_a_scenario_is_documented(repository: Path) -> None:
    schema = Scenario.model_json_schema()
    assert undescribed(schema, "scenario") == []
    page = (repository / "docs" / "reference" / "scenarios.md").read_text(encoding="utf-8")
    for name in names():
        assert f"| `{name}` |" in page


def test_every_field_of_an_event_is_documented() -> None:
    missing = [
        f"{kind}: {name}"
        for kind, model in KINDS.items()
        for name, field in event_schema(model)["properties"]["data"]["properties"].items()
        if "description" not in field
    ]
    assert missing == []


def tracked(repository: Path) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=repository, capture_output=True, text=True, timeout=60, check=True
    )  # fmt: skip
    return [repository / name for name in listed.stdout.split("\0") if name and (repository / name).is_file()]


FORBIDDEN = {
    "a registry's host": ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.", "registry" + ".npm"],
    "a developer's path": ["/wo" + "rk/", "/ho" + "me/", "/ro" + "ot/", "/Use" + "rs/"],
}


@pytest.mark.parametrize("what", sorted(FORBIDDEN))
def test_no_file_names(what: str, repository: Path) -> None:
    if not (repository / ".git").exists():
        pytest.skip("not a git checkout")
    found = []
    for path in tracked(repository):
        content = path.read_bytes()
        found += [
            f"{path.relative_to(repository)}: {word}" for word in FORBIDDEN[what] if word.encode() in content
        ]
    assert found == []


def test_decisions_are_numbered_and_say_why(repository: Path) -> None:
    records = sorted((repository / "docs" / "explanation" / "decisions").glob("*.md"))
    assert [record.name[:4] for record in records] == [
        f"{number:04}" for number in range(1, len(records) + 1)
    ]
    for record in records:
        text = record.read_text(encoding="utf-8")
        assert text.startswith(f"# {record.name[:4]}: ")
        for part in ("**Context.**", "**Decision.**", "**Consequences.**"):
            assert part in text, f"{record.name}: {part}"
        assert len(text.splitlines()) < 60
