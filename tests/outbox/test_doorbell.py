"""The doorbell."""

import os

import pytest

from edge_agent.outbox.doorbell import Doorbell, bell_of, ring


@pytest.mark.parametrize("depth", [1, 12], ids=["short path", "path longer than a socket address"])
def test_a_ring_wakes_who_listens(tmp_path, depth):
    run = tmp_path.joinpath(*["folder-of-some-length"] * depth)
    path = bell_of(run, "uplink")
    with Doorbell.listen(path) as bell:
        assert not bell.wait(0)
        ring(path)
        ring(path)
        assert bell.wait(5)
        assert not bell.wait(0), "many rings are one"
    assert not path.exists()


def test_ringing_where_nobody_is_does_nothing(tmp_path):
    ring(tmp_path / "nobody.sock")
    ring(tmp_path / "no folder" / "nobody.sock")
    (tmp_path / "file").write_text("")
    ring(tmp_path / "file")


def test_ringing_never_waits_for_who_does_not_answer(tmp_path):
    path = tmp_path / "bell.sock"
    with Doorbell.listen(path) as bell:
        for _ in range(10_000):
            ring(path)
        assert bell.wait(5)


def test_takes_over_from_a_process_that_was_killed(tmp_path):
    path = tmp_path / "bell.sock"
    old = Doorbell.listen(path)
    with Doorbell.listen(path) as bell:
        ring(path)
        assert bell.wait(5)
        assert not old.wait(0)
    os.close(os.dup(old.fileno()))
    old.close()
