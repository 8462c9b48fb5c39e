"""The outbox on SQLite: one file per stream, citizens' apart from the machine's."""

import threading
from collections.abc import Collection
from pathlib import Path
from uuid import uuid4

from edge_agent.clock import Clock, Reading
from edge_agent.contract.events import EventData
from edge_agent.contract.identity import DeviceId
from edge_agent.contract.streams import Stream
from edge_agent.device import Device
from edge_agent.outbox import Full, OutboxError
from edge_agent.outbox.database import make_folder
from edge_agent.outbox.doorbell import bell_of, ring
from edge_agent.outbox.limits import CLASS_OF, Class, Limits
from edge_agent.outbox.port import Identity
from edge_agent.outbox.relief import Relief
from edge_agent.outbox.row import check, row_of
from edge_agent.outbox.snapshots import SnapshotSpool
from edge_agent.outbox.stream import Status, StreamFile
from loket import log as logs

log = logs.get(__name__)

_READER = "uplink"


def stream_path(data: Path, stream: Stream) -> Path:
    """The file of `stream` in a device's data folder."""
    folder = "citizens" if stream is Stream.SUBMISSIONS else "machine"
    return data / "outbox" / folder / f"{stream.value}.db"


def snapshots_folder(data: Path) -> Path:
    """The snapshot spool in a device's data folder."""
    return data / "snapshots"


def open_outbox(
    device: Device, *, streams: Collection[Stream], clock: Clock, limits: Limits | None = None
) -> "SqliteOutbox":
    """Open the outbox of `device` for appending to `streams`.

    A full disk does not stop it: then appends raise Full until there is room. Raises OutboxError.
    """
    limits = limits or Limits()
    try:
        make_folder(device.data / "outbox")
        for stream in streams:
            make_folder(stream_path(device.data, stream).parent)
        return SqliteOutbox(device, streams=streams, clock=clock, limits=limits)
    except OSError as error:
        raise OutboxError(f"{error.filename}: {error.strerror}") from error


def open_relief(device: Device, *, clock: Clock, limits: Limits) -> tuple[Relief, list[StreamFile]]:
    """What eases a full disk, and the machine's streams that it uses, to be closed after use."""
    spool = SnapshotSpool(snapshots_folder(device.data), min_free_bytes=limits.floor(Class.SNAPSHOTS))
    files = {
        stream: StreamFile(stream_path(device.data, stream), stream=stream, limits=limits, clock=clock)
        for stream in (Stream.TELEMETRY, Stream.EVENTS)
    }
    relief = Relief(
        device.data / "outbox",
        limits=limits,
        evictors={
            Class.SNAPSHOTS: spool.evict,
            **{CLASS_OF[stream]: file.evict for stream, file in files.items() if file.path.parent.is_dir()},
        },
    )
    return relief, list(files.values())


class SqliteOutbox:
    """The appending side. Threads of one process may share it; several processes may each have one."""

    def __init__(self, device: Device, *, streams: Collection[Stream], clock: Clock, limits: Limits) -> None:
        self._device: DeviceId = device.id
        self._clock = clock
        self._limits = limits
        self._bell = bell_of(device.run, _READER)
        self._lock = threading.Lock()
        self._files = {
            stream: StreamFile(stream_path(device.data, stream), stream=stream, limits=limits, clock=clock)
            for stream in streams
        }
        self._relief, self._machine = open_relief(device, clock=clock, limits=limits)
        self._relief.keep_reserve()
        for stream, file in self._files.items():
            try:
                file.status()
            except Full as error:
                log.warning("outbox_full", stream=stream.value, cause=str(error))

    def append(
        self,
        data: EventData,
        *,
        event_id: str | None = None,
        subject: str | None = None,
        reading: Reading | None = None,
    ) -> Identity:
        """As `Outbox.append`."""
        stream = data.stream
        if stream is None or stream not in self._files:
            raise ValueError(f"{data.kind}: belongs to no stream that is open")
        row = row_of(
            data,
            event_id=str(uuid4()) if event_id is None else event_id,
            subject=subject,
            reading=reading or self._clock.read(),
        )
        check(row, device=self._device, stream=stream)
        with self._lock:
            if not self._above_floor(stream):
                raise Full(f"no room on the disk: {self._relief.free()} bytes are free")
            file = self._files[stream]
            try:
                incarnation, seq = file.append(row, keeps_id=event_id is not None)
            except Full:
                if not self._relief.let_reserve_go() and not self._relief.relieve():
                    raise
                self._relief.relieve()
                incarnation, seq = file.append(row, keeps_id=event_id is not None)
        ring(self._bell)
        return Identity(stream=stream, incarnation=incarnation, seq=seq, event_id=row.event_id)

    def room(self, stream: Stream) -> bool:
        """As `Outbox.room`."""
        if stream not in self._files:
            return False
        with self._lock:
            try:
                return self._above_floor(stream) and self._files[stream].fits()
            except OutboxError:
                return False

    def ease(self) -> bool:
        """Let the reserve go, so that on a full disk rows can leave; whether there was one.

        It is held back again by the next `room` or `append` that finds room for it.
        """
        return self._relief.let_reserve_go()

    def status(self, stream: Stream) -> Status:
        """What `stream` holds. Raises Full, OutboxError."""
        with self._lock:
            return self._files[stream].status()

    def close(self) -> None:
        """As `Outbox.close`."""
        with self._lock:
            for file in [*self._files.values(), *self._machine]:
                file.close()

    def _above_floor(self, stream: Stream) -> bool:
        """Whether the disk has room for this stream, after what comes before it has given way."""
        if self._relief.free() >= self._limits.floor(Class.SNAPSHOTS):
            self._relief.keep_reserve()
            return True
        self._relief.relieve()
        return self._relief.free() >= self._limits.floor(CLASS_OF[stream])
