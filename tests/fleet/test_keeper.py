"""The storekeeper's order of steps when the database fails: nothing is acknowledged before it is stored."""

from threading import Event
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from structlog.testing import CapturingLogger

from edge_agent.contract import signed, topics
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.stored import Stored
from fleet.ingest import keeper as keeper_module
from fleet.ingest.inflow import Delivery
from fleet.ingest.keeper import Keeper
from fleet.ingest.verdict import Message
from fleet.settings import Ingest
from fleet.store import devices
from fleet.store.devices import Certificate
from fleet.store.engine import writing
from tests.fleet.conftest import health

DEVICE = DeviceId("17.07", "lebong-001")
KEY = Ed25519PrivateKey.generate()


class Script:
    """An inflow that brings one batch, writes down what it is asked to do, and ends the keeper."""

    def __init__(self, deliveries: list[Delivery], *, stopping: Event, is_new: bool = False) -> None:
        self.batches, self.stopping, self.is_new = [deliveries], stopping, is_new
        self.did: list[Any] = []
        self.statements: list[Stored] = []

    def batch(self, **_how: Any) -> list[Delivery]:
        if self.batches:
            return self.batches.pop()
        self.stopping.set()
        return []

    def acknowledge(self, deliveries: list[Delivery]) -> None:
        self.did.append(("acknowledged", [delivery.mid for delivery in deliveries]))

    def tell(self, topic: str, statement: bytes) -> None:
        assert topic == topics.stored(DEVICE)
        said = signed.verify(statement, Stored, key=KEY.public_key(), device=DEVICE)
        self.did.append(("told", said.through))

    def take_new_connection(self) -> bool:
        is_new, self.is_new = self.is_new, False
        return is_new


@pytest.fixture
def enrolled(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A database with one device; retries are quick."""
    monkeypatch.setattr(keeper_module, "_RETRY_FIRST_S", 0.01)
    with writing(engine) as connection:
        devices.enrol(connection, DEVICE, certificate=Certificate("ab", 2.0), now=1.0)
    return engine


def deliveries(*seqs: int) -> list[Delivery]:
    topic = topics.event(DEVICE, "device.health")
    return [
        Delivery(Message(topic, health(seq, device=DEVICE), received_at=5.0), mid=seq, connection=1)
        for seq in seqs
    ]


def work(engine: Engine, inflow: Any, stopping: Event) -> int:
    rounds = []
    keeper = Keeper(engine, inflow, settings=Ingest(), key=KEY, stored=lambda: inflow.did.append("stored"))
    keeper.run(stopping=stopping, progressed=lambda: rounds.append(1))
    return len(rounds)


def failing(engine: Engine, inflow: Script, *, times: int, stop_at: int | None = None) -> None:
    """The next `times` commits fail as a full disk makes them fail; the keeper is told to stop at one."""
    failed = 0

    def fail(_connection: object) -> None:
        nonlocal failed
        if failed < times:
            failed += 1
            inflow.did.append("failed")
            if failed == stop_at:
                inflow.stopping.set()
            raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    event.listen(engine, "commit", fail)


def test_acknowledges_and_tells_only_after_the_commit_succeeds(
    enrolled: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger = CapturingLogger()
    monkeypatch.setattr(keeper_module, "_log", logger)
    stopping = Event()
    inflow = Script(deliveries(1, 2), stopping=stopping)
    failing(enrolled, inflow, times=3)
    assert work(enrolled, inflow, stopping) == 2
    assert inflow.did == ["failed"] * 3 + ["stored", ("acknowledged", [1, 2]), ("told", 2)]
    assert [call.args for call in logger.calls] == [("batch_not_stored",)] * 3 + [("storing_again",)]
    assert "disk is full" in logger.calls[0].kwargs["reason"]


def test_stops_in_the_middle_of_retries_without_acknowledging(enrolled: Engine) -> None:
    stopping = Event()
    inflow = Script(deliveries(1), stopping=stopping)
    failing(enrolled, inflow, times=1_000_000, stop_at=3)
    work(enrolled, inflow, stopping)
    assert inflow.did == ["failed"] * 3


def test_new_connection_is_told_what_was_heard_lately(enrolled: Engine) -> None:
    first = Script(deliveries(1, 2), stopping=Event())
    work(enrolled, first, first.stopping)
    second = Script([], stopping=Event(), is_new=True)
    work(enrolled, second, second.stopping)
    assert second.did == [("told", 2)]
