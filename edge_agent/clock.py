"""The wall clock with a trust flag: a Pi may boot in 1970, so a time is believed only where it is proven.

Three facts decide (see `is_trusted`): the newest time that can be *proven* (this release was built, our
certificate was issued, the fleet signed a statement), whether the kernel is synchronised, and whether the
fleet has confirmed the clock on this boot. The uplink records the last two proofs in the inbox's flags
(`PROVEN_FLAG`, `CONFIRMED_FLAG`), where the other units read them. A wall time is never rewritten.
"""

import ctypes
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

PROVEN_FLAG = "clock.proven"
CONFIRMED_FLAG = "clock.confirmed"

TOLERANCE_S = 120.0
"""How far a signed statement's time may lie from the wall clock and still confirm it."""

_RELEASED_AT = 1_767_225_600.0  # 2026-01-01: no release of Loket is older
_REREAD_AFTER_S = 2.0
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clocks said at one moment; `wall` is in UTC, `monotonic` in seconds of this boot."""

    wall: datetime
    trusted: bool
    monotonic: float


class Clock(Protocol):
    """A source of readings."""

    def read(self) -> Reading:
        """The time now."""
        ...


class Flags(Protocol):
    """Where proofs are kept: the inbox."""

    def flag(self, name: str) -> str | None:
        """The value of a flag, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The fleet found the wall clock right: then it was `offset_s` ahead of the boot's own clock."""

    boot: str
    offset_s: float

    def to_flag(self) -> str:
        """As the value of `CONFIRMED_FLAG`."""
        return json.dumps({"boot": self.boot, "offset_s": self.offset_s})

    @classmethod
    def from_flag(cls, value: str | None, *, boot: str) -> "Confirmation | None":
        """The confirmation in a flag, or None if there is none of this boot."""
        try:
            match json.loads(value or "null"):
                case {"boot": str(of), "offset_s": float(offset)} if of == boot:
                    return cls(boot=of, offset_s=offset)
        except ValueError:
            pass
        return None


def is_trusted(
    *, wall: float, since_boot: float, proven: float, synchronised: bool, confirmation: Confirmation | None
) -> bool:
    """Whether `wall` (s since 1970) may be believed.

    It must not lie before the proven time, and either the kernel keeps it synchronised or the fleet confirmed
    it on this boot. Where the fleet confirmed it and it was set since, the two disagree: it is not believed.
    """
    if wall < proven:
        return False
    if confirmation is None:
        return synchronised
    return abs((wall - since_boot) - confirmation.offset_s) <= TOLERANCE_S


def confirms(*, issued_at: float, wall: float) -> bool:
    """Whether a signed statement's time is near enough to the wall clock to confirm it."""
    return abs(wall - issued_at) <= TOLERANCE_S


def verification_time(*, wall: float, proven: float) -> float:
    """The time by which certificates are judged: never before the newest time that is proven."""
    return max(wall, proven)


def released_at() -> float:
    """A time before which this release cannot run (s since 1970): when its files were written."""
    return max(_RELEASED_AT, Path(__file__).stat().st_mtime)


def boot_id() -> str:
    """The kernel's name of this boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def since_boot() -> float:
    """Seconds since boot, time asleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def kernel_synchronised() -> bool:
    """Whether the kernel says that something (NTP, GPS) keeps the clock right."""
    if Path("/run/systemd/timesync/synchronized").exists():
        return True
    libc = ctypes.CDLL(None, use_errno=True)
    timex = ctypes.create_string_buffer(1024)  # struct timex, modes = 0: only ask
    return int(libc.adjtimex(timex)) not in (-1, _TIME_ERROR)


class SystemClock:
    """This machine's clock, trusted as far as the proofs in `flags` (the inbox) and the kernel go."""

    def __init__(self, flags: Flags | None = None) -> None:
        self._flags = flags
        self._boot = boot_id()
        self._released_at = released_at()
        self._proven = self._released_at
        self._confirmation: Confirmation | None = None
        self._synchronised = False
        self._reread_at = 0.0

    def read(self) -> Reading:
        """The time now; the proofs are read again every two seconds at most."""
        monotonic = time.monotonic()
        if monotonic >= self._reread_at:
            self.reread()
            self._reread_at = monotonic + _REREAD_AFTER_S
        wall = time.time()
        trusted = is_trusted(
            wall=wall,
            since_boot=since_boot(),
            proven=self._proven,
            synchronised=self._synchronised,
            confirmation=self._confirmation,
        )
        return Reading(wall=datetime.fromtimestamp(wall, UTC), trusted=trusted, monotonic=monotonic)

    @property
    def proven(self) -> float:
        """The newest time that can be proven, s since 1970."""
        return self._proven

    def reread(self) -> None:
        """Read the proofs at once."""
        self._synchronised = kernel_synchronised()
        if self._flags is not None:
            self._proven = max(self._released_at, _number(self._flags.flag(PROVEN_FLAG)))
            self._confirmation = Confirmation.from_flag(self._flags.flag(CONFIRMED_FLAG), boot=self._boot)


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
