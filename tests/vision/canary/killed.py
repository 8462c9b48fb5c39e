"""A start of the unit that is killed at each of its steps in turn, by itself: `killed.py FOLDER`.

Prints, by step, the model that the next start would load, and at the end the number of steps.
"""

import os
import shutil
import signal
import sys
from pathlib import Path

from tests.vision.canary.bench import Desk

CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree", "os.chmod", "fcntl.flock"}


def is_step(event: str, arguments: tuple[object, ...]) -> bool:
    """Whether this is something that is done to files."""
    if event == "open":
        flags = arguments[2]
        return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    return event in CHANGES


def start(folder: Path, *, killed_at: int) -> bool:
    """Change from old to new in a process that is killed before its step; whether it was."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status)
    left = killed_at

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if is_step(event, arguments):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
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
