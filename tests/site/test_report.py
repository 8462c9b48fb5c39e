"""The demo's count tells a loss and a repeat."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from demo.report import count
from edge_agent.clock import SystemClock
from edge_agent.contract.events import Health
from edge_agent.contract.stored import Stored
from edge_agent.contract.streams import Stream
from edge_agent.device import Device
from edge_agent.outbox.limits import Limits
from edge_agent.outbox.port import Identity
from edge_agent.outbox.store import open_outbox, stream_path
from edge_agent.outbox.stream import StreamFile
from fleet.store.engine import open_store
from fleet.store.tables import devices, events, metadata


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return Device(region="17.07", name="lebong-001", data=tmp_path / "data", run=tmp_path / "run")


@pytest.fixture
def engine(tmp_path: Path, device: Device) -> Iterator[Engine]:
    engine = open_store(f"sqlite:///{tmp_path / 'fleet.db'}")
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(devices).values(name=device.name, region=device.region, enrolled_at=0))
    yield engine
    engine.dispose()


def say(device: Device, number: int) -> list[Identity]:
    outbox = open_outbox(device, streams={Stream.TELEMETRY}, clock=SystemClock())
    try:
        return [outbox.append(Health(unit="kiosk", status="ok")) for _ in range(number)]
    finally:
        outbox.close()


def forget(device: Device, through: Identity) -> None:
    """As if the fleet had acknowledged everything up to `through`."""
    file = StreamFile(
        stream_path(device.data, Stream.TELEMETRY),
        stream=Stream.TELEMETRY,
        limits=Limits(),
        clock=SystemClock(),
    )
    try:
        file.settle(
            Stored(
                device=device.id.source,
                issued_at=time.time(),
                stream=through.stream,
                incarnation=through.incarnation,
                through=through.seq,
            )
        )
    finally:
        file.close()


def store(engine: Engine, device: Device, identity: Identity, *, seq: int | None = None) -> None:
    with engine.begin() as connection:
        connection.execute(
            insert(events).values(
                device=device.name, region=device.region, incarnation=identity.incarnation,
                stream=identity.stream, seq=seq or identity.seq, id=identity.event_id, kind="device.health",
                time=0, clock_trusted=True, received_at=0, data="{}",
            )
        )  # fmt: skip


def test_what_is_in_neither_place_is_lost(engine: Engine, device: Device) -> None:
    first, second, third = say(device, 3)
    store(engine, device, first)
    forget(device, second)
    found = count(engine, data=device.data, device=device.name)
    assert (found.created, found.stored, found.waiting, found.lost) == (3, 1, 1, 1)
    store(engine, device, second)
    assert count(engine, data=device.data, device=device.name).lost == 0
    assert third.seq == 3


def test_an_event_that_stands_twice_is_a_duplicate(engine: Engine, device: Device) -> None:
    [only] = say(device, 1)
    store(engine, device, only)
    assert count(engine, data=device.data, device=device.name).duplicates == 0
    store(engine, device, only, seq=2)
    assert count(engine, data=device.data, device=device.name).duplicates == 1
