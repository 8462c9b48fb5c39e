"""How the unit fares, as a health event: reasons that tell thing, cause and next step, and numbers."""

import os
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from edge_agent.contract.events import Health
from edge_agent.vision.camera import Down, Status, Up

_MOST_REASONS = 16
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def health(cameras: Mapping[str, Status], *, faults: Sequence[str], metrics: Mapping[str, float]) -> Health:
    """The event for these states of the cameras, other `faults`, and numbers."""
    reasons = []
    for name, status in cameras.items():
        match status:
            case Down(reason=reason):
                reasons.append(f"camera {name} is down: {reason}")
            case Up(note=note) if note:
                reasons.append(f"camera {name}: {note}")
    reasons += faults
    up = sum(isinstance(status, Up) for status in cameras.values())
    return Health(
        unit="vision",
        status="degraded" if reasons else "ok",
        reasons=[reason[:300] for reason in reasons[:_MOST_REASONS]],
        metrics={"cameras_up": up, "cameras_down": len(cameras) - up, **metrics},
    )


def median(values: Sequence[float]) -> float:
    """The median; 0 of nothing."""
    return statistics.median(values) if values else 0.0


def high(values: Sequence[float]) -> float:
    """What nineteen of twenty do not exceed; 0 of nothing."""
    return sorted(values)[int(len(values) * 0.95)] if values else 0.0


def rss_bytes() -> int:
    """What this process holds in memory, from proc(5)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES


def disk_free_bytes(folder: Path) -> int:
    """Room for us on the disk of `folder`; 0 if it cannot be asked."""
    try:
        state = os.statvfs(folder)
    except OSError:
        return 0
    return state.f_bavail * state.f_frsize
