"""The gate on real H.264: what is decoded while nothing moves, and that an event loses no frame."""

from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from edge_agent.vision import CameraLost, Damaged
from edge_agent.vision.camera import Frame, Shot, Still
from edge_agent.vision.gate.keeper import FIRST_OPEN_S, MOST_DAMAGED
from tests.vision.gate.film import FPS, GROUP, Gated, gated, pictures, shots, write

FIRST = round(FIRST_OPEN_S * FPS)
"""Pictures that are looked at in any case, at the start."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("films")


@pytest.fixture(scope="module")
def idle(folder: Path) -> Path:
    """A minute on which nothing moves."""
    return write(folder / "idle.mp4", pictures(600))


@pytest.fixture(scope="module")
def visit(folder: Path) -> Path:
    """A minute; from the 313th picture to before the 353rd, in mid-group, something walks by."""
    return write(folder / "visit.mp4", pictures(600, walks=(313, 353)))


def numbers(frames: list[Frame]) -> list[int]:
    """Which pictures of a film they are, by their own time."""
    return [round(float(frame.image.time or 0) * FPS) for frame in frames]


def run(path: Path, gate: Gated) -> list[Frame]:
    return list(gate.watch.frames(shots(path, gate.clock)))


def test_while_nothing_moves_key_frames_alone_are_decoded(idle: Path) -> None:
    gate = gated()
    frames = run(idle, gate)
    assert numbers(frames) == list(range(FIRST + 1))
    keys_after = (600 - FIRST) // GROUP - 1
    assert gate.tally.decoded <= FIRST + GROUP + 1 + keys_after
    assert gate.tally.shots == 601  # and the end
    assert gate.tally.open_ratio < 0.2
    assert not gate.tally.is_open


def test_an_event_loses_no_frame_and_each_has_its_true_time(visit: Path) -> None:
    gate = gated(hold_s=2)
    frames = [frame for frame in run(visit, gate) if numbers([frame])[0] > FIRST]
    shown = numbers(frames)
    assert shown == sorted(set(shown))  # in order, none twice
    assert set(range(300, 353)) <= set(shown)  # from the key frame before it
    assert len(shown) < 53 + 2 * GROUP + 2 * FPS
    for frame, number in zip(frames, shown, strict=True):
        assert frame.captured_s == pytest.approx(number / FPS, abs=1e-6)
    late = [number for number, frame in zip(shown, frames, strict=True) if frame.late]
    assert late == list(range(shown[0], late[-1] + 1))
    assert late[-1] < 320  # noticed in the key frame after it began


def test_an_event_is_noticed_within_a_group_of_pictures(visit: Path) -> None:
    gate = gated()
    noticed = next(
        gate.clock.s for frame in gate.watch.frames(shots(visit, gate.clock)) if frame.captured_s > 31.2
    )
    assert noticed - 31.3 <= GROUP / FPS


def test_without_a_gate_everything_is_shown(visit: Path) -> None:
    frames = run(visit, gated(enabled=False))
    assert numbers(frames) == list(range(600))


def test_a_subject_keeps_the_gate_open_and_opens_it(idle: Path) -> None:
    gate = gated(hold_s=2)
    shown = []
    for frame in gate.watch.frames(shots(idle, gate.clock)):
        shown += numbers([frame])
        if frame.captured_s < 20:
            gate.interest.saw(frame.captured_s)
    assert shown[-1] == pytest.approx(20 * FPS + 2 * FPS, abs=2)

    gate = gated(hold_s=2)
    shown = []
    source = shots(idle, gate.clock)

    def asked() -> Iterator[Shot]:
        for shot in source:
            if gate.clock.s == 30.5:
                gate.interest.beckon(30.5)
            yield shot

    shown = [number for number in numbers(list(gate.watch.frames(asked()))) if number > FIRST]
    assert shown[0] == 280  # the group before it, from its key frame
    assert shown[-1] == pytest.approx(325, abs=1)


def test_settled_time_never_passes_a_frame_that_still_comes(visit: Path) -> None:
    gate = gated(hold_s=2)
    settled = float("-inf")

    def seen() -> Iterator[Shot]:
        nonlocal settled
        for shot in shots(visit, gate.clock):
            settled = max(settled, gate.tally.settled_s if gate.tally.settled_s is not None else settled)
            yield shot

    for frame in gate.watch.frames(seen()):
        assert frame.captured_s > settled - 1e-9
    assert settled > 50


def test_key_frames_too_far_apart_are_not_waited_for(folder: Path) -> None:
    film = write(folder / "long.mp4", pictures(500, walks=(313, 353)), group=250)
    gate = gated(hold_s=2, longest_wait_s=4)
    frames = run(film, gate)
    shown = numbers(frames)
    assert gate.tally.decoded >= 400
    assert set(range(314, 353)) <= set(shown)
    assert not set(range(150, 310)) & set(shown)
    event = [frame for frame in frames if numbers([frame])[0] >= 313]
    assert not any(frame.late for frame in event)  # nothing had to be waited for


def test_audits_are_marked_and_one_that_missed_opens_the_gate(idle: Path) -> None:
    gate = gated(chance=0.0)
    frames = run(idle, gate)
    audits = [frame for frame in frames if frame.audit]
    assert 15 <= len(audits) <= 25  # one in each skipped group
    assert not any(frame.audit for frame in frames if numbers([frame])[0] <= FIRST)

    gate = gated(chance=0.0, hold_s=2)
    shown: list[int] = []
    missed: list[int] = []
    for frame in gate.watch.frames(shots(idle, gate.clock)):
        if frame.audit:
            missed += numbers([frame]) if not missed else []
            gate.interest.audited(frame.captured_s, missed=len(missed) == 1 and numbers([frame]) == missed)
        else:
            shown += numbers([frame])
    after = [number for number in shown if number > FIRST]
    assert after[0] <= missed[0] <= after[-1]
    assert gate.interest.audits.missed == 1


def corrupted(
    path: Path, clock: Callable[[], float], hit: Callable[[int], bool], seed: int = 1
) -> Iterator[Shot]:
    """A film of whose packets some are damaged in their middle."""
    rng = np.random.default_rng(seed)
    for number, shot in enumerate(shots(path, clock)):  # type: ignore[arg-type]
        if isinstance(shot, av.Packet) and shot.size and hit(number):
            content = bytearray(bytes(shot))
            for place in rng.integers(len(content) // 2, len(content), 20):
                content[place] ^= 0xFF
            damaged = av.Packet(bytes(content))
            damaged.pts, damaged.dts, damaged.time_base = shot.pts, shot.dts, shot.time_base
            damaged.stream, damaged.is_keyframe = shot.stream, shot.is_keyframe
            yield damaged
        else:
            yield shot


@pytest.mark.parametrize("enabled", [True, False])
def test_nothing_of_a_damaged_group_is_shown_after_the_damage(visit: Path, *, enabled: bool) -> None:
    gate = gated(enabled=enabled, hold_s=2)
    frames = list(gate.watch.frames(corrupted(visit, gate.clock, lambda number: number == 325)))
    shown = numbers(frames)
    assert not set(range(325, 340)) & set(shown)
    assert {324, 340, 350} <= set(shown)
    assert gate.tally.damaged == 1
    assert gate.watch.note.startswith("damaged pictures come and are left out")


def test_after_more_damage_a_whole_sound_group_is_awaited_and_time_goes_on(visit: Path) -> None:
    gate = gated(enabled=False)
    frames = corrupted(visit, gate.clock, lambda number: number in (325, 345))
    settled = {
        number: gate.tally.settled_s for frame in gate.watch.frames(frames) for number in numbers([frame])
    }
    assert {340, 344, 380, 400, 599} <= set(settled)
    assert not set(range(345, 380)) & set(settled)
    assert settled[380] == pytest.approx(37.9)


def test_damaged_key_frames_open_nothing(idle: Path) -> None:
    gate = gated()
    frames = list(gate.watch.frames(corrupted(idle, gate.clock, lambda number: number in (200, 300, 400))))
    assert max(numbers(frames)) <= FIRST
    assert gate.tally.damaged == 3


def test_a_stream_of_which_nothing_can_be_decoded_is_given_up(idle: Path) -> None:
    gate = gated()
    with pytest.raises(CameraLost, match="cannot be decoded"):
        list(gate.watch.frames(corrupted(idle, gate.clock, lambda _number: True)))
    assert gate.tally.damaged == MOST_DAMAGED


def test_a_note_of_damage_ends(idle: Path) -> None:
    gate = gated(enabled=False)
    list(gate.watch.frames(corrupted(idle, gate.clock, lambda number: number == 100)))
    assert gate.watch.note != ""
    gate.clock.s += 61
    assert gate.watch.note == ""


def test_what_was_learned_outlives_a_lost_connection(idle: Path) -> None:
    gate = gated()
    run(idle, gate)
    again = list(gate.watch.frames(shots(idle, gate.clock, from_s=100.0)))
    assert again == []  # the second time nothing is new


def test_another_resolution_begins_anew(idle: Path, folder: Path) -> None:
    small = write(folder / "other.mp4", (picture[:, :240] for picture in pictures(100)), size=(240, 240))
    gate = gated()
    run(idle, gate)
    other = list(gate.watch.frames(shots(small, gate.clock, from_s=100.0)))
    assert len(other) == 100  # looked at wholly, as at a start
    assert {(frame.image.width, frame.image.height) for frame in other} == {(240, 240)}


def test_a_resolution_that_changes_in_mid_stream_is_followed(folder: Path) -> None:
    parts = [
        write(folder / "a.h264", pictures(100)),
        write(folder / "b.h264", (picture[:, :240] for picture in pictures(100)), size=(240, 240)),
    ]
    both = folder / "both.h264"
    both.write_bytes(b"".join(part.read_bytes() for part in parts))
    gate = gated(enabled=False)
    sizes = [(frame.image.width, frame.image.height) for frame in run(both, gate)]
    assert sizes == [(320, 240)] * 100 + [(240, 240)] * 100
    assert gate.tally.damaged == 0


def test_jpegs_are_looked_at_small_and_decoded_only_when_something_moves(folder: Path) -> None:
    film = write(folder / "visit.avi", pictures(360, walks=(313, 353)), codec="mjpeg")
    gate = gated(hold_s=2)
    looked: list[tuple[int, ...]] = []

    def seen() -> Iterator[Shot]:
        for shot in shots(film, gate.clock):
            assert isinstance(shot, Still)
            looked.append(shot.look().shape)
            yield shot

    frames = list(gate.watch.frames(seen()))
    assert set(looked) == {(30, 40)}
    captured = [round(frame.captured_s * FPS) for frame in frames]
    assert set(range(314, 353)) <= set(captured)
    assert not set(range(FIRST + 2, 310)) & set(captured)
    assert gate.tally.decoded == len(frames)
    assert frames[0].image.width == 320


def test_a_damaged_jpeg_is_left_out_and_told() -> None:
    def torn() -> av.VideoFrame:
        raise Damaged("torn")

    gate = gated()
    grey = np.zeros((30, 40), np.uint8)
    list(gate.watch.frames(Still(look=lambda: grey, picture=torn) for _ in range(MOST_DAMAGED - 1)))
    assert gate.tally.damaged >= 1
    assert gate.watch.note != ""


def test_pictures_that_are_decoded_already_are_gated_too() -> None:
    gate = gated(hold_s=2)

    def live() -> Iterator[Shot]:
        for number, picture in enumerate(pictures(360, walks=(313, 353))):
            gate.clock.s = number / FPS
            yield av.VideoFrame.from_ndarray(picture, format="gray")

    captured = [round(frame.captured_s * FPS) for frame in gate.watch.frames(live())]
    assert set(range(314, 353)) <= set(captured)
    assert not set(range(FIRST + 2, 310)) & set(captured)
