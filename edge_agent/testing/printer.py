"""A printer in memory: paper that runs out, jams, and a spool that would print late if nobody purged it."""

from edge_agent.kiosk.printer import PrinterState


class MemoryPrinter:
    """Behaves as a slip printer does: what it cannot print stays in its spool until paper is back."""

    def __init__(self, *, paper: int = 100) -> None:
        """`paper`: how many slips the roll has left."""
        self.paper = paper
        self.slips: list[bytes] = []
        self.spool: list[bytes] = []
        self.jams_next = False
        self.is_absent = False
        self._jammed = False

    def state(self) -> PrinterState:
        """What it says of itself."""
        if self.is_absent:
            return PrinterState.ABSENT
        if self._jammed:
            return PrinterState.JAMMED
        return PrinterState.READY if self.paper else PrinterState.PAPER_OUT

    def feed(self, slip: bytes) -> None:
        """Take a slip, and print as much as paper and luck allow."""
        self.spool.append(slip)
        self.run()

    def printed(self) -> int:
        """How many came out."""
        return len(self.slips)

    def purge(self) -> None:
        """Empty the spool."""
        self.spool.clear()

    def mend(self, *, paper: int = 100) -> None:
        """Somebody puts in a roll and clears the jam: whatever is spooled comes out."""
        self.paper, self._jammed = paper, False
        self.run()

    def run(self) -> None:
        """Print what lies in the spool."""
        while self.spool and self.state() is PrinterState.READY:
            if self.jams_next:
                self.jams_next, self._jammed = False, True
                return
            self.slips.append(self.spool.pop(0))
            self.paper -= 1
