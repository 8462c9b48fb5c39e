"""What a command prints: JSON for programs, a table for people; nothing in it can command a terminal."""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text


def plain(text: str) -> str:
    """The text with every control character (escape sequences, line ends, bidi overrides) made visible."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _controls(letter) else letter for letter in text)


def show_json(document: Any) -> None:
    """Print one line of JSON; dataclasses become objects."""
    typer.echo(json.dumps(document, default=asdict))


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their columns' names; a cell may take several lines but loses nothing."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    Console(highlight=False).print(table)


def _controls(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cf"}
