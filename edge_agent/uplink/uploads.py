"""Snapshots on their way: HTTPS PUT under their hash, in a thread of its own so that MQTT never waits."""

import contextlib
import http.client
import random
import threading
from urllib.parse import urlsplit

from edge_agent.contract.identity import DeviceId
from edge_agent.outbox.snapshots import SnapshotSpool
from edge_agent.uplink import Unreachable
from edge_agent.uplink.settings import UplinkSettings
from edge_agent.uplink.tls import ClampedContext, explain
from edge_agent.uplink.turns import retry_in_s
from loket import log as logs

log = logs.get(__name__)

_LOOK_EVERY_S = 2.0
_TIMEOUT_S = 30.0
_DROPPED = {403: "forbidden", 413: "too large", 422: "wrong hash or type"}


class Uploads:
    """The thread that empties the spool. Start it once; `close` waits for it."""

    def __init__(
        self, spool: SnapshotSpool, *, device: DeviceId, settings: UplinkSettings, context: ClampedContext
    ) -> None:
        self.uploaded = 0
        self.dropped = 0
        self.trouble = ""
        self._spool = spool
        self._settings = settings
        self._context = context
        self._address = urlsplit(settings.fleet_url)
        self._path = f"{self._address.path}/snapshots/{device.name}"
        self._wake = threading.Event()
        self._stopping = False
        self._failures = 0
        self._connection: http.client.HTTPSConnection | None = None
        self._thread = threading.Thread(target=self._run, name="uploads", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look into the spool now."""
        if not self._failures:
            self._wake.set()

    def close(self, *, within_s: float = 5.0) -> None:
        """Stop; an upload under way is cut off after `within_s`."""
        self._stopping = True
        self._wake.set()
        self._thread.join(within_s)

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._empty()
                self._failures = 0
                self._say("")
                wait_s = _LOOK_EVERY_S
            except (Unreachable, OSError) as error:
                self._failures += 1
                self._say(str(error))
                wait_s = retry_in_s(
                    self._failures,
                    least_s=self._settings.reconnect_min_s,
                    most_s=self._settings.reconnect_max_s,
                    chance=random.random(),  # noqa: S311 - spreads load, hides nothing
                )
            self._hang_up()
            self._wake.wait(wait_s)
            self._wake.clear()

    def _empty(self) -> None:
        for name in self._spool.pending():
            if self._stopping:
                return
            try:
                jpeg = self._spool.read(name)
            except FileNotFoundError:
                continue  # it gave way meanwhile
            status = self._put(name, jpeg)
            if status in (200, 201):
                self.uploaded += 1
            elif status in _DROPPED:
                self.dropped += 1
                log.error("snapshot_dropped", snapshot=name, status=status, cause=_DROPPED[status])
            else:
                raise Unreachable(f"the fleet answers {status} to snapshots")
            self._spool.remove(name)

    def _put(self, name: str, jpeg: bytes) -> int:
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(
                self._address.hostname or "",
                self._address.port or 443,
                timeout=_TIMEOUT_S,
                context=self._context,
            )
        try:
            self._connection.request(
                "PUT", f"{self._path}/{name}", body=jpeg, headers={"Content-Type": "image/jpeg"}
            )
            response = self._connection.getresponse()
            response.read(64 * 1024)
        except (OSError, http.client.HTTPException) as error:
            self._hang_up()
            why = (
                explain(error, ca=self._settings.ca)
                if isinstance(error, OSError)
                else str(error) or type(error).__name__
            )
            raise Unreachable(f"{self._settings.fleet_url}: {why}") from error
        if response.will_close or not response.isclosed():
            self._hang_up()
        return response.status

    def _hang_up(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.close()
            self._connection = None

    def _say(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            if trouble:
                log.warning("snapshots_wait", cause=trouble)
            else:
                log.info("snapshots_flow")
