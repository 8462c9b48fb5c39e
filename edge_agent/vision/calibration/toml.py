"""A TOML file as blocks of lines, so that a part is changed and every other line stays as it was; pure.

A comment above a table's header belongs to that table. Libraries hang it to the table before, and lose it
with that one (docs/explanation/decisions/0021).
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Entry:
    """A key with its value: lines of text, of which a part is the value."""

    key: str
    before: str
    """From the line's beginning to the value."""
    value: str
    after: str
    """To the line's end: perhaps a comment."""

    @property
    def text(self) -> str:
        """As it stands in the file."""
        return self.before + self.value + self.after


@dataclass(slots=True)
class Block:
    """A table with what stands above it."""

    path: tuple[str, ...]
    """Its name in parts; () for what stands above all tables."""
    lead: list[str] = field(default_factory=list)
    """Lines above the header: comments, and lines that are blank."""
    header: str = ""
    body: list[Entry | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """As it stands in the file."""
        inside = (part if isinstance(part, str) else part.text for part in self.body)
        return "".join([*self.lead, self.header, *inside])

    def entry(self, key: str) -> Entry | None:
        """The entry with a key."""
        return next((part for part in self.body if isinstance(part, Entry) and part.key == key), None)

    def take_lead(self) -> list[str]:
        """What is left of the lines above when the table is taken away: all but the comment right above."""
        kept = list(self.lead)
        while kept and kept[-1].lstrip().startswith("#"):
            kept.pop()
        return kept


@dataclass(slots=True)
class File:
    """A whole file."""

    blocks: list[Block]
    tail: list[str]
    """Comments and blank lines after the last entry."""

    @property
    def text(self) -> str:
        """As it stands in the file."""
        return "".join([*(block.text for block in self.blocks), *self.tail])


def parse(text: str) -> File:
    """Take a file apart. Its text must be TOML: what is not, is taken apart somehow."""
    blocks, loose, at = [Block(())], list[str](), 0
    while at < len(text):
        line_end = _line_end(text, at)
        start = text[at:line_end].lstrip()
        if not start or start.startswith("#"):
            loose.append(text[at:line_end])
            at = line_end
        elif start.startswith("["):
            blocks.append(Block(_path(start), lead=loose, header=text[at:line_end]))
            loose, at = [], line_end
        else:
            value = _after_equals(text, at)
            end = _value_end(text, value)
            line_end = _line_end(text, end)
            entry = Entry(_key(text[at:value]), text[at:value], text[value:end], text[end:line_end])
            blocks[-1].body += [*loose, entry]
            loose, at = [], line_end
    return File(blocks, loose)


def _path(header: str) -> tuple[str, ...]:
    found: Any = tomllib.loads(header)
    path: list[str] = []
    while found:
        found = found[0] if isinstance(found, list) else found
        if not found:
            break
        [(key, found)] = found.items()
        path.append(key)
    return tuple(path)


def _key(before: str) -> str:
    found: Any = tomllib.loads(before + "0")
    path: list[str] = []
    while isinstance(found, dict):
        [(key, found)] = found.items()
        path.append(key)
    return ".".join(path)


def _line_end(text: str, at: int) -> int:
    """After the line that `at` is in."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _after_equals(text: str, at: int) -> int:
    """Where the value begins of the key at `at`, which may be quoted."""
    quote = ""
    while at < len(text):
        letter = text[at]
        if quote:
            at += letter == "\\" and quote == '"'
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == "=":
            at += 1
            break
        at += 1
    while at < len(text) and text[at] in " \t":
        at += 1
    return at


def _value_end(text: str, at: int) -> int:
    """Where the value at `at` ends: before blanks, a comment, or the line's end."""
    depth, end = 0, at
    for start, stop in _tokens(text, at):
        part = text[start:stop]
        if depth == 0 and (part.startswith("#") or part in ("\n", "\r")):
            break
        depth += (part in "[{") - (part in "]}")
        if not part.isspace() and not part.startswith("#"):
            end = stop
    return end


def _tokens(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Strings and comments whole, all else letter by letter."""
    while at < len(text):
        stop = at + 1
        if text.startswith(('"""', "'''"), at):
            quote = text[at : at + 3]
            stop = _closed(text, at + 3, quote)
            while text.startswith(quote[0], stop):  # up to two quotes may stand before the closing ones
                stop += 1
        elif text[at] in "\"'":
            stop = _closed(text, at + 1, text[at])
        elif text[at] == "#":
            stop = text.find("\n", at)
            stop = len(text) if stop < 0 else stop
        yield at, stop
        at = stop


def _closed(text: str, at: int, quote: str) -> int:
    """After the string that goes on at `at` until `quote`."""
    while at < len(text) and not text.startswith(quote, at):
        at += 2 if text[at] == "\\" and quote[0] == '"' else 1
    return min(len(text), at + len(quote))
