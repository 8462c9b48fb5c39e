"""Whose turn it is: citizens never wait, events go before telemetry, telemetry never starves."""

from edge_agent.contract.streams import Stream

_TELEMETRY_SHARE = 8


def allot(room: int, wants: dict[Stream, int]) -> dict[Stream, int]:
    """Divide `room` publications among what the streams want."""
    submissions = min(room, wants.get(Stream.SUBMISSIONS, 0))
    rest = room - submissions
    kept = min(wants.get(Stream.TELEMETRY, 0), max(1, rest // _TELEMETRY_SHARE)) if rest > 1 else 0
    events = min(rest - kept, wants.get(Stream.EVENTS, 0))
    return {
        Stream.SUBMISSIONS: submissions,
        Stream.EVENTS: events,
        Stream.TELEMETRY: min(rest - events, wants.get(Stream.TELEMETRY, 0)),
    }


def retry_in_s(attempt: int, *, least_s: float, most_s: float, chance: float) -> float:
    """How long to wait before the connection attempt after `attempt` failed ones (1, 2, ...).

    Doubling from `least_s` to `most_s`, then anywhere between half of it and all of it by `chance` (0 to 1),
    so that a region's devices do not come back in the same instant.
    """
    longest = min(most_s, least_s * 2.0 ** min(attempt - 1, 32))
    return longest * (0.5 + chance / 2)
