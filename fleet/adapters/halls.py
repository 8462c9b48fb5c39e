"""Queue halls: our own queues, or a hall that another system runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Engine

from fleet.adapters import Away, Declined
from fleet.office.regions import Regions
from fleet.office.tickets import view
from fleet.views.reading import reading


@dataclass(frozen=True, slots=True)
class HallQueue:
    """How a queue of a hall stands: the number called last (empty: none today) and the numbers that wait."""

    queue: str
    calling: str
    waiting: Sequence[str]


class HallSystem(Protocol):
    """Runs the queues of an office."""

    def queue(self, office: str, name: str) -> HallQueue:
        """How a queue stands now. Raises Away, Declined (no such queue)."""
        ...


class OwnHall:
    """Our own queues, as their desks call them."""

    def __init__(self, engine: Engine, regions: Regions, *, now: Callable[[], float]) -> None:
        """`engine` is our own database; `now` tells s since 1970."""
        self._engine, self._regions, self._now = engine, regions, now

    def queue(self, office: str, name: str) -> HallQueue:
        """As it stands today. Raises Declined."""
        found = self._regions.office(office)
        queue = found.queue(name) if found is not None else None
        if found is None or queue is None:
            raise Declined(f'command centre: office "{office[:64]}" has no queue "{name[:64]}"')
        now = self._now()
        day = self._regions.today(found.region.file.code, now).isoformat()
        with reading(self._engine) as connection:
            seen = view(connection, found, queue, day=day, now=now)
        return HallQueue(queue=name, calling=seen.calling, waiting=[one.number for one in seen.waiting])


class SimulatedHall:
    """A hall of our own making: numbers are taken and called in order."""

    def __init__(self, queues: dict[str, Sequence[str]]) -> None:
        """`queues`: the names of the queues of each office."""
        self.away = False
        self._waiting: dict[tuple[str, str], list[str]] = {
            (office, name): [] for office, names in queues.items() for name in names
        }
        self._calling: dict[tuple[str, str], str] = {}

    def take(self, office: str, name: str, number: str) -> None:
        """Somebody takes a number."""
        self._waiting[office, name].append(number)

    def call(self, office: str, name: str) -> None:
        """The next one is called."""
        self._calling[office, name] = self._waiting[office, name].pop(0)

    def queue(self, office: str, name: str) -> HallQueue:
        """As it stands. Raises Away, Declined."""
        if self.away:
            raise Away("hall (simulated): does not answer; ask again later")
        waiting = self._waiting.get((office, name))
        if waiting is None:
            raise Declined(f'hall (simulated): office "{office[:64]}" has no queue "{name[:64]}"')
        return HallQueue(queue=name, calling=self._calling.get((office, name), ""), waiting=list(waiting))
