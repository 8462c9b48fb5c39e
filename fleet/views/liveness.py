"""Whether a device is well, as far as it can be proven: without a fresh proof nothing is."""

from dataclasses import dataclass
from enum import StrEnum

STALE_AFTER_S = 150.0
"""A device speaks at least every 60 s (its health); after two silent turns and some, nothing is known."""

CLOCK_SKEW_S = 30.0


class State(StrEnum):
    """What can be said of a device."""

    ONLINE = "online"
    """It gave a proof of life a moment ago, and reports no trouble."""
    DEGRADED = "degraded"
    """It gave a proof of life a moment ago, and reports trouble."""
    UNKNOWN = "unknown"
    """It counts as connected, but its last proof of life is too old."""
    OFFLINE = "offline"
    """It said good-bye, or the broker lost it."""
    NEVER = "never"
    """Nothing was heard of it yet."""
    REVOKED = "revoked"
    """It may no longer speak."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of a device; times are s since 1970, UTC, by the fleet's clock."""

    online: bool | None = None
    proof_at: float | None = None
    degraded: bool = False
    revoked: bool = False


def state_of(heard: Heard, *, now: float, stale_after_s: float = STALE_AFTER_S) -> State:
    """What can be said now. A proof from the future proves nothing: a clock was set."""
    if heard.revoked:
        return State.REVOKED
    if heard.proof_at is None:
        return State.NEVER if not heard.online else State.UNKNOWN
    if not heard.online:
        return State.OFFLINE
    age_s = now - heard.proof_at
    if not -CLOCK_SKEW_S <= age_s <= stale_after_s:
        return State.UNKNOWN
    return State.DEGRADED if heard.degraded else State.ONLINE
