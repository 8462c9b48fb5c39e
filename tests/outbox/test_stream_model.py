"""A stream does what a simple list does, whatever the order of appends, evictions and acknowledgements."""

import json
import shutil
import tempfile
from pathlib import Path
from uuid import uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from edge_agent.contract.events import Evicted, Health
from edge_agent.contract.stored import Stored
from edge_agent.contract.streams import Stream
from edge_agent.outbox.limits import Limits, Room
from edge_agent.outbox.row import row_of
from edge_agent.outbox.stream import StreamFile
from edge_agent.testing.clock import FixedClock

LIMIT = 12
CHUNK = 4


class StreamMachine(RuleBasedStateMachine):
    """The model: seq -> event id, in order; every seq that ever was is here, settled, or covered."""

    @initialize()
    def open(self):
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "telemetry.db"
        limits = Limits(telemetry=Room(rows=LIMIT, bytes=10**9), chunk_rows=CHUNK)
        self.clock = FixedClock()
        self.file = self.make(limits)
        self.other = self.make(limits)  # another process, as good as
        self.live: dict[int, str] = {}
        self.ids: dict[str, int] = {}
        self.settled: set[int] = set()
        self.covered: set[int] = set()
        self.lost = 0
        self.newest = 0

    def make(self, limits):
        return StreamFile(self.path, stream=Stream.TELEMETRY, limits=limits, clock=self.clock)

    def teardown(self):
        self.file.close()
        self.other.close()
        shutil.rmtree(self.folder)

    def files(self):
        return [self.file, self.other]

    def learn(self):
        """Take over from the file what an eviction did, checking it against the model."""
        rows = {row.seq: row for row in self.file.peek(after=0, limit=1000)}
        for seq in sorted(rows):
            if seq > self.newest and rows[seq].kind == Evicted.kind:
                tombstone = Evicted.model_validate(json.loads(rows[seq].data))
                gone = [old for old in self.live if tombstone.first <= old <= tombstone.last]
                assert gone == sorted(self.live)[: len(gone)], "the oldest go first"
                for old in gone:
                    del self.live[old]
                self.covered |= set(range(tombstone.first, tombstone.last + 1))
                self.live[seq] = rows[seq].event_id
                self.newest = seq

    @rule(which=st.integers(0, 1), count=st.integers(1, 5))
    def append(self, which, count):
        for _ in range(count):
            event_id = str(uuid4())
            row = self.row(event_id)
            _, seq = self.files()[which].append(row, keeps_id=True)
            self.learn()
            assert seq == self.newest + 1
            self.newest = seq
            self.live[seq] = event_id
            self.ids[event_id] = seq

    @precondition(lambda self: self.ids)
    @rule(which=st.integers(0, 1), data=st.data())
    def append_again(self, which, data):
        waiting = [event_id for event_id in self.ids if self.ids[event_id] in self.live]
        if waiting:
            event_id = data.draw(st.sampled_from(waiting))
            _, seq = self.files()[which].append(self.row(event_id), keeps_id=True)
            assert seq == self.ids[event_id]

    @rule(which=st.integers(0, 1))
    def evict(self, which):
        before = dict(self.live)
        count = self.files()[which].evict()
        self.learn()
        if count:
            assert len(self.live) == len(before) - count + 1
            assert count <= CHUNK
        else:
            assert self.live == before
            assert len(before) <= 1

    @precondition(lambda self: self.newest)
    @rule(data=st.data(), which=st.integers(0, 1))
    def settle(self, data, which):
        through = data.draw(st.integers(0, self.newest))
        also = []
        if through < self.newest:
            first = data.draw(st.integers(through + 1, self.newest))
            also = [(first, data.draw(st.integers(first, self.newest)))]
        stored = self.statement(through=through, also=also)
        gone = {seq for seq in self.live if stored.settles(seq)}
        assert self.files()[which].settle(stored).rows == len(gone)
        self.settled |= gone
        for seq in gone:
            del self.live[seq]

    @rule(through=st.integers(0, 100))
    def ignore_another_incarnation(self, through):
        stored = self.statement(through=through).model_copy(update={"incarnation": str(uuid4())})
        assert self.file.settle(stored).rows == 0

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def mark(self, data):
        seqs = data.draw(st.lists(st.sampled_from(sorted(self.live)), unique=True))
        self.file.mark_sent(seqs, incarnation=self.file.incarnation)

    @rule()
    def reopen(self):
        self.file.close()
        self.other.close()

    def row(self, event_id):
        health = Health(unit="vision", status="ok")
        return row_of(health, event_id=event_id, subject=None, reading=self.clock.read())

    def statement(self, *, through, also=()):
        self.file.status()
        return Stored(
            device="/17.07/a", issued_at=0.0, stream=Stream.TELEMETRY, incarnation=self.file.incarnation,
            through=through, also=list(also),
        )  # fmt: skip

    @invariant()
    def holds_what_the_model_holds(self):
        if not hasattr(self, "file"):
            return
        rows = self.file.peek(after=0, limit=1000)
        assert {row.seq: row.event_id for row in rows} == self.live
        assert [row.seq for row in rows] == sorted(self.live)
        status = self.other.status()
        assert status.rows == len(self.live) <= LIMIT + 1
        assert status.newest_seq == self.newest == status.appended
        assert (status.bytes == 0) == (not self.live)

    @invariant()
    def no_number_is_unexplained(self):
        if hasattr(self, "file"):
            explained = set(self.live) | self.settled | self.covered
            assert explained >= set(range(1, self.newest + 1))


StreamMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestStream = StreamMachine.TestCase
