"""A disk that is really full: a small tmpfs."""

import errno
import os
import sqlite3
import subprocess

import pytest

from edge_agent.contract.events import Evicted
from edge_agent.contract.streams import Stream
from edge_agent.device import Device
from edge_agent.outbox import Full
from edge_agent.outbox.limits import Class, Limits
from edge_agent.outbox.snapshots import SnapshotSpool
from edge_agent.outbox.store import open_outbox, snapshots_folder, stream_path
from edge_agent.outbox.stream import StreamFile
from edge_agent.testing.clock import FixedClock

KIB = 1024
LIMITS = Limits(min_free_bytes=2048 * KIB, reserve_bytes=1024 * KIB, chunk_rows=64)
CLOCK = FixedClock()


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"mounting a small disk needs root: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def device(disk):
    return Device(region="17.07", name="lebong-001", data=disk / "data", run=disk / "run")


@pytest.fixture
def open_here(device):
    opened = []

    def open_here(limits=LIMITS):
        outbox = open_outbox(device, streams=tuple(Stream), clock=CLOCK, limits=limits)
        opened.append(outbox)
        return outbox

    yield open_here
    for outbox in opened:
        outbox.close()


def free(disk):
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize


def fill(disk, *, leave=0):
    """Somebody else takes the disk, but for `leave` bytes."""
    junk = os.open(disk / "junk", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    try:
        while free(disk) > leave:
            os.write(junk, b"\0" * min(64 * KIB, free(disk) - leave))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
    finally:
        os.close(junk)


def intact(device):
    for stream in Stream:
        path = stream_path(device.data, stream)
        database = sqlite3.connect(path)
        try:
            assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        finally:
            database.close()
    return True


def rows(device, stream):
    file = StreamFile(stream_path(device.data, stream), stream=stream, limits=LIMITS, clock=CLOCK)
    try:
        return file.peek(after=0, limit=100_000)
    finally:
        file.close()


def test_a_full_disk_refuses_and_loses_nothing(disk, device, open_here, say):
    outbox = open_here()
    for number in range(5):
        outbox.append(say.submission(number))
    fill(disk)
    assert not outbox.room(Stream.SUBMISSIONS)
    for data in (say.submission(), say.event(), say.health()):
        with pytest.raises(Full):
            outbox.append(data)
    (disk / "junk").unlink()
    assert outbox.room(Stream.SUBMISSIONS)
    assert outbox.append(say.submission(9)).seq == 6
    assert [row.seq for row in rows(device, Stream.SUBMISSIONS)] == [1, 2, 3, 4, 5, 6]
    assert intact(device)


@pytest.mark.parametrize("stream", list(Stream))
def test_sqlite_running_out_of_disk_itself_is_full_too(disk, device, open_here, say, stream):
    outbox = open_here(Limits(min_free_bytes=0, reserve_bytes=4 * KIB, chunk_rows=64))
    fill(disk, leave=700 * KIB)
    number = 0
    full = False
    while not full and number < 20_000:
        data = {
            Stream.SUBMISSIONS: say.submission(number),
            Stream.EVENTS: say.event(number + 1),
            Stream.TELEMETRY: say.health(number),
        }[stream]
        try:
            assert outbox.append(data).seq == number + 1
            number += 1
        except Full:
            full = True
    assert full
    assert number > 20
    (disk / "junk").unlink()
    assert [row.seq for row in rows(device, stream)] == list(range(1, number + 1)), "none lost, none torn"
    assert outbox.append(data).seq == number + 1
    assert intact(device)


def test_gives_up_snapshots_then_telemetry_then_events_never_submissions(disk, device, open_here, say):
    outbox = open_here()
    spool = SnapshotSpool(snapshots_folder(device.data), min_free_bytes=0)
    for number in range(16):
        assert spool.put(bytes([number]) * 64 * KIB)
    for number in range(1500):
        outbox.append(say.health(number))
        outbox.append(say.event(number + 1))
    for number in range(10):
        outbox.append(say.submission(number))

    def squeeze():
        fill(disk, leave=LIMITS.floor(Class.SNAPSHOTS) - 16 * KIB)
        assert outbox.room(Stream.SUBMISSIONS)
        waiting = len(spool.pending())
        gone = {each: outbox.status(each).evicted for each in Stream}
        assert not gone[Stream.TELEMETRY] or waiting == 0
        assert not gone[Stream.EVENTS] or outbox.status(Stream.TELEMETRY).rows == 1, "its tombstone"
        return waiting, gone

    assert 0 < squeeze()[0] < 16
    for leave in (Class.TELEMETRY, Class.EVENTS):
        for _ in range(40):
            _, gone = squeeze()
            fill(disk, leave=LIMITS.floor(leave) - 16 * KIB)
            assert outbox.room(Stream.SUBMISSIONS)
    assert gone[Stream.EVENTS] > 0
    assert gone[Stream.SUBMISSIONS] == 0
    assert [row.seq for row in rows(device, Stream.SUBMISSIONS)] == list(range(1, 11))
    assert intact(device)


def test_a_disk_without_one_free_byte_is_relieved_by_the_reserve(disk, device, open_here, say):
    outbox = open_here()
    for number in range(3000):
        outbox.append(say.event(number + 1))
    assert (device.data / "outbox" / "reserve").stat().st_blocks * 512 >= LIMITS.reserve_bytes
    fill(disk)
    assert free(disk) == 0
    assert outbox.room(Stream.SUBMISSIONS)
    outbox.append(say.submission())
    assert outbox.status(Stream.EVENTS).evicted > 0
    (tombstone, *_) = [row for row in rows(device, Stream.EVENTS) if row.kind == Evicted.kind]
    assert '"first":1,' in tombstone.data
    assert intact(device)


def test_the_reserve_returns_when_there_is_room_again(disk, device, open_here, say):
    outbox = open_here()
    outbox.append(say.event())
    fill(disk)
    outbox.room(Stream.EVENTS)
    reserve = device.data / "outbox" / "reserve"
    (disk / "junk").unlink()
    outbox.room(Stream.EVENTS)
    open_here()
    assert reserve.stat().st_blocks * 512 >= LIMITS.reserve_bytes


def test_an_outbox_opens_on_a_full_disk(disk, device, open_here, say):
    fill(disk)
    (disk / "data").mkdir()
    outbox = open_here()
    assert not outbox.room(Stream.EVENTS)
    with pytest.raises(Full):
        outbox.append(say.event())
    (disk / "junk").unlink()
    assert outbox.append(say.event()).seq == 1


def test_the_spool_takes_nothing_on_a_full_disk_and_leaves_no_halves(disk, device):
    spool = SnapshotSpool(snapshots_folder(device.data), min_free_bytes=0)
    fill(disk, leave=16 * KIB)
    assert spool.put(b"\xff\xd8" + bytes(64 * KIB)) is None
    fill(disk)
    assert spool.put(b"\xff\xd8" + bytes(KIB)) is None
    assert list(spool.folder.iterdir()) == []
