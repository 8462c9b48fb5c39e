"""When a wall clock is believed."""

import json
from datetime import UTC

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent import clock
from edge_agent.clock import (
    CONFIRMED_FLAG,
    PROVEN_FLAG,
    TOLERANCE_S,
    Confirmation,
    SystemClock,
    is_trusted,
    verification_time,
)
from edge_agent.testing.clock import FixedClock

times = st.floats(min_value=0, max_value=4e9)


@settings(deadline=None)
@given(wall=times, since_boot=times, proven=times, synchronised=st.booleans(), offset=times)
def test_never_believes_a_time_before_the_proven_one(wall, since_boot, proven, synchronised, offset):
    for confirmation in (None, Confirmation(boot="b", offset_s=offset)):
        trusted = is_trusted(
            wall=wall, since_boot=since_boot, proven=proven, synchronised=synchronised,
            confirmation=confirmation,
        )  # fmt: skip
        assert not (trusted and wall < proven)
        if confirmation is None:
            assert trusted == (synchronised and wall >= proven)


@settings(deadline=None)
@given(
    wall=times, since_boot=times, step=st.floats(min_value=-1e8, max_value=1e8), synchronised=st.booleans()
)
def test_a_step_after_the_fleet_confirmed_the_clock_loses_its_trust(wall, since_boot, step, synchronised):
    confirmation = Confirmation(boot="b", offset_s=wall - since_boot)
    trusted = is_trusted(
        wall=wall + step, since_boot=since_boot, proven=0, synchronised=synchronised,
        confirmation=confirmation,
    )  # fmt: skip
    if abs(step) < TOLERANCE_S - 1 and wall + step >= 0:
        assert trusted
    if abs(step) > TOLERANCE_S + 1:
        assert not trusted


@settings(deadline=None)
@given(wall=times, proven=times)
def test_certificates_are_never_judged_by_an_earlier_time_than_is_proven(wall, proven):
    assert verification_time(wall=wall, proven=proven) == max(wall, proven)


@settings(deadline=None)
@given(st.text() | st.none() | st.integers().map(str))
def test_a_damaged_flag_confirms_nothing(text):
    assert Confirmation.from_flag(text, boot="b") is None


def test_a_confirmation_counts_on_its_own_boot_only():
    flag = Confirmation(boot="one", offset_s=1.5).to_flag()
    assert Confirmation.from_flag(flag, boot="one") == Confirmation(boot="one", offset_s=1.5)
    assert Confirmation.from_flag(flag, boot="two") is None
    assert Confirmation.from_flag(json.dumps({"boot": "one"}), boot="one") is None


class Flags(dict):
    def flag(self, name):
        return self.get(name)


def test_the_system_clock_takes_its_proofs_from_the_flags():
    flags = Flags()
    system = SystemClock(flags)
    now = system.read()
    assert now.wall.tzinfo is UTC
    offset = now.wall.timestamp() - clock.since_boot()
    flags[CONFIRMED_FLAG] = Confirmation(boot=clock.boot_id(), offset_s=offset).to_flag()
    system.reread()
    assert system.read().trusted
    flags[PROVEN_FLAG] = str(now.wall.timestamp() + 3600)
    system.reread()
    assert not system.read().trusted, "the fleet has signed something that is an hour newer"
    flags[PROVEN_FLAG] = "nonsense"
    system.reread()
    assert system.read().trusted


def test_the_fixed_clock_moves_when_told():
    fixed = FixedClock(trusted=False)
    before = fixed.read()
    fixed.advance(5)
    after = fixed.read()
    assert (after.wall - before.wall).total_seconds() == 5
    assert after.monotonic - before.monotonic == 5
    assert not after.trusted
