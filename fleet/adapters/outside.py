"""The outside systems that `[office]` in fleet.toml names, and the rounds that are made with each."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import Engine

from fleet.adapters import complaints, permits
from fleet.adapters.exchange import Exchange
from fleet.adapters.halls import Following, SimulatedHall
from fleet.adapters.rounds import Rounds
from fleet.adapters.simulated import SimulatedHolder
from fleet.office.regions import Regions
from fleet.office.states import Sort
from fleet.settings import Office

_CASES_EVERY_S = 60.0
_HALLS_EVERY_S = 1.0
"""A call is to be seen and heard within two seconds."""


@contextmanager
def outside(
    settings: Office, engine: Engine, *, regions: Regions, now: Callable[[], float]
) -> Iterator[None]:
    """Inside the block, rounds are made with every system that is not our own; `now` in s since 1970."""
    with ExitStack() as stack:
        for rounds in _rounds(settings, engine, regions=regions, now=now):
            stack.enter_context(rounds)
        yield


def _rounds(
    settings: Office, engine: Engine, *, regions: Regions, now: Callable[[], float]
) -> Iterator[Rounds]:
    if settings.complaints == "simulator":
        lapor = complaints.simulated_lapor(now=now())
        exchange = Exchange(
            engine, lapor, sort=Sort.COMPLAINT, name=complaints.NAME, regions=regions, now=now
        )
        yield Rounds(_in_time(lapor, exchange, now), name="complaints", every_s=_CASES_EVERY_S)
    if settings.permits == "simulator":
        ptsp = permits.simulated_ptsp(now=now())
        exchange = Exchange(engine, ptsp, sort=Sort.PERMIT, name=permits.NAME, regions=regions, now=now)
        yield Rounds(_in_time(ptsp, exchange, now), name="permits", every_s=_CASES_EVERY_S)
    if settings.halls == "simulator":
        hall = SimulatedHall(now=now())
        following = Following(engine, hall, name="hall (simulated)", regions=regions, now=now)
        yield Rounds(_in_time(hall, following, now), name="halls", every_s=_HALLS_EVERY_S)


def _in_time(
    system: SimulatedHolder | SimulatedHall, work: Callable[[], None], now: Callable[[], float]
) -> Callable[[], None]:
    """A round with a simulator, whose clock goes with ours."""

    def one_round() -> None:
        system.now = now()
        work()

    return one_round
