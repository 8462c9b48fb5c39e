"""Memory that forgets: what this process lets go of is overwritten at once, by the allocator itself.

Python keeps copies of a citizen's words that nobody can reach and wipe: a request's body, a rendered page.
They are let go of soon, but stay in memory until it is used again. glibc can overwrite what is freed (the
tunable `glibc.malloc.perturb`), if chunks do not first wait in the threads' caches
(`glibc.malloc.tcache_count`) and if Python asks glibc for each object (`PYTHONMALLOC=malloc`) rather than
keep pools of its own. All three are read when a process starts.
"""

import os
import sys
from collections.abc import Mapping

PERTURB = "glibc.malloc.perturb"
_TUNABLES = {PERTURB: "165", "glibc.malloc.tcache_count": "0"}


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """`given` with what makes a process forget; other tunables stay."""
    tunables = dict(part.split("=", 1) for part in given.get("GLIBC_TUNABLES", "").split(":") if "=" in part)
    return {
        **given,
        "PYTHONMALLOC": "malloc",
        "GLIBC_TUNABLES": ":".join(f"{name}={value}" for name, value in (tunables | _TUNABLES).items()),
    }


def ensure() -> None:
    """Start this program again, in the same process, if its memory does not forget. Else nothing happens."""
    wanted = environment(os.environ)
    if any(os.environ.get(name) != wanted[name] for name in ("PYTHONMALLOC", "GLIBC_TUNABLES")):
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], wanted)  # noqa: S606 - ourselves
