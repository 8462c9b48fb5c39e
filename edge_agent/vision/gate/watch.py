"""What a camera gives into frames worth looking at: most of it is never decoded while nothing moves."""

import random
import time
from collections.abc import Callable, Iterable, Iterator

from av import Packet, VideoFrame

from edge_agent.vision import Damaged
from edge_agent.vision.camera import Frame, Shot, Still
from edge_agent.vision.gate.interest import Interest
from edge_agent.vision.gate.keeper import Keeper
from edge_agent.vision.gate.luma import luma_of
from edge_agent.vision.gate.onlooker import Onlooker, stands_alone
from edge_agent.vision.gate.settings import GateSettings
from edge_agent.vision.gate.stream import Stream
from edge_agent.vision.gate.tally import Tally


class Watch:
    """One camera's gate at work, across its connections. For one thread at a time."""

    def __init__(
        self,
        settings: GateSettings,
        *,
        most_per_s: float,
        interest: Interest,
        tally: Tally,
        now: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        onlooker: Onlooker | None = None,
    ) -> None:
        """`most_per_s`: how many are looked at of pictures that stand alone."""
        self._keeper = Keeper(
            settings, interest=interest, tally=tally, now=now, chance=chance, onlooker=onlooker
        )
        self._shortest_s = 0.9 / most_per_s
        self._sifted_s: float | None = None

    @property
    def note(self) -> str:
        """What is wrong with the pictures, or ""."""
        return self._keeper.note

    def frames(self, shots: Iterable[Shot]) -> Iterator[Frame]:
        """The frames worth looking at, as the shots of one connection come. Raises CameraLost."""
        self._keeper.begin()
        self._sifted_s = None
        stream: Stream | None = None
        for shot in shots:
            now_s = self._keeper.now()
            self._keeper.count_shot(now_s)
            if isinstance(shot, Packet):
                if stream is None or stream.stream is not shot.stream:
                    stream = Stream(shot.stream, self._keeper)
                yield from stream.take(shot, now_s)
            elif isinstance(shot, Still):
                yield from self._still(shot, now_s)
            else:
                yield from self._picture(shot, now_s)

    def _picture(self, image: VideoFrame, now_s: float) -> Iterator[Frame]:
        """One that is decoded already."""
        if self._keeper.is_due(now_s):
            self._keeper.look(luma_of(image), now_s, alone=stands_alone(image))
        yield from self._sift(lambda: image, now_s)

    def _still(self, still: Still, now_s: float) -> Iterator[Frame]:
        """One that stands alone: the small look first, the whole only where it is shown."""
        if self._sifted_s is not None and now_s - self._sifted_s < self._shortest_s:
            return
        try:
            if self._keeper.is_due(now_s):
                self._keeper.look(still.look(), now_s)
            yield from self._sift(lambda: self._keeper.timed(still.picture), now_s)
        except Damaged as damaged:
            self._keeper.is_damaged(damaged)
        else:
            self._keeper.is_sound()

    def _sift(self, picture: Callable[[], VideoFrame], now_s: float) -> Iterator[Frame]:
        passed_s = now_s - self._sifted_s if self._sifted_s is not None else 0.0
        self._sifted_s = now_s
        if self._keeper.is_open:
            yield from self._keeper.hand_on(picture(), now_s)
        elif self._keeper.pick(passed_s) is not None:
            yield Frame(image=picture(), captured_s=now_s, audit=True)
