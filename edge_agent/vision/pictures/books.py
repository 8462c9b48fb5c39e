"""The ledger's file: what was let out is written down before it is, and told by the next run if by no other.

A run that is killed may leave one picture too many in the books, never one too few.
"""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from pydantic import ValidationError

from edge_agent.contract.events import PicturesReleased
from edge_agent.vision.pictures.ledger import Ledger, Purpose
from edge_agent.vision.pictures.release import Released
from loket import log
from loket.files import write_atomically

Tell = Callable[[PicturesReleased, str], bool]
"""Says a page of the ledger under an event's id; whether there was room."""

_log = log.get(__name__)


def books_path(data: Path) -> Path:
    """The file in a device's data folder."""
    return data / "pictures.json"


class Books:
    """One run's ledger, and what an earlier run left untold. For one thread."""

    def __init__(self, path: Path, *, run: str) -> None:
        self._path = path
        self._ledger = Ledger(run)
        self._left = _read(path)

    def enter(self, released: Released, *, camera: str, wall: datetime | None, purpose: Purpose) -> bool:
        """Write down a picture that is about to be let out; False: it cannot be written, so it must stay."""
        ledger = self._ledger.after(released, camera=camera, day=day_of(wall), purpose=purpose)
        rows = [*self._left, *ledger.pages.values()]
        text = json.dumps([row.model_dump() for row in rows], separators=(",", ":"))
        try:
            write_atomically(self._path, text.encode(), mode=0o600)
        except OSError as error:
            _log.warning("ledger_not_written", path=str(self._path), cause=error.strerror)
            return False
        self._ledger = ledger
        return True

    def tell(self, say: Tell, *, wall: datetime | None) -> None:
        """Tell what was not told yet; what finds no room is told later."""
        self._left = [row for row in self._left if not say(row, _event_id(row))]
        said = [say(row, _event_id(row)) for row in self._ledger.untold]
        if all(said):
            self._ledger = self._ledger.all_told(day=day_of(wall))


def day_of(wall: datetime | None) -> str | None:
    """The day by the device's own calendar; None where its clock is not trusted."""
    return None if wall is None else wall.astimezone().date().isoformat()


def _event_id(row: PicturesReleased) -> str:
    """The same event for the same numbers, also when they are told twice."""
    return str(uuid5(NAMESPACE_URL, f"loket:pictures:{row.model_dump_json()}"))


def _read(path: Path) -> list[PicturesReleased]:
    """What the file holds; nothing where there is none, or it is no ledger."""
    try:
        return [PicturesReleased.model_validate(row) for row in json.loads(path.read_bytes())]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, ValidationError) as error:
        _log.warning("ledger_unreadable", path=str(path), cause=str(error)[:200])
        return []
