"""From frames to events: what is told, when it happened, and what a full disk costs."""

from datetime import timedelta
from pathlib import Path

import av
import numpy as np
import pytest
import simplejpeg

from edge_agent.contract.events import PicturesReleased, TrackEnded, TrackStarted
from edge_agent.outbox.snapshots import SnapshotSpool
from edge_agent.testing.clock import FixedClock
from edge_agent.testing.outbox import MemoryOutbox
from edge_agent.vision.album import Album
from edge_agent.vision.camera import Frame
from edge_agent.vision.detector import Detections, Picture, nothing
from edge_agent.vision.lane import Lane
from edge_agent.vision.pictures.books import Books
from edge_agent.vision.pictures.release import Press
from edge_agent.vision.pipeline import Pipeline
from edge_agent.vision.settings import CameraSettings
from edge_agent.vision.voice import Voice
from tests.vision.conftest import detections

IMAGE = av.VideoFrame.from_ndarray(
    np.random.default_rng(5).integers(0, 256, (120, 160, 3), np.uint8), format="rgb24"
)
SOMEBODY = (0.3, 0.1, 0.5, 0.9, 0.8, 1)


class Scripted:
    """A detector that answers what it is told."""

    input_size = (30, 20)

    def __init__(self, labels: tuple[str, ...] = ("cat", "person")) -> None:
        self.labels = labels
        self.answer = nothing()

    def detect(self, picture: Picture) -> Detections:
        assert picture.shape == (20, 30, 3)
        return self.answer


class Bench:
    """A pipeline with everything around it."""

    def __init__(
        self, folder: Path, *, labels: tuple[str, ...] = ("cat", "person"), **camera: object
    ) -> None:
        self.clock = FixedClock(monotonic=100.0)
        self.outbox = MemoryOutbox(clock=self.clock)
        self.spool = SnapshotSpool(folder / "snapshots", min_free_bytes=0)
        self.detector = Scripted(labels)
        self.books = Books(folder / "pictures.json", run="89abcdef")
        settings = CameraSettings.model_validate(
            {
                "name": "gate",
                "source": "none",
                "labels": [labels[-1]],
                "snapshots": {"tracks": "first"},
                **camera,
            }
        )
        self.lane = Lane(settings, labels=labels, run="0123abcd")
        self.wire()

    def wire(self) -> None:
        """What stands between detector and outbox."""
        self.voice = Voice(self.outbox, self.spool, books=self.books, clock=self.clock)
        masks = [mask.shape for mask in self.lane.camera.masks]
        press = Press(longest_side=160, masks=masks)
        album = Album(self.lane, labels=self.detector.labels, press=press, voice=self.voice)
        self.pipeline = Pipeline(self.detector, [self.lane], voice=self.voice, albums=[album])

    def see(self, *rows: tuple[float, float, float, float, float, int], times: int = 1) -> None:
        """Frames a tenth of a second apart, each looked at 0.05 s after its capture."""
        self.detector.answer = detections(*rows)
        for _ in range(times):
            self.clock.advance(0.1)
            frame = Frame(image=IMAGE, captured_s=self.clock.monotonic - 0.05)
            self.pipeline.process(0, frame)

    @property
    def told(self) -> list[object]:
        """The data of all events."""
        return [row.data for row in self.outbox.rows]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_track_is_told_once_with_a_picture_and_again_when_it_ends(bench: Bench) -> None:
    bench.see(SOMEBODY, times=10)
    bench.see(times=25)
    started, ended = bench.told
    assert isinstance(started, TrackStarted)
    assert isinstance(ended, TrackEnded)
    assert (started.camera, started.track, started.run, started.label) == ("gate", 1, "0123abcd", "person")
    assert (ended.track, ended.run, ended.frames) == (1, "0123abcd", 10)
    assert ended.duration_s == pytest.approx(0.9)
    assert bench.spool.pending() == [started.snapshot]
    assert bench.outbox.rows[0].subject == "gate"


def test_an_event_carries_the_time_of_its_capture(bench: Bench) -> None:
    bench.see(SOMEBODY, times=3)
    (row,) = bench.outbox.rows
    assert abs(row.reading.wall - (bench.clock.wall - timedelta(seconds=0.05))) < timedelta(milliseconds=1)
    assert row.reading.monotonic == pytest.approx(bench.clock.monotonic - 0.05)


def test_an_untrusted_clock_is_passed_on(bench: Bench) -> None:
    bench.clock.trusted = False
    bench.see(SOMEBODY, times=3)
    assert not bench.outbox.rows[0].reading.trusted


def test_the_picture_has_the_head_covered_before_it_exists(bench: Bench) -> None:
    bench.see(SOMEBODY, times=3)
    picture = simplejpeg.decode_jpeg(bench.spool.read(bench.spool.pending()[0]))
    head, legs = picture[14:40, 52:76], picture[80:104, 52:76]
    assert head.std() < legs.std() / 2


def test_other_labels_are_not_followed_but_people_are_covered_all_the_same(tmp_path: Path) -> None:
    bench = Bench(tmp_path, labels=("person", "cat"))
    bench.see((0.6, 0.1, 0.9, 0.9, 0.9, 1), (0.1, 0.1, 0.3, 0.9, 0.25, 0), times=3)
    assert [data.label for data in bench.told if isinstance(data, TrackStarted)] == ["cat"]
    picture = simplejpeg.decode_jpeg(bench.spool.read(bench.spool.pending()[0]))
    head, legs = picture[14:40, 18:46], picture[80:104, 18:46]
    assert head.std() < legs.std() / 2


def test_a_detector_that_knows_no_people_gets_no_picture_made(tmp_path: Path) -> None:
    bench = Bench(tmp_path, labels=("dog", "cat"))
    bench.see(SOMEBODY, times=3)
    (started,) = bench.told
    assert isinstance(started, TrackStarted)
    assert started.snapshot is None
    assert bench.spool.pending() == []


def test_pictures_can_be_switched_off(tmp_path: Path) -> None:
    bench = Bench(tmp_path, snapshots={"tracks": "none"})
    bench.see(SOMEBODY, times=3)
    assert len(bench.told) == 1
    assert bench.spool.pending() == []


def test_the_best_picture_is_told_when_the_track_ends(tmp_path: Path) -> None:
    bench = Bench(tmp_path, snapshots={"tracks": "best"})
    bench.see(SOMEBODY, times=4)
    bench.see((0.3, 0.05, 0.6, 0.95, 0.95, 1), times=8)
    assert bench.spool.pending() == []
    bench.see(times=25)
    started, ended = bench.told
    assert isinstance(started, TrackStarted)
    assert isinstance(ended, TrackEnded)
    assert started.snapshot is None
    assert bench.spool.pending() == [ended.snapshot]


def test_a_track_that_the_units_end_cuts_off_has_its_picture_too(tmp_path: Path) -> None:
    bench = Bench(tmp_path, snapshots={"tracks": "both"})
    bench.see(SOMEBODY, times=5)
    bench.pipeline.finish(bench.clock.monotonic)
    started, ended = bench.told
    assert isinstance(started, TrackStarted)
    assert isinstance(ended, TrackEnded)
    assert started.snapshot
    assert ended.snapshot


def test_what_moved_and_was_not_found_is_covered_like_a_person(bench: Bench) -> None:
    bench.detector.answer = detections(SOMEBODY)
    for _ in range(3):
        bench.clock.advance(0.1)
        at_s = bench.clock.monotonic - 0.05
        bench.pipeline.process(0, Frame(image=IMAGE, captured_s=at_s, moved=((0.7, 0.1, 0.9, 0.9),)))
    picture = simplejpeg.decode_jpeg(bench.spool.read(bench.spool.pending()[0]))
    head, legs = picture[14:40, 114:142], picture[80:104, 114:142]
    assert head.std() < legs.std() / 2


MASK = {"name": "window", "corners": [[0.8, 0.8], [0.9, 0.8], [0.9, 0.9]]}


@pytest.mark.parametrize("moved", [False, True])
def test_a_moved_camera_with_masks_gives_wholly_covered_pictures(tmp_path: Path, moved: bool) -> None:
    bench = Bench(tmp_path, masks=[MASK])
    bench.lane.tampers = frozenset({"moved"} if moved else ())
    bench.see(SOMEBODY, times=3)
    bench.voice.keep_house()
    (row,) = [row.data for row in bench.outbox.rows if isinstance(row.data, PicturesReleased)]
    assert (row.tracks, row.whole, row.masked) == (1, moved, 1)


def test_no_picture_is_made_without_an_event(bench: Bench) -> None:
    bench.see(SOMEBODY, times=2)
    bench.see(times=5)
    assert bench.told == []
    assert bench.spool.pending() == []


def test_where_the_spool_has_no_room_the_event_goes_without_its_picture(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.spool = SnapshotSpool(tmp_path / "snapshots", limit_bytes=10)
    bench.wire()
    bench.see(SOMEBODY, times=3)
    (started,) = bench.told
    assert isinstance(started, TrackStarted)
    assert started.snapshot is None
    assert bench.voice.pictures_lost == 1


def test_a_full_outbox_stops_nothing_and_is_counted(bench: Bench) -> None:
    bench.outbox.full = True
    bench.see(SOMEBODY, times=5)
    bench.see(times=25)
    assert bench.told == []
    assert bench.voice.unsaid == 2
    assert bench.voice.full
    bench.outbox.full = False
    bench.see(SOMEBODY, times=5)
    assert [data.track for data in bench.told if isinstance(data, TrackStarted)] == [2]
    assert not bench.voice.full


def test_tracks_end_by_time_when_a_camera_goes_silent(bench: Bench) -> None:
    bench.see(SOMEBODY, times=5)
    bench.pipeline.pass_time(0, bench.clock.monotonic + 1.0, watched=False)
    assert len(bench.told) == 1
    bench.pipeline.pass_time(0, bench.clock.monotonic + 3.0, watched=False)
    assert isinstance(bench.told[-1], TrackEnded)
    bench.pipeline.pass_time(0, bench.clock.monotonic + 9.0, watched=False)
    assert len(bench.told) == 2


def test_every_open_track_is_told_as_ended_when_the_unit_stops(bench: Bench) -> None:
    bench.see(SOMEBODY, (0.7, 0.1, 0.9, 0.9, 0.8, 1), times=5)
    bench.pipeline.finish(bench.clock.monotonic)
    ended = [data.track for data in bench.told if isinstance(data, TrackEnded)]
    assert sorted(ended) == [1, 2]
    bench.pipeline.finish(bench.clock.monotonic)
    assert len(bench.told) == 4
