"""`vision.toml` as it is edited: checked by the unit's own rules, saved in one step, the old one kept."""

import contextlib
import hashlib
import os
import re
import stat
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from edge_agent.vision.calibration import CalibrationError, Changed
from edge_agent.vision.calibration.document import Drawing, Kind, with_places
from edge_agent.vision.settings import VisionSettings
from loket.files import write_atomically
from loket.settings import SettingsError, parse

MOST_BACKUPS = 10
_PLACE = re.compile(r"cameras\[(\d+)\]\.(lines|zones|masks)\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class State:
    """The file at one moment."""

    text: str
    sha256: str
    settings: VisionSettings


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with what was drawn, and where."""

    message: str
    kind: Kind | None = None
    index: int | None = None
    """Which one of those that were drawn, in their order there."""


@dataclass(frozen=True, slots=True)
class Saved:
    """The file was written; `backup` is the old one, if anything changed."""

    sha256: str
    backup: Path | None


class SettingsFile:
    """The settings file; its edits come one after the other."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._saving = threading.Lock()

    def read(self) -> State:
        """As it is now. Raises SettingsError, CalibrationError."""
        try:
            content = self.path.read_bytes()
            text = content.decode()
        except (OSError, UnicodeDecodeError) as error:
            raise CalibrationError(f"{self.path}: cannot be read: {error}") from error
        settings = parse(text, VisionSettings, name=str(self.path), folder=self.path.parent)
        return State(text, hashlib.sha256(content).hexdigest(), settings)

    def check_writable(self) -> None:
        """Raise CalibrationError where saving would fail."""
        if not (os.access(self.path.parent, os.W_OK) and os.access(self.path, os.R_OK)):
            raise CalibrationError(f"{self.path}: you may not write it; run this command with sudo")

    def check(self, camera: str, drawing: Drawing) -> Mistake | None:
        """What is wrong with a drawing, if anything. Raises SettingsError, CalibrationError."""
        return self._made(self.read(), camera, drawing)[1]

    def save(self, camera: str, drawing: Drawing, *, base: str) -> Saved | Mistake:
        """Write a drawing that was made upon the file with the hash `base`.

        Raises Changed: the file is another by now; SettingsError, CalibrationError: it cannot be used.
        """
        with self._saving:
            state = self.read()
            if state.sha256 != base:
                raise Changed(f"{self.path}: was changed by somebody else meanwhile; load the page again")
            made, mistake = self._made(state, camera, drawing)
            if mistake is not None:
                return mistake
            if made == state.text:
                return Saved(base, None)
            return self._write(state, made)

    def _made(self, state: State, camera: str, drawing: Drawing) -> tuple[str, Mistake | None]:
        names = [each.name for each in state.settings.cameras]
        if camera not in names:
            raise CalibrationError(f'no camera is named "{camera}" any more; load the page again')
        number = names.index(camera)
        made = with_places(state.text, number, drawing)
        try:
            parse(made, VisionSettings, name=self.path.name, folder=self.path.parent)
        except SettingsError as error:
            return made, _mistake(str(error), number, drawing)
        return made, None

    def _write(self, state: State, made: str) -> Saved:
        try:
            about = self.path.stat()
            mode = stat.S_IMODE(about.st_mode)
            stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(about.st_mtime))
            backup = self.path.with_name(f"{self.path.name}.{stamp}-{state.sha256[:8]}")
            for path, text in ((backup, state.text), (self.path, made)):
                write_atomically(path, text.encode(), mode=mode)
                if os.geteuid() == 0:
                    os.chown(path, about.st_uid, about.st_gid)
        except OSError as error:
            raise CalibrationError(
                f"{self.path}: cannot be written: {error.strerror}; nothing is changed"
            ) from error
        self._forget_old_backups()
        return Saved(hashlib.sha256(made.encode()).hexdigest(), backup)

    def _forget_old_backups(self) -> None:
        """Keep the newest; their names are in the order of their times."""
        kept = sorted(self.path.parent.glob(f"{self.path.name}.*T*Z-*"))
        for old in kept[:-MOST_BACKUPS]:
            with contextlib.suppress(OSError):
                old.unlink()


def _mistake(message: str, camera: int, drawing: Drawing) -> Mistake:
    """Which of the drawn places a message of the settings is about."""
    found = _PLACE.search(message)
    if found is None or int(found[1]) != camera:
        return Mistake(message)
    kind: Kind = "lines" if found[2] == "lines" else "zones" if found[2] == "zones" else "masks"
    there = drawing.of(kind)[int(found[3])]
    index = next(n for n, each in enumerate(getattr(drawing, kind)) if each is there)
    return Mistake(message, kind, index)
