"""The window: over any network, however bad, everything is settled in the end, in bounds and in order."""

from collections import deque
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.contract.stored import Stored
from edge_agent.contract.streams import Stream
from edge_agent.uplink.window import Window

INCARNATION = "00000000-0000-4000-8000-000000000000"
RESEND_S = 10.0


def window(size=5):
    return Window(size=size, resend_after_s=RESEND_S, random=Random(1))


def stored(through=0, also=()):
    return Stored(
        device="/17.07/a", issued_at=0.0, stream=Stream.EVENTS, incarnation=INCARNATION, through=through,
        also=list(also),
    )  # fmt: skip


def opened(size=5, rows=5):
    made = window(size)
    made.offer(range(1, rows + 1))
    made.connected()
    return made


def test_publishes_nothing_while_not_connected():
    made = window()
    made.offer([1, 2])
    assert made.due(0.0, room=9) == []
    made.connected()
    assert made.due(0.0, room=9) == [1, 2]
    made.disconnected()
    assert made.due(99.0, room=9) == []


def test_publishes_each_row_once_while_all_is_well():
    made = opened()
    assert made.due(0.0, room=2) == [1, 2]
    assert made.due(0.0, room=9) == [3, 4, 5]
    assert made.due(RESEND_S - 1, room=9) == []
    assert made.settle(stored(3), RESEND_S - 1) == [1, 2, 3]
    assert made.wants == 3
    made.offer([6])
    assert made.due(RESEND_S, room=9) == [6], "an answer is progress: the deadline starts again"


def test_everything_goes_out_again_after_a_reconnect():
    made = opened()
    made.due(0.0, room=9)
    made.settle(stored(2), 1.0)
    made.disconnected()
    made.connected()
    assert made.due(2.0, room=9) == [3, 4, 5]


def test_everything_goes_out_again_after_the_deadline_which_doubles():
    made = opened(rows=2)
    made.due(0.0, room=9)
    waits = []
    now = 0.0
    for _ in range(6):
        until = made.wake_at()
        assert made.due(until - 0.01, room=9) == []
        assert made.due(until, room=9) == [1, 2]
        waits.append((until - now) / RESEND_S)
        now = until
    for wait, factor in zip(waits, [1, 2, 4, 8, 10, 10], strict=True):
        assert factor <= wait <= 1.25 * factor
    assert made.settle(stored(1), now) == [1]
    assert made.wake_at() - now <= 1.25 * RESEND_S


def test_what_was_overtaken_on_the_same_connection_goes_out_at_once():
    made = opened()
    made.due(0.0, room=9)
    made.settle(stored(1, also=[(4, 4)]), 0.1)
    assert made.due(0.1, room=9) == [2, 3], "5 may still be on its way"
    made.settle(stored(1, also=[(4, 4)]), 0.2)
    assert made.due(0.2, room=9) == [], "the same news is no news"


def test_an_answer_to_an_earlier_publication_is_no_proof_of_loss():
    made = opened(rows=3)
    made.due(0.0, room=9)
    made.due(made.wake_at(), room=9)  # all of them again
    made.settle(stored(0, also=[(1, 1), (3, 3)]), 13.0)
    assert made.due(13.0, room=9) == [], "3 may have come by its first publication, 2 by its second"


def test_what_went_out_on_another_connection_proves_nothing():
    made = opened(rows=3)
    made.due(0.0, room=9)
    made.disconnected()
    made.connected()
    assert made.due(1.0, room=1) == [1]
    made.settle(stored(0, also=[(3, 3)]), 1.1)
    assert made.due(1.1, room=9) == [2]
    assert made.due(1.2, room=9) == []


def test_a_refused_row_waits_long_and_holds_nobody_up():
    made = opened(rows=3)
    made.due(0.0, room=9)
    made.refuse(1, 0.1)
    made.settle(stored(0, also=[(2, 3)]), 0.2)
    assert made.due(0.2, room=9) == []
    assert made.refused == 1
    assert made.wake_at() >= 10 * RESEND_S
    assert made.due(made.wake_at(), room=9) == [1]


def test_a_refused_row_is_tried_again_on_a_new_connection():
    made = opened(rows=1)
    made.due(0.0, room=9)
    made.refuse(1, 0.1)
    made.disconnected()
    made.connected()
    assert made.due(1.0, room=9) == [1]


def test_rows_are_offered_in_order():
    made = window()
    made.offer([5])
    with pytest.raises(ValueError, match="after row 5"):
        made.offer([5])


@settings(deadline=None)
@given(
    st.integers(0, 60),
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 10)).map(lambda r: (r[0], r[0] + r[1])), max_size=8
    ),
)
def test_settles_exactly_what_the_acknowledgement_says(through, also):
    made = opened(size=60, rows=60)
    said = stored(through, also=also)
    assert made.settle(said, 0.0) == [seq for seq in range(1, 61) if said.settles(seq)]


class World:
    """A device's window, a broker that loses, repeats and crashes, and a fleet that stores once."""

    def __init__(self, rows, size, seed):
        self.chance = Random(seed)
        self.window = Window(size=size, resend_after_s=RESEND_S, random=self.chance)
        self.size = size
        self.left = deque(range(1, rows + 1))
        self.rows = rows
        self.now = 0.0
        self.queue: deque[int] = deque()  # at the broker, for the fleet
        self.answers: deque[Stored] = deque()
        self.fleet: set[int] = set()
        self.through = 0
        self.connected = False
        self.published = 0
        self.first_sends: list[int] = []
        self.loss = self.repeat = self.reorder = self.refusal = 0.0

    def step(self):
        self.now += self.chance.uniform(0.0, 0.2)
        while self.left and self.window.wants:
            self.window.offer([self.left.popleft()])
        assert len(self.window) <= self.size
        out = self.window.due(self.now, room=self.chance.randint(0, 7))
        assert out == sorted(out), "in order"
        for seq in out:
            self.published += 1
            if seq not in self.on_this_connection:
                assert not self.on_this_connection or seq > max(self.on_this_connection), (
                    "first sends in order"
                )
                self.on_this_connection.add(seq)
            if self.chance.random() < self.refusal:
                self.window.refuse(seq, self.now)
            elif self.chance.random() >= self.loss:
                self.queue.append(seq)
                if self.chance.random() < self.repeat:
                    self.queue.append(seq)
        if len(self.queue) > 1 and self.chance.random() < self.reorder:
            self.queue.rotate(1)
        self.ingest(self.chance.randint(0, 9))
        if self.answers and self.connected:
            self.window.settle(self.answers.popleft(), self.now)

    def ingest(self, count):
        took = [self.queue.popleft() for _ in range(min(count, len(self.queue)))]
        if took:
            self.fleet.update(took)
            while self.through + 1 in self.fleet:
                self.through += 1
            also = [(seq, seq) for seq in sorted(self.fleet) if seq > self.through]
            self.answers.append(stored(self.through, also=also))

    def connect(self):
        self.on_this_connection: set[int] = set()
        self.connected = True
        self.window.connected()

    def crash(self, *, forgets):
        self.connected = False
        self.window.disconnected()
        if forgets:
            self.queue.clear()
            self.answers.clear()

    def settled(self):
        return not self.left and not len(self.window)

    def calm(self):
        self.loss = self.repeat = self.reorder = self.refusal = 0.0
        if not self.connected:
            self.connect()
        steps = 0
        while not self.settled():
            self.step()
            if not self.queue and not self.answers and (wake := self.window.wake_at()) is not None:
                self.now = max(self.now, wake) if self.window.waiting_at(self.now) == 0 else self.now
            steps += 1
            assert steps < 100 * self.rows + 1000, "it must come to an end"
        assert self.fleet >= set(range(1, self.rows + 1)), "nothing is forgotten that was not stored"


faults = st.lists(
    st.one_of(
        st.tuples(st.just("steps"), st.integers(1, 60)),
        st.tuples(st.just("loss"), st.floats(0, 0.9)),
        st.tuples(st.just("repeat"), st.floats(0, 0.9)),
        st.tuples(st.just("reorder"), st.floats(0, 0.9)),
        st.tuples(st.just("refusal"), st.floats(0, 0.5)),
        st.tuples(st.just("crash"), st.booleans()),
        st.tuples(st.just("lose answers"), st.none()),
    ),
    max_size=20,
)


@settings(max_examples=200, deadline=None)
@given(rows=st.integers(1, 120), size=st.integers(1, 30), seed=st.integers(0, 2**32), faults=faults)
def test_everything_is_settled_in_the_end_whatever_happens(rows, size, seed, faults):
    world = World(rows, size, seed)
    world.connect()
    for what, how in faults:
        if what == "steps":
            for _ in range(how):
                world.step()
        elif what == "crash":
            world.crash(forgets=how)
            world.step()
            world.connect()
        elif what == "lose answers":
            world.answers.clear()
        else:
            setattr(world, what, how)
    world.calm()


@settings(max_examples=50, deadline=None)
@given(rows=st.integers(1, 200), size=st.integers(1, 40), seed=st.integers(0, 2**32))
def test_on_a_good_network_nothing_is_sent_twice(rows, size, seed):
    world = World(rows, size, seed)
    world.connect()
    world.calm()
    assert world.published == rows
