"""The devices' door for pictures: `PUT /snapshots/<device>/<sha256>`.

201 kept, 200 was there, 403 not this device's to put, 413 too large, 422 not what its name says, 507 no room.
"""

import asyncio
import time
from collections.abc import Callable

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fleet.snapshots.peer import PEER
from fleet.snapshots.store import MAX_BYTES, NoRoom, NotAPicture, SnapshotStore, is_hash
from fleet.store import devices as known_devices
from fleet.store.engine import writing
from fleet.store.tables import snapshots
from loket import log

_log = log.get(__name__)

UPLOAD_WITHIN_S = 60.0
"""How long a picture may take to arrive, over the slowest line."""


class Door:
    """Takes pictures from devices that proved who they are."""

    def __init__(self, engine: Engine, store: SnapshotStore, *, now: Callable[[], float] = time.time) -> None:
        """`now` tells s since 1970, UTC."""
        self._engine = engine
        self._store = store
        self._now = now

    def app(self) -> Starlette:
        """The ASGI application; it expects the peer's common name in the scope's state."""
        return Starlette(routes=[Route("/snapshots/{device}/{sha256}", self._put, methods=["PUT"])])

    async def _put(self, request: Request) -> Response:
        device, sha256 = request.path_params["device"], request.path_params["sha256"]
        peer = getattr(request.state, PEER, None)
        why = await run_in_threadpool(self._why_not, peer, device)
        if why is not None:
            _log.warning("snapshot_refused", peer=peer, device=device[:64], why=why)
            return _answer(403, why)
        if not is_hash(sha256):
            return _answer(422, "the path names no SHA-256 in hexadecimal")
        if int(request.headers.get("content-length") or 0) > MAX_BYTES:
            return self._refuse(413, peer, f"larger than {MAX_BYTES} bytes")
        try:
            async with asyncio.timeout(UPLOAD_WITHIN_S):
                jpeg = await _body(request)
        except TimeoutError:
            return self._refuse(408, peer, f"not here within {UPLOAD_WITHIN_S:.0f} s")
        except ClientDisconnect:
            return _answer(400, "the connection ended within the picture")
        if jpeg is None:
            return self._refuse(413, peer, f"larger than {MAX_BYTES} bytes")
        try:
            new = await run_in_threadpool(self._keep, device, sha256, jpeg)
        except NotAPicture as error:
            return self._refuse(422, peer, str(error))
        except NoRoom as error:
            return self._refuse(507, peer, str(error))
        return _answer(201, "kept") if new else _answer(200, "was there")

    def _why_not(self, peer: str | None, device: str) -> str | None:
        if peer != device:
            return "the certificate is of another device"
        with self._engine.connect() as connection:
            row = known_devices.find(connection, device)
        if row is None:
            return "the device is not enrolled"
        return "the device's certificate is revoked" if row.revoked_at is not None else None

    def _keep(self, device: str, sha256: str, jpeg: bytes) -> bool:
        new = self._store.put(jpeg, sha256=sha256)
        try:
            with writing(self._engine) as connection:
                if connection.execute(select(snapshots.c.sha256).where(snapshots.c.sha256 == sha256)).first():
                    return new
                connection.execute(
                    insert(snapshots).values(
                        sha256=sha256, device=device, bytes=len(jpeg), received_at=self._now()
                    )
                )
        except IntegrityError:  # another worker was quicker
            return new
        except (
            OperationalError
        ) as error:  # locked, or no room: the picture stands, its row comes with a repeat
            raise NoRoom(f"database: {error.orig}") from error
        return new

    def _refuse(self, status: int, peer: str | None, why: str) -> Response:
        _log.warning("snapshot_refused", peer=peer, why=why)
        return _answer(status, why)


async def _body(request: Request) -> bytes | None:
    """The body, or None as soon as it grows beyond the limit."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)


def _answer(status: int, text: str) -> Response:
    """Plain text. Of a body that was not read, uvicorn drops the rest, so that the device gets the answer."""
    return PlainTextResponse(f"{text}\n", status_code=status)
