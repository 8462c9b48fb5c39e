"""Texts and their topics, read from a table as offices export it, and parted by a stable hash."""

import csv
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_agent.reading.grams import words

HELD_OUT = 0.2
"""The share of texts that a model never learns from."""
LEAST_ROWS = 10
"""A topic with fewer texts cannot be learned and measured."""


class TableError(Exception):
    """A table cannot be used; the message names the file, the cause and the next step."""


@dataclass(frozen=True, slots=True)
class Row:
    """A text and its topic; "" where the table has none."""

    text: str
    topic: str


def read(path: Path, *, text: str = "text", topic: str | None = "topic") -> list[Row]:
    """The rows of a CSV or TSV file with a header line, without empty and repeated texts.

    Commas, semicolons and tabs are told apart by the header; a byte-order mark is no matter. `topic` None:
    the table is of texts alone. Raises TableError.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(f"{path}: is not UTF-8; save it again as CSV UTF-8") from error
    except OSError as error:
        raise TableError(f"{path}: {error.strerror}") from error
    header = content.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    quoting = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    reader = csv.DictReader(content.splitlines(keepends=True), delimiter=delimiter, quoting=quoting)
    for column in (text, topic):
        if column is not None and column not in (reader.fieldnames or ()):
            raise TableError(
                f'{path}: has no column "{column}", but {", ".join(reader.fieldnames or ["none"])}; '
                "name the columns with --text and --topic"
            )
    rows: dict[str, Row] = {}
    for line in reader:
        row = Row((line[text] or "").strip(), "" if topic is None else (line[topic] or "").strip())
        key = " ".join(words(row.text))
        if key and (topic is None or row.topic):
            rows.setdefault(key, row)
    if not rows:
        raise TableError(f"{path}: has no rows; export it again")
    return list(rows.values())


def topics(rows: Sequence[Row]) -> list[str]:
    """The topics of `rows`, sorted. Raises TableError where there are too few rows or topics."""
    counts = Counter(row.topic for row in rows)
    few = sorted(topic for topic, count in counts.items() if count < LEAST_ROWS)
    if few:
        raise TableError(
            f"topics with fewer than {LEAST_ROWS} texts: {', '.join(few)}; add texts, or join them to others"
        )
    if len(counts) < 2:
        raise TableError("there is one topic only; two are needed")
    return sorted(counts)


def is_held_out(text: str, *, share: float = HELD_OUT) -> bool:
    """Whether `text` is kept from learning: by its words alone, so alike in every run."""
    return fold(text, "held out") < share


def fold(text: str, what: str) -> float:
    """A number from 0 to 1 that depends on the words of `text` alone, another for each `what`."""
    digest = hashlib.sha256(f"{what}\n{' '.join(words(text))}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
