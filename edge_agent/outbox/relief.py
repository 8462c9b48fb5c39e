"""Relief of a full disk: snapshots go first, then telemetry, then events; a reserve makes it possible."""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from edge_agent.outbox import Full, OutboxError
from edge_agent.outbox.database import free_bytes
from edge_agent.outbox.limits import Class, Limits
from loket import log as logs

log = logs.get(__name__)


class Relief:
    """What this process can give up, and the reserve file in `folder`.

    `evictors` give up one portion of their class and tell how much it was (0: nothing is left).
    """

    def __init__(self, folder: Path, *, limits: Limits, evictors: dict[Class, Callable[[], int]]) -> None:
        self._folder = folder
        self._limits = limits
        self._evictors = evictors
        self._reserve = folder / "reserve"

    def free(self) -> int:
        """Free space on the disk, in bytes."""
        return free_bytes(self._folder)

    def relieve(self) -> bool:
        """Evict until every class is above its floor or empty; whether anything was given up.

        One process at a time does this; another that comes meanwhile goes on. Never raises for a full disk.
        """
        with self._alone() as alone:
            if not alone:
                return False
            given_up = False
            for kind in self._limits.given_up(self.free()):
                while self.free() < self._limits.floor(kind):
                    count = self._evict(kind)
                    if not count:
                        break
                    given_up = True
                    log.warning("outbox_evicted", what=kind.value, count=count, free_bytes=self.free())
            self.keep_reserve()
            return given_up

    def keep_reserve(self) -> None:
        """Hold the reserve back again, unless citizens need that room now that nothing else can give way."""
        size = self._limits.reserve_bytes
        if self._reserve.exists() or self.free() < self._limits.floor(Class.SUBMISSIONS) + size:
            return
        descriptor = os.open(self._reserve, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, size)
        except OSError:
            self._reserve.unlink(missing_ok=True)
        finally:
            os.close(descriptor)

    def let_reserve_go(self) -> bool:
        """Give the reserve to whoever needs to write now; whether there was one."""
        try:
            self._reserve.unlink()
        except OSError:
            return False
        return True

    def _evict(self, kind: Class) -> int:
        """One portion of `kind`; with the reserve's help where the disk is too full even to delete."""
        evict = self._evictors.get(kind)
        if evict is None:
            return 0
        for _ in range(2):
            try:
                return evict()
            except Full:
                if not self.let_reserve_go():
                    return 0
            except OutboxError as error:
                log.warning("outbox_cannot_evict", what=kind.value, cause=str(error))
                return 0
        return 0

    @contextlib.contextmanager
    def _alone(self) -> Iterator[bool]:
        try:
            descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            yield False
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            yield False
            return
        try:
            yield True
        finally:
            os.close(descriptor)
