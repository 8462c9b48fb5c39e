"""How many threads the detector should have: by the processor cores that this process may use."""

import math
import os
from pathlib import Path

MOST = 4
"""More gain next to nothing with pictures this small."""
_CGROUP = Path("/proc/self/cgroup")
_CGROUPS = Path("/sys/fs/cgroup")


def threads_for(cores: int) -> int:
    """As many as there are cores, up to four; of four and more one is left to decoding."""
    return max(1, min(MOST, cores - 1 if cores >= MOST else cores))


def usable_cores() -> int:
    """By affinity, and by the processor time that the control group allows."""
    cores = len(os.sched_getaffinity(0))
    quota = _quota()
    return max(1, min(cores, math.ceil(quota))) if quota is not None else cores


def _quota() -> float | None:
    """The share of processor time that systemd or a container allows, in cores; None: all there is."""
    try:
        group = _CGROUP.read_text(encoding="ascii").strip().rpartition(":")[2].lstrip("/")
        most, period = (_CGROUPS / group / "cpu.max").read_text(encoding="ascii").split()
        return None if most == "max" else int(most) / int(period)
    except (OSError, ValueError):
        return None
