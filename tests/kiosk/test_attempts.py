"""Guessing codes is slow."""

from edge_agent.kiosk.attempts import Attempts


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_after_the_last_attempt_one_has_to_wait() -> None:
    time = Time()
    attempts = Attempts(time, most=3, refill_s=30)
    for _ in range(3):
        assert attempts.wait_s() == 0
        attempts.miss()
    assert attempts.wait_s() == 30
    time.now = 29.5
    assert attempts.wait_s() == 1
    time.now = 30
    assert attempts.wait_s() == 0


def test_never_holds_more_than_the_most() -> None:
    time = Time()
    attempts = Attempts(time, most=2, refill_s=1)
    time.now = 1000
    attempts.miss()
    attempts.miss()
    assert attempts.wait_s() > 0
