"""Load on a site, and the oracle that holds its outcome against what was promised."""

import json
import time
from collections import defaultdict
from pathlib import Path
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from demo.site import Site
from edge_agent.clock import SystemClock
from edge_agent.contract.envelope import Envelope
from edge_agent.contract.events import Box, EventData, Health, SubmissionCreated, TrackStarted
from edge_agent.contract.streams import Stream
from edge_agent.device import load_device
from edge_agent.outbox.port import Identity
from edge_agent.outbox.store import open_outbox
from fleet.store.engine import open_store
from fleet.store.tables import events
from loket.codes import code_of, shown
from loket.worker import Worker
from tests.kiosk.unit import Visitor


def track(number: int) -> TrackStarted:
    """An event of usual size."""
    box = Box(left=0.1, top=0.2, right=0.3, bottom=0.9)
    return TrackStarted(camera="load", track=number, run="00000000", label="person", score=0.5, box=box)


def submission() -> SubmissionCreated:
    """A submission whose sealed part is as long as a page of text."""
    return SubmissionCreated(
        submission=str(uuid4()),
        service="complaint",
        sealed="A" * 2000,
        intake_key="0" * 64,
        consent_version="1",
    )


class Load(Worker):
    """A thread that appends to a device's outbox and remembers every append that returned."""

    def __init__(self, site: Site, *, per_s: float, limit: int = 100_000) -> None:
        """Every fifth event is telemetry, every tenth a submission."""
        self.appended: list[Identity] = []
        self._device = load_device(site.layout.settings)
        self._per_s = per_s
        self._limit = limit
        super().__init__(name="load", stop_within_s=30)

    def work(self) -> None:
        outbox = open_outbox(self._device, streams=set(Stream), clock=SystemClock())
        started = time.monotonic()
        try:
            for number in range(1, self._limit + 1):
                if self.stopping.wait(max(0.0, started + number / self._per_s - time.monotonic())):
                    return
                self.appended.append(outbox.append(_nth(number)))
        finally:
            outbox.close()


def _nth(number: int) -> EventData:
    if number % 10 == 0:
        return submission()
    if number % 5 == 0:
        return Health(unit="kiosk", status="ok", metrics={"load": number})
    return track(number)


class Citizens(Worker):
    """A thread that files one complaint after the other, and remembers the codes that the kiosk promised."""

    def __init__(self, port: int) -> None:
        """`promised` are the codes of the pages that said that a complaint is saved."""
        self.promised: list[str] = []
        self._url = f"http://127.0.0.1:{port}"
        super().__init__(name="citizens", stop_within_s=30)

    def work(self) -> None:
        while not self.stopping.wait(0.1):
            try:
                self.promised.append(file_complaint(self._url))
            except (httpx.HTTPError, AssertionError):
                continue  # the kiosk was killed in the middle: nothing was promised


def file_complaint(url: str, *, text: str = "Lampu jalan padam.") -> str:
    """Go through the kiosk's pages as a citizen would; the code on the last one."""
    client = httpx.Client(base_url=url, follow_redirects=True, timeout=10)
    with Visitor(client=client) as visitor:
        return visitor.write(text).consent().code


def assert_all_stored_once_in_order(
    site: Site, appended: list[Identity], *, promised: list[str] | None = None
) -> None:
    """Every append that returned is stored exactly once; each stream's numbers have no gap and no repeat.

    So is the submission of every code that was `promised`.
    """
    engine = open_store(f"sqlite:///{site.layout.fleet / 'fleet.db'}")
    try:
        with engine.connect() as connection:
            rows = connection.execute(
                select(events.c.id, events.c.incarnation, events.c.seq, events.c.kind).order_by(
                    events.c.position
                )
            ).all()
    finally:
        engine.dispose()
    ids = [row.id for row in rows]
    filed = {shown(code_of(UUID(row.id))) for row in rows if row.kind == "kiosk.submission.created"}
    assert set(promised or []) <= filed, "the kiosk promised what the fleet does not have"
    lost = {identity.event_id for identity in appended} - set(ids)
    assert not lost, f"{len(lost)} of {len(appended)} lost"
    assert len(ids) == len(set(ids)), f"{len(ids) - len(set(ids))} duplicated"
    streams: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        streams[row.incarnation].append(row.seq)
    for incarnation, seqs in streams.items():
        assert sorted(seqs) == list(range(1, len(seqs) + 1)), f"stream {incarnation} has gaps"
    by_id = {row.id: row for row in rows}
    for identity in appended:
        row = by_id[identity.event_id]
        assert (row.incarnation, row.seq) == (identity.incarnation, identity.seq)


def assert_order_kept(received: list[Envelope]) -> None:
    """In each stream the numbers that were not seen before only grow."""
    newest: dict[str, int] = defaultdict(int)
    seen: set[tuple[str, int]] = set()
    for event in received:
        assert event.incarnation is not None
        assert event.seq is not None
        key = (event.incarnation, event.seq)
        assert event.seq > newest[event.incarnation] or key in seen, f"{event.kind} {event.seq} came late"
        newest[event.incarnation] = max(newest[event.incarnation], event.seq)
        seen.add(key)


def json_lines(path: Path) -> list[dict[str, object]]:
    """The structured lines of a process's log; lines that are not JSON are left out."""
    lines = []
    for line in path.read_text(errors="replace").splitlines():
        try:
            document = json.loads(line)
        except ValueError:
            continue
        if isinstance(document, dict):
            lines.append(document)
    return lines
