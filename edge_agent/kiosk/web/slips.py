"""Printing what somebody takes home: now or never, and told as the printer itself tells it."""

import asyncio

from edge_agent.kiosk.printer import NoPrinter, PrinterState, Slip, print_now
from edge_agent.kiosk.services.service import N_
from edge_agent.kiosk.web.site import Site
from loket.log import get

log = get(__name__)

TOLD = {
    PrinterState.READY: N_("Printed. Please take your slip."),
    PrinterState.PAPER_OUT: N_("NOT printed: no paper is left. Write the code down or take a photo."),
    PrinterState.JAMMED: N_("NOT printed: the paper is jammed. Write the code down or take a photo."),
    PrinterState.COVER_OPEN: N_("NOT printed: the printer is open. Write the code down or take a photo."),
    PrinterState.ABSENT: N_("NOT printed: the printer does not answer. Write the code down or take a photo."),
}
"""What a person is told of each outcome."""


def can_print(site: Site) -> bool:
    """Whether the kiosk is fitted with a printer."""
    return not isinstance(site.fittings.printer, NoPrinter)


async def print_slip(site: Site, slip: Slip) -> str:
    """Print it; what to tell of the outcome, as a message id."""
    state = await asyncio.to_thread(print_now, site.fittings.printer, slip)
    if state is not PrinterState.READY:
        log.warning("slip_not_printed", state=state.value)
    return TOLD[state]


async def purge(site: Site) -> None:
    """What has not come out of the printer never will: the visit is over."""
    await asyncio.to_thread(site.fittings.printer.purge)
