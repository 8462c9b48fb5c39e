"""Rounds: work with an outside system, again and again, in a thread that can hold up nobody else."""

from collections.abc import Callable

from fleet.store import StoreError
from loket import log
from loket.worker import Worker

_log = log.get(__name__)

_STOP_WITHIN_S = 2.0


class Rounds(Worker):
    """The rounds are made as long as the block lasts.

    Whatever goes wrong in one, an adapter's own mistake too, is logged, and the next one tries again: what is
    outside must never stop what is ours.
    """

    def __init__(self, work: Callable[[], None], *, name: str, every_s: float) -> None:
        """`work` is one round; `name` is the outside system's."""
        super().__init__(name=name, stop_within_s=_STOP_WITHIN_S)
        self._round, self._name, self._every_s = work, name, every_s

    def work(self) -> None:
        """Make one round after the other."""
        while not self.stopping.is_set():
            try:
                self._round()
            except StoreError as error:
                _log.error("round_waits", system=self._name, reason=str(error))
            except Exception:  # noqa: BLE001 - the thread's outermost loop, around others' code
                _log.exception("round_failed", system=self._name)
            self.stopping.wait(self._every_s)
