"""The guard of one camera: its reader shows it pictures, the inference loop asks what there is to say."""

import threading
from collections import deque
from collections.abc import Sequence

from edge_agent.contract.events import Tamper, TamperEnded, TamperStarted
from edge_agent.vision.gate.luma import Cells, Luma
from edge_agent.vision.saying import Saying
from edge_agent.vision.tamper import case as cases
from edge_agent.vision.tamper.case import Case, Ended, Fine, Started, Telling
from edge_agent.vision.tamper.look import Look, sharpness
from edge_agent.vision.tamper.settings import TamperSettings
from edge_agent.vision.tamper.step import State, finish, step

EVERY_S = 0.9
"""No more often are pictures looked at: nobody tampers faster than a person moves."""
MOST_WAITING = 64
_NEVER = float("-inf")


class Guard:
    """It outlives lost connections and replaced readers, so that each case is told once and cleared once."""

    def __init__(self, camera: str, settings: TamperSettings, *, run: str) -> None:
        self.open: frozenset[Tamper] = frozenset()
        """What was told and is not over; replaced as a whole, by the inference loop's thread."""
        self._camera = camera
        self._settings = settings
        self._run = run
        self._lock = threading.Lock()
        self._state = State()
        self._looked_s = self._alone_s = _NEVER
        self._noticed: deque[Telling] = deque(maxlen=MOST_WAITING)
        self._signal: Case = Fine()
        self._numbers: dict[Tamper, int] = {}
        self._count = 0

    def is_due(self, captured_s: float, *, alone: bool) -> bool:
        """Whether a picture of that time is looked at."""
        if not self._settings.kinds:
            return False
        return captured_s - (self._alone_s if alone else self._looked_s) >= EVERY_S

    def look(self, luma: Luma, cells: Cells, captured_s: float, *, alone: bool) -> None:
        """Judge a picture if it is due. From the thread that reads the camera."""
        with self._lock:
            if not self.is_due(captured_s, alone=alone) or captured_s < self._looked_s:
                return
            self._looked_s = captured_s
            self._alone_s = captured_s if alone else self._alone_s
            seen = Look(cells, sharpness(luma), alone=alone)
            self._state, told = step(self._state, captured_s, seen, settings=self._settings)
        self._noticed.extend(told)

    def noticed(self, now_s: float, *, is_down: bool) -> list[Saying]:
        """What there is to say by now; `is_down`: the camera gives no pictures. From the inference loop."""
        lost: Tamper | None = "lost" if is_down and "lost" in self._settings.kinds else None
        self._signal, told = cases.step(
            self._signal,
            now_s,
            lost,
            after_s=self._settings.after_s,
            clear_s=self._settings.clear_s,
        )
        tellings = [self._noticed.popleft() for _ in range(len(self._noticed))]
        return self._say([*tellings, *told])

    def finish(self, now_s: float) -> list[Saying]:
        """The unit stops: what is open ends with it."""
        with self._lock:
            told = [*finish(self._state, now_s), *cases.close(self._signal, now_s, "stopped")]
            self._state, self._signal = State(), Fine()
        return [*self.noticed(now_s, is_down=False), *self._say(told)]

    def _say(self, tellings: Sequence[Telling]) -> list[Saying]:
        said = []
        for telling in tellings:
            match telling:
                case Started(tamper, since_s, at_s):
                    self._count += 1
                    self._numbers[tamper] = self._count
                    started = TamperStarted(
                        camera=self._camera,
                        run=self._run,
                        number=self._count,
                        tamper=tamper,
                        after_s=round(at_s - since_s, 3),
                    )
                    said.append(Saying(started, at_s))
                case Ended(tamper, since_s, at_s, reason):
                    ended = TamperEnded(
                        camera=self._camera,
                        run=self._run,
                        number=self._numbers.pop(tamper),
                        tamper=tamper,
                        duration_s=round(max(0.0, at_s - since_s), 3),
                        reason=reason,
                    )
                    said.append(Saying(ended, at_s))
        self.open = frozenset(self._numbers)
        return said
