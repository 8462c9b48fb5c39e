"""A start of the unit that is killed at each of its steps in turn, by itself: `killed.py FOLDER`.

Prints, by step, the model that the next start would load, and at the end the number of steps.
"""

import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

from tests.vision.canary.bench import Desk

CHANGES = {"open", "write", "fsync", "rename", "replace", "mkdir", "rmdir", "unlink", "remove", "rmtree"}
"""Calls of these are steps; a file is cut after it was opened and before anything is in it, too."""


def is_log(called: object) -> bool:
    """Whether this writes a line of the log."""
    return getattr(called, "__self__", None) in {sys.stdout, sys.stderr, sys.stdout.buffer}


def start(folder: Path, *, killed_at: int) -> bool:
    """Change from old to new in a process that is killed before its step; whether it was."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status)
    left = killed_at

    def count(_frame: FrameType, event: str, called: object) -> None:
        nonlocal left
        if event == "c_call" and getattr(called, "__name__", "") in CHANGES and not is_log(called):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    Desk(folder).serves("new")
    os._exit(0)


def main() -> None:
    """Every step until none is left."""
    folder = Path(sys.argv[1])
    desk = Desk(folder / "first")
    desk.add("old")
    desk.add("new")
    desk.serves("old")
    step, killed = 0, True
    while killed:
        step += 1
        here = folder / str(step)
        shutil.copytree(folder / "first", here)
        killed = start(here, killed_at=step)
        after = Desk(here)
        slots = after.shelf.read()
        loadable = after.shelf.open(slots.current).slot.name if slots.current else "none"
        again = after.serves("new")
        left = sorted(path.name for path in after.shelf.folder.iterdir() if path.name.endswith(".part"))
        sys.stdout.write(f"step {step} {loadable} {again} {len(left)}\n")


if __name__ == "__main__":
    main()
