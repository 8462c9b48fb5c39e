"""The documents, and what is written in them."""

import importlib.util
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).parents[2]
PAGES = sorted([REPOSITORY / "README.md", REPOSITORY / "CHANGELOG.md", *(REPOSITORY / "docs").rglob("*.md")])


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page; `before` is the line of text that introduces it."""

    page: Path
    language: str
    text: str
    before: str

    def commands(self) -> Iterator[list[str]]:
        """The commands of a `sh` block as argument lists, without assignments in front."""
        for line in self.text.splitlines():
            words = shlex.split(line, comments=True)
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words.pop(0)
            if words:
                yield words


def blocks_of(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL):
        before = text[: match.start()].rstrip().rpartition("\n")[2]
        found.append(Block(page=page, language=match[1], text=match[2], before=before))
    return found


@pytest.fixture(scope="session")
def pages() -> list[Path]:
    """Every page for people."""
    return PAGES


@pytest.fixture(scope="session")
def blocks() -> list[Block]:
    """Every fenced block of every page."""
    return [block for page in PAGES for block in blocks_of(page)]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def generate() -> ModuleType:
    """`docs/generate.py`, which makes pages of the reference."""
    spec = importlib.util.spec_from_file_location("docs_generate", REPOSITORY / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
