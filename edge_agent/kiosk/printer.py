"""The slip printer: what is printed, when it counts as printed, and that nothing is ever printed late.

A print counts only when the printer's own status says so. Whatever did not come out at once is purged from
the spool: the citizen is told to keep the code, and a slip that comes out later would tell it to a stranger.
"""

import textwrap
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

COLUMNS: Final = 32
"""Characters in a line of the paper: 58 mm wide, font A (12 x 24 dots)."""


class PrinterState(Enum):
    """What the printer says of itself."""

    READY = "ready"
    PAPER_OUT = "paper_out"
    JAMMED = "jammed"
    COVER_OPEN = "cover_open"
    ABSENT = "absent"


class Printer(Protocol):
    """A slip printer with a spool of its own."""

    def state(self) -> PrinterState:
        """What it says of itself now."""
        ...

    def feed(self, slip: bytes) -> None:
        """Give it a slip. It may still lie in the spool afterwards."""
        ...

    def printed(self) -> int:
        """How many slips it says came out whole since it was switched on."""
        ...

    def purge(self) -> None:
        """Empty the spool: what has not come out never will."""
        ...


class NoPrinter:
    """No printer: nothing is printed, and it says so."""

    def state(self) -> PrinterState:
        """Absent."""
        return PrinterState.ABSENT

    def feed(self, slip: bytes) -> None:
        """Drop it."""

    def printed(self) -> int:
        """None."""
        return 0

    def purge(self) -> None:
        """There is nothing."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What stands on a slip: nothing about a person but the code that is theirs."""

    office: str
    title: str
    large: str
    lines: tuple[str, ...] = ()


def slip_bytes(slip: Slip) -> bytes:
    """The slip as ESC/POS: plain text, the number or code in double size, then a cut.

    Characters beyond ASCII are written by their nearest: a printer's code pages differ. (Epson's "ESC/POS
    Command Reference": ESC @, ESC a, GS !, GS V.)
    """
    centre, left, double, plain, cut = b"\x1ba\x01", b"\x1ba\x00", b"\x1d!\x11", b"\x1d!\x00", b"\x1dVB\x00"

    def words(text: str, columns: int = COLUMNS) -> bytes:
        kept = "".join(sign if " " <= sign <= "~" else _NEAREST.get(sign, "?") for sign in text)
        return b"".join(line.encode("ascii") + b"\n" for line in textwrap.wrap(kept, columns) or [""])

    head = (b"\x1b@", centre, words(slip.office), words(slip.title), double, words(slip.large, COLUMNS // 2))
    return b"".join((*head, plain, left, *(words(line) for line in slip.lines), b"\n\n\n", cut))


_NEAREST: Final = {"–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "·": "-", "×": "x"}


def print_now(printer: Printer, slip: Slip) -> PrinterState:
    """Print a slip now or never: READY if the printer says it came out, else its spool is purged."""
    before = printer.state()
    if before is not PrinterState.READY:
        printer.purge()
        return before
    count = printer.printed()
    printer.feed(slip_bytes(slip))
    after = printer.state()
    if printer.printed() == count + 1:
        return PrinterState.READY
    printer.purge()
    return after if after is not PrinterState.READY else PrinterState.JAMMED
