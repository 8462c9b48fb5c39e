"""What every slip printer must do, whoever makes it: `conforms` is run on each adapter and on the fake."""

from collections.abc import Callable
from typing import Protocol

from edge_agent.kiosk.printer import Printer, PrinterState


class Bench(Protocol):
    """A printer on the bench: somebody can take its paper, jam it and look at what came out."""

    printer: Printer

    def take_paper(self) -> None: ...

    def jam(self) -> None: ...

    def mend(self) -> None: ...

    def came_out(self) -> list[bytes]: ...


def conforms(make: Callable[[], Bench]) -> None:
    """Run the whole suite on fresh benches."""
    for check in (_counts_what_came_out, _keeps_what_it_cannot_print, _purges, _tells_its_state):
        check(make())


def _counts_what_came_out(bench: Bench) -> None:
    before = bench.printer.printed()
    bench.printer.feed(b"satu")
    assert bench.printer.printed() == before + 1
    assert bench.came_out() == [b"satu"]


def _keeps_what_it_cannot_print(bench: Bench) -> None:
    bench.take_paper()
    bench.printer.feed(b"satu")
    assert bench.came_out() == []
    assert bench.printer.printed() == 0


def _purges(bench: Bench) -> None:
    bench.take_paper()
    bench.printer.feed(b"satu")
    bench.printer.purge()
    bench.mend()
    assert bench.came_out() == []


def _tells_its_state(bench: Bench) -> None:
    assert bench.printer.state() is PrinterState.READY
    bench.take_paper()
    assert bench.printer.state() is PrinterState.PAPER_OUT
    bench.mend()
    bench.jam()
    bench.printer.feed(b"satu")
    assert bench.printer.state() is PrinterState.JAMMED
    bench.printer.purge()
    bench.mend()
    assert bench.printer.state() is PrinterState.READY
