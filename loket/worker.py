"""A worker: a thread that works for as long as a block lasts."""

from abc import ABC, abstractmethod
from threading import Event, Thread
from types import TracebackType
from typing import Self


class Worker(ABC):
    """A context manager: inside it `work` runs once, in a thread of its own, until it returns.

    `work` returns soon after `stopping` is set; one that does not is left behind with the process, for the
    thread is a daemon.
    """

    def __init__(self, *, name: str, stop_within_s: float = 5.0) -> None:
        """`name` is the thread's; the block's end waits for it no longer than `stop_within_s`."""
        self.stopping = Event()
        self._stop_within_s = stop_within_s
        self._thread = Thread(target=self.work, name=name, daemon=True)

    @abstractmethod
    def work(self) -> None:
        """Work until `stopping` is set."""

    def stop(self) -> None:
        """Ask it to end."""
        self.stopping.set()

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop after what is at hand."""
        self.stop()
        self._thread.join(self._stop_within_s)

    @property
    def has_failed(self) -> bool:
        """Whether the thread ended although nobody asked it to: the process should end then."""
        return not self.stopping.is_set() and not self._thread.is_alive()
