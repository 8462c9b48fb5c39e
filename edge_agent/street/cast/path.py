"""A way over the ground in time: straight pieces, each walked at an even pace."""

import itertools
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """Where somebody is at one time."""

    x: float
    y: float
    heading: float
    """Radians from the x axis; where one stands still, as one came."""
    speed: float
    """Metres a second."""
    walked_m: float


@dataclass(frozen=True, slots=True)
class Path:
    """A timed polyline: at `times[i]` (growing, seconds) at `points[i]` (x, y, metres)."""

    times: tuple[float, ...]
    points: tuple[tuple[float, float], ...]
    heading: float | None = None
    """Of one who never moves."""
    _walked: tuple[float, ...] = field(init=False)
    _headings: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        if len(self.times) != len(self.points) or len(self.times) < 2:
            raise ValueError("a path needs two points or more, each with its time")
        if any(later <= sooner for sooner, later in zip(self.times, self.times[1:], strict=False)):
            raise ValueError("a path's times must grow")
        walked: list[float] = [0.0]
        headings: list[float] = []
        pieces = list(zip(self.points, self.points[1:], strict=False))
        first = next((_direction(a, b) for a, b in pieces if a != b), self.heading or 0.0)
        for before, after in pieces:
            walked.append(walked[-1] + math.dist(before, after))
            headings.append(_direction(before, after) if before != after else (headings or [first])[-1])
        object.__setattr__(self, "_walked", tuple(walked))
        object.__setattr__(self, "_headings", tuple(headings))

    @property
    def from_s(self) -> float:
        """When it begins."""
        return self.times[0]

    @property
    def until_s(self) -> float:
        """When it ends."""
        return self.times[-1]

    def at(self, time_s: float) -> Step:
        """Where one is at a time; before its beginning and after its end, at its ends."""
        place = min(max(bisect_right(self.times, time_s) - 1, 0), len(self._headings) - 1)
        (x0, y0), (x1, y1) = self.points[place], self.points[place + 1]
        length_s = self.times[place + 1] - self.times[place]
        share = min(max((time_s - self.times[place]) / length_s, 0.0), 1.0)
        piece_m = self._walked[place + 1] - self._walked[place]
        return Step(
            x=x0 + (x1 - x0) * share,
            y=y0 + (y1 - y0) * share,
            heading=self._headings[place],
            speed=piece_m / length_s,
            walked_m=self._walked[place] + piece_m * share,
        )


def paced(points: Sequence[tuple[float, float]], *, from_s: float, speed_m_s: float) -> Path:
    """The path through `points` at one speed."""
    times = [from_s]
    for before, after in itertools.pairwise(points):
        times.append(times[-1] + max(math.dist(before, after), 1e-3) / speed_m_s)
    return Path(times=tuple(times), points=tuple(points))


def _direction(before: tuple[float, float], after: tuple[float, float]) -> float:
    return math.atan2(after[1] - before[1], after[0] - before[0])
