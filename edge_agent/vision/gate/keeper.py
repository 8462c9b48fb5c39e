"""The gate of one camera: what it learned, whether it is open, what it let through; whatever the source."""

import math
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from av import VideoFrame

from edge_agent.vision import CameraLost, Damaged
from edge_agent.vision.camera import Frame
from edge_agent.vision.gate import audit, background, decision, unrest
from edge_agent.vision.gate.background import Background
from edge_agent.vision.gate.decision import Closed, Gate, Open
from edge_agent.vision.gate.interest import Interest
from edge_agent.vision.gate.luma import Luma, cells_of, luma_of
from edge_agent.vision.gate.onlooker import Onlooker, stands_alone
from edge_agent.vision.gate.settings import GateSettings
from edge_agent.vision.gate.tally import Tally

LOOK_EVERY_S = 0.09
"""It looks no more often than this: ten times a second, a little early."""
FIRST_OPEN_S = 10.0
"""What stands there at the start must be found by the detector, for nothing moved to show it."""
TEACH_AFTER_S = 5.0
"""So long after the last subject, motion is learned as restlessness."""
LATE_S = 0.3
MOST_DAMAGED = 8
"""So many groups in a row with nothing but damage, and the connection is given up."""
TOLD_S = 60.0
"""Damage is told for so long."""
_LONGEST_GAP_S = 5.0

Decoded = TypeVar("Decoded")


class Keeper:
    """Looks, decides and counts; it outlives a lost connection. For one thread at a time."""

    def __init__(
        self,
        settings: GateSettings,
        *,
        interest: Interest,
        tally: Tally,
        now: Callable[[], float],
        chance: Callable[[], float],
        onlooker: Onlooker | None = None,
    ) -> None:
        """`onlooker` sees what is looked at; without a gate, it is shown what it wants to see."""
        self.settings = settings
        self.tally = tally
        self.now = now
        self._interest = interest
        self._chance = chance
        self._onlooker = onlooker
        self._gate: Gate = Closed()
        self._opened_s = -math.inf
        self._background: Background | None = None
        self._moved: tuple[tuple[float, float, float, float], ...] = ()
        self._shot_s: float | None = None
        self._damaged_s: float | None = None
        self._damaged_in_a_row = 0

    @property
    def is_open(self) -> bool:
        """Whether frames are let through."""
        return isinstance(self._gate, Open) or not self.settings.enabled

    @property
    def note(self) -> str:
        """What is wrong with the pictures, or ""."""
        if self._damaged_s is None or self.now() - self._damaged_s > TOLD_S:
            return ""
        return "damaged pictures come and are left out; check the line to the camera, then the camera"

    def begin(self) -> None:
        """Another connection: what was learned is kept, and the time between does not count."""
        self._shot_s = None
        self._damaged_in_a_row = 0

    def count_shot(self, now_s: float) -> None:
        """The camera gave something."""
        self.tally.shots += 1
        if self._shot_s is not None:
            self.tally.pass_time(min(now_s - self._shot_s, _LONGEST_GAP_S), is_open=self.is_open)
        self._shot_s = now_s

    def is_due(self, captured_s: float) -> bool:
        """Whether a picture of that time is worth a look: not older than the last one, nor just after it."""
        if not self.settings.enabled:
            return False
        return self._background is None or captured_s - self._background.looked_s >= LOOK_EVERY_S

    def look(self, luma: Luma, captured_s: float, *, alone: bool = True) -> bool:
        """Compare, learn, decide; whether something moved. `alone`: the picture was coded by itself."""
        cells = cells_of(luma)
        if self._onlooker is not None:
            self._onlooker.look(luma, cells, captured_s, alone=alone)
        self.tally.looks += 1
        if self._background is None or self._background.shape != cells.shape:
            self._background = background.begin(cells, captured_s)
            self._turn(Open(captured_s + FIRST_OPEN_S), captured_s)
            return True
        subject_s = self._interest.subject_s
        alone_s = captured_s - (-math.inf if subject_s is None else subject_s)
        self._background, found = background.look(
            self._background,
            cells,
            captured_s,
            teach=alone_s > TEACH_AFTER_S,
            weather=self.is_open and min(alone_s, captured_s - self._opened_s) > unrest.AFTER_S,
            eagerness=self.settings.eagerness,
        )
        self._moved = found.where
        self._turn(self._step(captured_s, found.strength), captured_s)
        if not self.is_open:
            self.tally.settled_s = captured_s
        return found.strength >= decision.OPENS_AT

    def is_beckoned(self, captured_s: float) -> bool:
        """Whether it opens because the detector found a subject, or a frame is asked for."""
        self._turn(self._step(captured_s, None), captured_s)
        return self.is_open

    def pick(self, length_s: float) -> float | None:
        """Where in a skipped stretch to audit; see `audit.pick`."""
        return audit.pick(
            min(length_s, _LONGEST_GAP_S), per_hour=self.settings.audits_per_hour, chance=self._chance
        )

    def hand_on(self, image: VideoFrame, captured_s: float) -> Iterator[Frame]:
        """Let a picture through."""
        if not self.settings.enabled:
            self._show(image, captured_s)
        late = self.now() - captured_s > LATE_S
        yield Frame(image=image, captured_s=captured_s, late=late, moved=self._moved)
        self.tally.settled_s = captured_s  # only now is it on the board

    def withhold(self, captured_s: float) -> None:
        """Do not let a picture through that may be damaged."""
        self.tally.settled_s = captured_s

    def timed(self, decode: Callable[[], Decoded]) -> Decoded:
        """What `decode` gives, its time taken. Raises Damaged."""
        before = time.perf_counter()
        decoded = decode()
        self.tally.decode_s.append(time.perf_counter() - before)
        self.tally.decoded += 1
        return decoded

    def is_sound(self) -> None:
        """A picture came that is not damaged."""
        self._damaged_in_a_row = 0

    def is_damaged(self, damaged: Damaged) -> None:
        """A picture, or the rest of a group of them, is left out. Raises CameraLost if nothing else comes."""
        self.tally.damaged += 1
        self._damaged_s = self.now()
        self._damaged_in_a_row += 1
        if self._damaged_in_a_row >= MOST_DAMAGED:
            raise CameraLost(f"its pictures cannot be decoded ({damaged}); check the camera") from damaged

    def _show(self, image: VideoFrame, captured_s: float) -> None:
        """To the onlooker, where no gate looks at anything."""
        alone = stands_alone(image)
        if self._onlooker is not None and self._onlooker.is_due(captured_s, alone=alone):
            luma = luma_of(image)
            self._onlooker.look(luma, cells_of(luma), captured_s, alone=alone)

    def _step(self, captured_s: float, strength: float | None) -> Gate:
        return decision.step(
            self._gate,
            captured_s,
            strength=strength,
            subject_s=self._interest.subject_s,
            hold_s=self.settings.hold_s,
        )

    def _turn(self, gate: Gate, captured_s: float) -> None:
        if isinstance(gate, Open) and not isinstance(self._gate, Open):
            self.tally.opened += 1
            self._opened_s = captured_s
        self._gate = gate
