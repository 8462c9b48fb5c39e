"""A stream's file: eviction, acknowledgement, damage, other processes."""

import json
import os
import sqlite3
import stat

import pytest

from edge_agent.contract.events import Evicted
from edge_agent.contract.stored import Stored
from edge_agent.contract.streams import Stream
from edge_agent.outbox import Full, OutboxError
from edge_agent.outbox.database import damaged_files
from edge_agent.outbox.limits import Limits, Room
from edge_agent.outbox.row import row_of
from edge_agent.outbox.stream import StreamFile
from edge_agent.testing.clock import FixedClock

CLOCK = FixedClock()


@pytest.fixture
def open_stream(tmp_path):
    files = []

    def open_stream(stream=Stream.EVENTS, **limits):
        file = StreamFile(
            tmp_path / f"{stream.value}.db", stream=stream, limits=Limits(**limits), clock=CLOCK
        )
        files.append(file)
        return file

    yield open_stream
    for file in files:
        file.close()


@pytest.fixture
def append(say):
    def append(file, *, event_id=None, data=None, keeps_id=True):
        data = data or (say.submission() if file.stream is Stream.SUBMISSIONS else say.event())
        row = row_of(data, event_id=event_id or os.urandom(8).hex(), subject=None, reading=CLOCK.read())
        return file.append(row, keeps_id=keeps_id)[1]

    return append


def stored(file, through, *, also=(), refused=()):
    file.status()
    return Stored(
        device="/17.07/a", issued_at=0.0, stream=file.stream, incarnation=file.incarnation,
        through=through, also=list(also), refused=list(refused),
    )  # fmt: skip


def seqs(file):
    return [row.seq for row in file.peek(after=0, limit=10_000)]


def test_a_tombstone_takes_over_what_an_older_one_covered(open_stream, append):
    file = open_stream(chunk_rows=3)
    for _ in range(4):
        append(file)
    assert file.evict() == 3  # 1..3 -> tombstone 5
    assert seqs(file) == [4, 5]
    append(file)
    assert file.evict() == 3  # 4, tombstone 5, 6 -> tombstone 7
    (row,) = file.peek(after=0, limit=9)
    assert json.loads(row.data) == {"first": 1, "last": 6, "count": 5, "reason": "disk_pressure"}
    assert file.evict() == 0
    assert file.status().evicted == 5


def test_submissions_are_never_evicted_and_the_limit_refuses(open_stream, append):
    file = open_stream(Stream.SUBMISSIONS, submissions=Room(rows=2, bytes=10**6))
    append(file)
    assert file.fits()
    append(file)
    assert not file.fits()
    with pytest.raises(Full, match="limit"):
        append(file)
    assert file.evict() == 0
    assert seqs(file) == [1, 2]
    file.settle(stored(file, 1))
    assert append(file) == 3


def test_at_its_limit_a_stream_of_the_machine_gives_up_the_oldest(open_stream, append):
    file = open_stream(events=Room(rows=10, bytes=10**6), chunk_rows=4)
    for _ in range(100):
        append(file)
    assert len(seqs(file)) <= 11
    tombstones = [row for row in file.peek(after=0, limit=99) if row.kind == Evicted.kind]
    assert json.loads(tombstones[0].data)["first"] == 1
    assert json.loads(tombstones[0].data)["reason"] == "retention"


def test_an_event_that_left_lately_is_still_the_same_event(open_stream, append):
    file = open_stream(Stream.SUBMISSIONS)
    assert append(file, event_id="tap") == 1
    file.settle(stored(file, 1))
    assert seqs(file) == []
    assert append(file, event_id="tap") == 1
    assert seqs(file) == []


def test_a_refused_submission_is_kept_and_a_refused_event_is_counted(open_stream, append):
    for stream, kept in ((Stream.SUBMISSIONS, 1), (Stream.EVENTS, 0)):
        file = open_stream(stream)
        for _ in range(3):
            append(file)
        settled = file.settle(stored(file, 3, refused=[2]))
        assert (settled.rows, settled.refused) == (2, 1)
        assert file.status().refused == 1
        with sqlite3.connect(file.path) as database:
            assert database.execute("SELECT count(*) FROM refused").fetchone()[0] == kept
        database.close()


def test_settles_exceptions_and_leaves_the_gaps(open_stream, append):
    file = open_stream()
    for _ in range(10):
        append(file)
    assert [row.seq for row in file.settled_by(stored(file, 2, also=[(5, 6), (9, 9)]))] == [1, 2, 5, 6, 9]
    assert file.settle(stored(file, 2, also=[(5, 6), (9, 9)])).rows == 5
    assert seqs(file) == [3, 4, 7, 8, 10]
    assert file.settle(stored(file, 1)).rows == 0, "an older acknowledgement changes nothing"


def test_a_file_older_than_what_the_fleet_knows_begins_a_new_incarnation(open_stream, append):
    file = open_stream()
    for _ in range(3):
        append(file, event_id=None)
    ids = [row.event_id for row in file.peek(after=0, limit=9)]
    file.settle(stored(file, 1))
    before = file.incarnation
    assert file.settle(stored(file, 7)).renewed
    assert [row.event_id for row in file.peek(after=0, limit=9)] == ids[1:]
    assert seqs(file) == [1, 2]
    assert file.incarnation != before
    assert append(file) == 3


def test_marks_count_only_for_the_incarnation_that_they_mean(open_stream, append):
    file = open_stream()
    append(file)
    file.mark_sent([1], incarnation="00000000-0000-0000-0000-000000000000")
    assert file.status().unsent == 1
    file.mark_sent([1], incarnation=file.incarnation)
    assert file.status().unsent == 0


@pytest.mark.parametrize("stream", [Stream.EVENTS, Stream.SUBMISSIONS])
@pytest.mark.parametrize("damage", ["not a database", "pages", "empty"])
def test_a_damaged_file_is_moved_aside_and_a_new_incarnation_begins(open_stream, append, stream, damage):
    file = open_stream(stream)
    for _ in range(200):
        append(file)
    before = file.incarnation
    file.close()
    content = bytearray(file.path.read_bytes())
    if damage == "not a database":
        content[:100] = os.urandom(100)
    elif damage == "pages":
        content[4096:] = os.urandom(len(content) - 4096)
    else:
        content[:] = b"not a database at all" * 100
    file.path.write_bytes(content)
    assert append(file) == 1
    assert file.incarnation != before
    (aside,) = damaged_files(file.path.parent)
    assert aside.read_bytes()[4096:] == content[4096:], "moved aside, not touched"


def test_another_process_notices_that_a_file_was_moved_aside(open_stream, append):
    one, other = open_stream(), open_stream()
    append(one)
    append(other)
    one._file._move_aside()
    assert append(other) == 1, "not appended to the file that was moved away"
    assert seqs(one) == [1]
    assert one.incarnation == other.incarnation


def test_a_file_of_another_release_is_left_alone(open_stream, append):
    file = open_stream()
    append(file)
    file.close()
    with sqlite3.connect(file.path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(OutboxError, match="another release"):
        append(file)
    assert not damaged_files(file.path.parent)


@pytest.mark.parametrize(("folder", "mode"), [(0o700, 0o600), (0o770, 0o660)])
def test_files_are_as_private_as_their_folder(tmp_path, append, folder, mode):
    os.umask(0o022)
    private = tmp_path / "private"
    private.mkdir()
    private.chmod(folder)
    file = StreamFile(private / "events.db", stream=Stream.EVENTS, limits=Limits(), clock=CLOCK)
    append(file)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in private.iterdir()}
    file.close()
    assert modes == dict.fromkeys(["events.db", "events.db-wal", "events.db-shm", "events.db.lock"], mode)


def test_what_left_leaves_no_trace_in_the_file(open_stream, append, say):
    file = open_stream(Stream.SUBMISSIONS)
    for number in range(50):
        append(file, data=say.submission(number, size=3000).model_copy(update={"sealed": "SECRET" * 500}))
    file.settle(stored(file, 50))
    file.shrink()
    held = b"".join(path.read_bytes() for path in file.path.parent.glob("submissions.db*"))
    assert b"SECRET" not in held
    assert file.path.stat().st_size < 100_000, "and the disk has its room back"


def test_a_row_committed_to_a_file_that_was_just_moved_aside_is_appended_again(open_stream, append):
    one, other = open_stream(), open_stream()
    append(one)
    append(other)
    fits, cuts = one._fit, []

    def fit_while_the_other_moves_the_file(database, size):
        fits(database, size)
        if not cuts:
            cuts.append("between the beginning and the commit")
            other._file._move_aside()

    one._fit = fit_while_the_other_moves_the_file
    assert append(one, event_id="kept") == 1
    assert [row.event_id for row in other.peek(after=0, limit=9)] == ["kept"]
