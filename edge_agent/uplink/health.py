"""How the uplink and its machine fare, as a health event."""

import contextlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from edge_agent.contract.events import Health
from edge_agent.contract.streams import Stream
from edge_agent.outbox.stream import Status


def health(
    *,
    streams: Mapping[Stream, Status],
    counters: Mapping[str, float],
    reasons: list[str],
    data: Path,
    now: float,
) -> Health:
    """The event: `counters` are the uplink's own numbers, `now` is s since 1970."""
    metrics = dict(counters)
    for stream, status in streams.items():
        metrics[f"{stream}_waiting"] = status.rows
        metrics[f"{stream}_waiting_bytes"] = status.bytes
        metrics[f"{stream}_evicted_total"] = status.evicted
        metrics[f"{stream}_refused_total"] = status.refused
        metrics[f"{stream}_oldest_seconds"] = max(0.0, now - status.oldest) if status.oldest else 0.0
    with contextlib.suppress(OSError):
        metrics["disk_free_bytes"] = shutil.disk_usage(data).free
    celsius = cpu_celsius()
    if celsius is not None:
        metrics["cpu_celsius"] = celsius
    metrics["rss_bytes"] = rss_bytes()
    return Health(
        unit="uplink",
        status="degraded" if reasons else "ok",
        reasons=[reason[:300] for reason in reasons[:16]],
        metrics=metrics,
    )


def cpu_celsius(zones: Path = Path("/sys/class/thermal")) -> float | None:
    """The temperature of the first thermal zone, or None where there is none."""
    with contextlib.suppress(OSError, ValueError):
        return int((zones / "thermal_zone0" / "temp").read_text(encoding="ascii")) / 1000
    return None


def rss_bytes() -> float:
    """This process's resident memory."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return float(int(pages) * 4096)
    return 0.0
