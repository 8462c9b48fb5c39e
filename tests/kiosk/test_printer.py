"""Slips: printed when the printer says so, and never late."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.kiosk.printer import COLUMNS, NoPrinter, PrinterState, Slip, print_now, slip_bytes
from edge_agent.testing.printer import MemoryPrinter
from tests.kiosk.printers import conforms

SLIP = Slip(office="Kantor Camat Amen", title="Nomor antrean", large="A20", lines=("Kode K7QM-2XTD",))


class MemoryBench:
    """The fake on the bench."""

    def __init__(self) -> None:
        self.printer = MemoryPrinter()

    def take_paper(self) -> None:
        self.printer.paper = 0

    def jam(self) -> None:
        self.printer.jams_next = True

    def mend(self) -> None:
        self.printer.mend()

    def came_out(self) -> list[bytes]:
        return self.printer.slips


def test_the_fake_is_a_printer() -> None:
    conforms(MemoryBench)


def test_a_slip_counts_once_it_came_out() -> None:
    printer = MemoryPrinter()
    assert print_now(printer, SLIP) is PrinterState.READY
    assert len(printer.slips) == 1
    assert b"A20" in printer.slips[0]


@pytest.mark.parametrize("fault", ["paper", "jam"])
def test_what_did_not_come_out_is_said_and_never_comes_late(fault: str) -> None:
    printer = MemoryPrinter(paper=0 if fault == "paper" else 5)
    printer.jams_next = fault == "jam"
    expected = PrinterState.PAPER_OUT if fault == "paper" else PrinterState.JAMMED
    assert print_now(printer, SLIP) is expected
    printer.mend()
    assert printer.slips == []
    assert print_now(printer, SLIP) is PrinterState.READY
    assert len(printer.slips) == 1


@given(st.lists(st.sampled_from(["print", "jam", "paper", "mend"]), max_size=40))
def test_nobody_ever_gets_the_slip_of_another(steps: list[str]) -> None:
    """Whatever happens to it, a slip comes out at once and is said to, or never."""
    printer, number = MemoryPrinter(), 0
    for one in steps:
        if one == "print":
            number += 1
            before = len(printer.slips)
            state = print_now(printer, Slip(office="o", title="t", large=f"N{number}"))
            assert (state is PrinterState.READY) == (len(printer.slips) == before + 1)
            assert printer.spool == []
            if state is PrinterState.READY:
                assert f"N{number}".encode() in printer.slips[-1]
        else:
            before = len(printer.slips)
            if one == "jam":
                printer.jams_next = True
            elif one == "paper":
                printer.paper = 0
            else:
                printer.mend()
            assert len(printer.slips) == before


def test_without_a_printer_it_says_so() -> None:
    assert print_now(NoPrinter(), SLIP) is PrinterState.ABSENT


@given(st.text(max_size=200))
def test_any_text_becomes_printable_lines_that_fit(text: str) -> None:
    slip = slip_bytes(Slip(office=text, title="t", large="A1", lines=(text,)))
    for line in slip.split(b"\n"):
        assert len(line) <= COLUMNS + 12  # with the commands before it
    assert all(byte < 127 for byte in slip)
