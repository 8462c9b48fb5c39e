"""Rounds: work with an outside system, again and again, in a thread that can hold up nobody else."""

from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType
from typing import Self

from fleet.store import StoreError
from loket import log

_log = log.get(__name__)

_STOP_WITHIN_S = 2.0


class Rounds:
    """A context manager: inside it the rounds are made.

    Whatever goes wrong in one, an adapter's own mistake too, is logged, and the next one tries again: what is
    outside must never stop what is ours.
    """

    def __init__(self, work: Callable[[], None], *, name: str, every_s: float) -> None:
        """`work` is one round; `name` is the outside system's."""
        self._work, self._name, self._every_s = work, name, every_s
        self._stopping = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Make no further round; one that hangs is left behind."""
        self._stopping.set()
        self._thread.join(_STOP_WITHIN_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._work()
            except StoreError as error:
                _log.error("round_waits", system=self._name, reason=str(error))
            except Exception:  # noqa: BLE001 - the thread's outermost loop, around others' code
                _log.exception("round_failed", system=self._name)
            self._stopping.wait(self._every_s)
