"""The snapshot spool."""

import hashlib
import stat

import pytest

from edge_agent.outbox.snapshots import SnapshotSpool


@pytest.fixture
def spool(tmp_path):
    return SnapshotSpool(tmp_path / "snapshots", limit_bytes=1000, min_free_bytes=0)


def test_keeps_a_snapshot_under_its_hash_once(spool):
    name = spool.put(b"jpeg")
    assert name == hashlib.sha256(b"jpeg").hexdigest()
    assert spool.put(b"jpeg") == name
    assert spool.pending() == [name]
    assert spool.read(name) == b"jpeg"
    spool.remove(name)
    spool.remove(name)
    assert spool.pending() == []
    with pytest.raises(FileNotFoundError):
        spool.read(name)


def test_over_its_limit_the_oldest_give_way(spool):
    names = [spool.put(bytes([number]) * 300) for number in range(4)]
    assert spool.pending() == names[1:]


def test_takes_nothing_larger_than_its_limit(spool):
    kept = spool.put(b"small")
    assert spool.put(bytes(1001)) is None
    assert spool.pending() == [kept]


def test_leaves_the_disk_its_minimum(tmp_path):
    spool = SnapshotSpool(tmp_path / "snapshots", min_free_bytes=10**18)
    assert spool.put(b"jpeg") is None
    assert list(spool.folder.iterdir()) == []


def test_evicts_the_oldest_eighth(spool):
    names = [spool.put(bytes([number])) for number in range(9)]
    assert spool.evict() == 2
    assert spool.pending() == names[2:]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63 + "/"])
def test_reads_no_other_file(spool, name):
    with pytest.raises(FileNotFoundError):
        spool.read(name)


def test_is_for_its_owner_alone(spool):
    spool.put(b"jpeg")
    assert stat.S_IMODE(spool.folder.stat().st_mode) == 0o700
    (file,) = spool.folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_ignores_what_a_crash_left_behind(spool):
    (spool.folder / f".{'0' * 64}.jpg.123").write_bytes(b"half")
    assert spool.pending() == []
