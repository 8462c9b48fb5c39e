"""The thread that reads one camera and shows its newest frame; it is replaced when it is stuck."""

import contextvars
import threading
from collections.abc import Callable

from edge_agent.vision.board import Board
from edge_agent.vision.camera import Down, LiveCamera, Status, Up
from edge_agent.vision.gate.interest import Interest
from edge_agent.vision.gate.tally import Tally
from loket import log

STUCK_S = 60.0
"""A reader that did not even fail for so long hangs inside a driver or a library."""
MOST_REPLACED = 4
"""Each stuck thread is left behind; after so many, the camera stays down until the unit restarts."""

_log = log.get(__name__)


class Reader:
    """Reads one camera into the board."""

    def __init__(
        self,
        place: int,
        name: str,
        *,
        make: Callable[[], LiveCamera],
        board: Board,
        stall_s: float,
        interest: Interest,
        tally: Tally,
    ) -> None:
        """`interest` and `tally` are those of the gate of the camera that `make` makes."""
        self.name = name
        self.interest = interest
        self.tally = tally
        self.replaced = 0
        self._place = place
        self._make = make
        self._board = board
        self._stall_s = stall_s
        self._camera = make()
        self._thread = self._begin()

    def status(self, now: float) -> Status:
        """Whether frames come, judged by progress and not by an open connection."""
        status, silent_s = self._camera.status, now - self._camera.progress_s
        if isinstance(status, Up) and silent_s > self._stall_s:
            return Down(f"no frame for {silent_s:.0f} s; check the camera and its line")
        return status

    def settled_s(self, now: float) -> float:
        """Up to when (by capture) no frame will come any more that has not been put on the board."""
        if self.tally.settled_s is None or isinstance(self.status(now), Down):
            return now
        return self.tally.settled_s

    def spares(self, now: float) -> bool:
        """Whether no frame comes because nothing moves, and not because the camera gives none."""
        return not self.tally.is_open and isinstance(self.status(now), Up)

    def watch(self, now: float) -> None:
        """Replace the thread if it is stuck. Call now and then."""
        silent_s = now - self._camera.progress_s
        if silent_s < max(STUCK_S, 2 * self._stall_s) or self.replaced >= MOST_REPLACED:
            return
        _log.error("camera_reader_stuck", camera=self.name, silent_s=round(silent_s))
        self._camera.close()
        self.replaced += 1
        self._camera = self._make()
        self._thread = self._begin()

    def close(self, *, timeout_s: float) -> None:
        """Stop reading; a thread that does not stop in time is left to the process's end."""
        self._camera.close()
        self._thread.join(timeout_s)

    def _begin(self) -> threading.Thread:
        context = contextvars.copy_context()  # so that its log lines carry the unit's name too
        thread = threading.Thread(
            target=context.run, args=(self._read, self._camera), name=f"camera-{self.name}", daemon=True
        )
        thread.start()
        return thread

    def _read(self, camera: LiveCamera) -> None:
        for frame in camera.frames():
            if camera is not self._camera:
                return
            self._board.put(self._place, frame)
