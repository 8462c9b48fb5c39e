"""Who is next and what a wait comes to: pure, and two officers never call the same number."""

import itertools
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from fleet.office import tickets
from fleet.office.queueing import Service, Waiting, in_order, may_be_missed, minutes_each, wait_minutes
from fleet.office.spoken import Voice, spoken
from fleet.store import devices
from fleet.store.devices import Certificate
from fleet.store.engine import writing
from fleet.store.migrate import migrate
from tests.fleet.test_office import DAY, DEVICE, REGION_FOLDER, Desk, load_regions

numbers = st.integers(1, 999).map(lambda number: f"A{number}")
waiting = st.builds(Waiting, st.uuids().map(str), numbers, st.floats(0, 1e6))
services = st.builds(
    lambda counter, called, took: Service(counter, called, called + took),
    st.integers(1, 5), st.floats(0, 1e6), st.floats(0, 3600),
)  # fmt: skip


@given(st.lists(waiting, max_size=30), st.randoms())
def test_the_order_is_of_those_who_wait_and_does_not_depend_on_how_they_come(found, chance):
    ordered = in_order(found)
    assert sorted(ordered, key=lambda one: one.ticket) == sorted(found, key=lambda one: one.ticket)
    assert all(a.taken_at <= b.taken_at for a, b in itertools.pairwise(ordered))
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert in_order(shuffled) == ordered


def test_a_kiosk_whose_clock_stands_still_is_called_by_its_numbers():
    found = [Waiting("x", "A10", 5.0), Waiting("y", "A9", 5.0), Waiting("z", "A2", 5.0)]
    assert [one.number for one in in_order(found)] == ["A2", "A9", "A10"]


@given(st.lists(services, max_size=30), st.integers(0, 9), st.floats(0.5, 120))
def test_a_wait_is_never_negative_and_more_counters_never_make_it_longer(lately, counters, usual):
    each = minutes_each(lately, counters_open=counters, usual_minutes=usual)
    assert 0 <= each <= max(usual, 60)
    assert minutes_each(lately, counters_open=counters + 1, usual_minutes=usual) <= each
    assert wait_minutes(0, each) == each


def test_one_long_service_does_not_frighten_everybody():
    lately = [Service(1, at * 600.0, at * 600.0 + 240) for at in range(9)] + [Service(1, 6000.0, 9600.0)]
    assert minutes_each(lately, counters_open=1, usual_minutes=30) == 4


@pytest.mark.parametrize(("audible", "calls", "may"), [(False, 1, True), (True, 1, False), (True, 2, True)])
def test_who_asked_for_a_voice_is_waited_for(audible, calls, may):
    assert may_be_missed(audible=audible, calls=calls) is may


def test_a_call_is_said_so_that_its_letters_are_letters():
    assert spoken("A20", counter="Loket 2") == "Nomor antrean A, 20. Silakan ke Loket 2."
    assert spoken("BC007", counter="Meja 1") == "Nomor antrean B C, 7. Silakan ke Meja 1."


def voice(folder: Path, script: str) -> Voice:
    """One whose program is this shell script."""
    program = folder / "voice"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return Voice(program=str(program))


def test_without_a_voice_nothing_is_spoken():
    silent = Voice(program="no-such-program")
    assert not silent.can_speak
    assert silent.call("A1", counter="Loket 1") is None


def test_a_voice_that_fails_is_asked_again_and_one_that_spoke_is_not(tmp_path):
    wav = tmp_path / "said.wav"
    with wave.open(str(wav), "wb") as file:
        file.setparams((1, 2, 22_050, 0, "NONE", ""))
        file.writeframes(b"\1\0" * 500)
    hoarse = voice(
        tmp_path, f"cat > /dev/null; echo >> {tmp_path}/asked; test -e {tmp_path}/well && cat {wav}"
    )
    assert hoarse.call("A1", counter="Loket 1") is None
    (tmp_path / "well").touch()
    said = hoarse.call("A1", counter="Loket 1")
    assert said is not None
    assert said[:4] == b"RIFF"
    assert said.endswith(b"\1\0" * 500)
    assert hoarse.call("A1", counter="Loket 1") is said
    assert (tmp_path / "asked").read_text().count("\n") == 2


@pytest.fixture
def desk(any_store: Engine) -> Desk:
    migrate(any_store)
    with writing(any_store) as connection:
        devices.enrol(connection, DEVICE, certificate=Certificate("ab", 2.0), now=1.0)
    return Desk(any_store, load_regions([REGION_FOLDER]))


def test_officers_who_press_at_the_same_moment_call_different_numbers(desk: Desk) -> None:
    given_out = {desk.ticket(f"A{number}") for number in range(1, 13)}

    def press(counter: int) -> list[str]:
        called = []
        current = None
        for _ in range(6):
            found = desk.next(counter, after=current)
            if found is None:
                break
            called.append(found.ticket)
            desk.do(tickets.begin, found.ticket, counter)
            current = found.ticket
        return called

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(press, (1, 2))
    assert set(one) | set(two) == given_out
    assert not set(one) & set(two)
    with desk.engine.connect() as connection:
        assert len(tickets.calls_after(connection, "mpp", 0, day=DAY, limit=100)) == 12
