"""What the fleet's signed statements prove about the time, written down for all units."""

import time

from edge_agent.clock import (
    CONFIRMED_FLAG,
    PROVEN_FLAG,
    Confirmation,
    boot_id,
    confirms,
    released_at,
    since_boot,
)
from edge_agent.inbox.store import Inbox, InboxError

_WRITE_AFTER_S = 60.0


class TimeProof:
    """The newest proven time, and whether the fleet has confirmed the clock on this boot."""

    def __init__(self, flags: Inbox, *, certified_at: float) -> None:
        self._flags = flags
        self._boot = boot_id()
        try:
            known = float(flags.flag(PROVEN_FLAG) or 0)
        except ValueError:
            known = 0.0
        self.proven = max(known, certified_at, released_at())
        self._written = known
        self._confirmation = Confirmation.from_flag(flags.flag(CONFIRMED_FLAG), boot=self._boot)
        self._write()

    def now(self) -> float:
        """The time by which certificates are judged (s since 1970): the clock, but never before proof."""
        return max(time.time(), self.proven)

    def witness(self, issued_at: float) -> None:
        """Learn from a statement that the fleet signed at `issued_at` (s since 1970), once it is verified."""
        self.proven = max(self.proven, issued_at)
        if self.proven - self._written >= _WRITE_AFTER_S:
            self._write()
        wall = time.time()
        if not confirms(issued_at=issued_at, wall=wall):
            return
        offset_s = wall - since_boot()
        if self._confirmation is None or abs(self._confirmation.offset_s - offset_s) > 1.0:
            confirmation = Confirmation(boot=self._boot, offset_s=offset_s)
            if self._note(CONFIRMED_FLAG, confirmation.to_flag()):
                self._confirmation = confirmation

    def _write(self) -> None:
        if self.proven > self._written and self._note(PROVEN_FLAG, repr(self.proven)):
            self._written = self.proven

    def _note(self, name: str, value: str) -> bool:
        """Write a flag down; False where the disk is full: then the next statement tries again."""
        try:
            self._flags.set_flag(name, value)
        except InboxError:
            return False
        return True
