"""Rows as the ingest would have written them."""

import base64
import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from nacl.public import PublicKey, SealedBox
from sqlalchemy import Engine, insert, select

from edge_agent.contract.events import (
    Box,
    CommandFinished,
    EventData,
    Health,
    SubmissionCreated,
    TrackEnded,
    TrackStarted,
)
from fleet.layout import Layout
from fleet.snapshots.store import SnapshotStore
from fleet.store.engine import writing
from fleet.store.tables import devices, events, presence, refused, snapshots, streams
from loket.files import private_folder


@dataclass(slots=True)
class Seeds:
    """Writes rows; each method is one thing that happened, and returns what names it."""

    engine: Engine
    layout: Layout
    region: str = "17.07"
    _seqs: dict[str, int] = field(default_factory=dict)
    _incarnations: dict[tuple[str, str], str] = field(default_factory=dict)

    def device(self, name: str, *, label: str = "", region: str | None = None, **columns: Any) -> str:
        """A device was enrolled; `columns` as in the table."""
        with writing(self.engine) as connection:
            connection.execute(
                insert(devices).values(
                    {
                        "name": name,
                        "region": region or self.region,
                        "label": label,
                        "enrolled_at": time.time() - 86_400,
                        "certificate_expires_at": time.time() + 50 * 86_400,
                        **columns,
                    }
                )
            )
        return name

    def heard(self, device: str, *, online: bool | None = True, age_s: float = 1.0) -> None:
        """The device's connection is `online`, and its last proof of life is `age_s` old."""
        at = time.time() - age_s
        with writing(self.engine) as connection:
            connection.execute(presence.delete().where(presence.c.device == device))
            connection.execute(
                insert(presence).values(
                    device=device,
                    online=online,
                    session=1,
                    version_installed="0.1.0",
                    changed_at=at,
                    proof_at=at,
                )
            )

    def event(
        self,
        device: str,
        data: EventData,
        *,
        time_s: float | None = None,
        clock_trusted: bool = True,
        subject: str | None = None,
    ) -> int:
        """An event was stored; returns its position."""
        stream = data.stream or "events"
        incarnation = self._incarnations.setdefault((device, stream), str(uuid4()))
        seq = self._seqs[incarnation] = self._seqs.get(incarnation, 0) + 1
        now, text = time.time(), json.dumps(data.model_dump(mode="json"))
        with writing(self.engine) as connection:
            region = connection.execute(select(devices.c.region).where(devices.c.name == device)).scalar_one()
            done = connection.execute(
                insert(events).values(
                    device=device, region=region, incarnation=incarnation, stream=stream, seq=seq,
                    id=str(uuid4()), kind=data.kind, subject=subject, time=now if time_s is None else time_s,
                    clock_trusted=clock_trusted, received_at=now, data=text,
                ).returning(events.c.position)
            )  # fmt: skip
            return int(done.scalar_one())

    def seen(
        self,
        device: str,
        *,
        label: str = "person",
        snapshot: str | None = None,
        camera: str = "camera-1",
        **how: Any,
    ) -> int:
        """A track started."""
        box = Box(left=0.35, top=0.2, right=0.6, bottom=0.9)
        data = TrackStarted(
            camera=camera, track=1, run="0a1b2c3d", label=label, score=0.87, box=box, snapshot=snapshot
        )
        return self.event(device, data, **how)

    def left(self, device: str, *, label: str = "person", camera: str = "camera-1", **how: Any) -> int:
        """A track ended."""
        box = Box(left=0.7, top=0.2, right=0.95, bottom=0.9)
        data = TrackEnded(
            camera=camera,
            track=1,
            run="0a1b2c3d",
            label=label,
            score=0.91,
            box=box,
            duration_s=4.25,
            frames=21,
        )
        return self.event(device, data, **how)

    def health(self, device: str, *, unit: str = "vision", reasons: list[str] | None = None) -> int:
        """A unit told how it fares; with reasons it is degraded."""
        status = "degraded" if reasons else "ok"
        data = Health.model_validate(
            {"unit": unit, "status": status, "reasons": reasons or [], "metrics": {}}
        )
        return self.event(device, data)

    def finished(self, device: str, command: str, *, outcome: str = "done") -> int:
        """A command's outcome came back."""
        return self.event(
            device, CommandFinished.model_validate({"command": command, "outcome": outcome, "reason": ""})
        )

    def submission(self, device: str, document: dict[str, Any], *, key: bytes | None = None) -> str:
        """A citizen filed something, sealed to the fleet's intake key (or to `key`); returns its UUID."""
        public = key or base64.b64decode(self.layout.intake_public_key.read_text().strip())
        sealed = SealedBox(PublicKey(public)).encrypt(json.dumps(document).encode())
        data = SubmissionCreated(
            submission=str(uuid4()),
            service="complaint",
            sealed=base64.b64encode(sealed).decode(),
            intake_key=hashlib.sha256(public).hexdigest(),
            consent_version="2026-01",
        )
        self.event(device, data)
        return data.submission

    def picture(self, device: str, jpeg: bytes) -> str:
        """A picture arrived; returns its SHA-256."""
        sha256 = hashlib.sha256(jpeg).hexdigest()
        private_folder(self.layout.snapshots)
        if SnapshotStore(self.layout.snapshots).put(jpeg, sha256=sha256):
            with writing(self.engine) as connection:
                connection.execute(
                    insert(snapshots).values(
                        sha256=sha256, device=device, bytes=len(jpeg), received_at=time.time()
                    )
                )
        return sha256

    def refusal(self, *, topic: str, reason: str, device: str | None = None) -> None:
        """A message was kept aside."""
        payload = b"{"
        with writing(self.engine) as connection:
            connection.execute(
                insert(refused).values(
                    topic=topic, device=device, reason=reason, bytes=len(payload), payload=payload,
                    sha256=hashlib.sha256(payload).hexdigest(), received_at=time.time(),
                )
            )  # fmt: skip

    def stream(
        self, device: str, *, through: int, also: list[tuple[int, int]], stream: str = "events"
    ) -> None:
        """A stream is settled so far."""
        with writing(self.engine) as connection:
            connection.execute(
                insert(streams).values(
                    device=device, incarnation=str(uuid4()), stream=stream, through=through,
                    also=json.dumps(also), last_received_at=time.time(),
                )
            )  # fmt: skip
