"""When a picture was taken: from a stream's own times, on our monotonic clock; pure."""

WINDOW_S = 5.0
JUMP_S = 5.0
"""The stream's clock and ours part by more than this only where one of them was set."""


class CaptureClock:
    """Maps a stream's times to ours by the quickest of the recent arrivals, so that a burst after a stall in
    the net gets its true times, and the two clocks may drift."""

    def __init__(self) -> None:
        self._offset_s: float | None = None
        self._window_ends_s = 0.0
        self._least_s = 0.0
        """The least of (arrival - the stream's time) in this window; `_offset_s` is never above it."""

    def arrived(self, media_s: float | None, now_s: float) -> float:
        """A packet that the stream says is of `media_s` came at `now_s`; when its picture was taken."""
        if media_s is None:
            return now_s
        late_s = now_s - media_s
        if self._offset_s is None or abs(late_s - self._offset_s) > JUMP_S:
            self._offset_s = self._least_s = late_s
            self._window_ends_s = now_s + WINDOW_S
        elif now_s >= self._window_ends_s:
            self._offset_s = min(self._least_s, late_s)
            self._least_s = late_s
            self._window_ends_s = now_s + WINDOW_S
        else:
            self._least_s = min(self._least_s, late_s)
            self._offset_s = min(self._offset_s, late_s)
        return media_s + self._offset_s

    def of(self, media_s: float | None, now_s: float) -> float:
        """When the picture of `media_s` was taken, by what arrived; never later than `now_s`."""
        if media_s is None or self._offset_s is None:
            return now_s
        return min(now_s, media_s + self._offset_s)
