"""A thread for as long as a block lasts."""

import time
from contextlib import suppress
from threading import Event

from loket.worker import Worker


class Counting(Worker):
    """Counts until it is stopped, or fails at once."""

    def __init__(self, *, fails: bool = False) -> None:
        super().__init__(name="counting", stop_within_s=2)
        self.began, self.fails, self.is_over = Event(), fails, False

    def work(self) -> None:
        """Wait."""
        self.began.set()
        if not self.fails:
            self.stopping.wait()
            self.is_over = True


class Deaf(Counting):
    """Does not hear that it is to end."""

    def work(self) -> None:
        """Sleep."""
        self.began.set()
        time.sleep(30)


def test_works_for_as_long_as_the_block_lasts() -> None:
    with Counting() as worker:
        assert worker.began.wait(2)
        assert not worker.has_failed
        assert not worker.is_over
    assert worker.is_over
    assert not worker.has_failed


def test_one_that_ends_by_itself_has_failed() -> None:
    with Counting(fails=True) as worker:
        worker.began.wait(2)
        deadline = time.monotonic() + 2
        while not worker.has_failed and time.monotonic() < deadline:
            time.sleep(0.01)
        assert worker.has_failed


def test_one_that_does_not_end_is_left_behind() -> None:
    began = time.monotonic()
    with Deaf() as worker:
        worker.began.wait(2)
    assert 1.9 < time.monotonic() - began < 10


def test_an_error_in_the_block_ends_it_too() -> None:
    worker = Counting()
    with suppress(KeyError), worker:
        worker.began.wait(2)
        raise KeyError
    assert worker.is_over
