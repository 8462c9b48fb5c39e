"""The snapshot spool: JPEG files under their hash, until the fleet has them; the oldest give way."""

import contextlib
import hashlib
import os
from pathlib import Path

from edge_agent.outbox.database import free_bytes, make_folder
from loket import log as logs
from loket.files import write_atomically

log = logs.get(__name__)

_MIB = 1024 * 1024
_SUFFIX = ".jpg"


class SnapshotSpool:
    """A folder of snapshots, addressed by content. Several processes may use it at once."""

    def __init__(
        self,
        folder: Path,
        *,
        limit_bytes: int = 128 * _MIB,
        min_free_bytes: int = 64 * _MIB,
        keep_days: float = 7.0,
    ) -> None:
        self.folder = folder
        self._keep_s = keep_days * 86_400
        self._limit_bytes = limit_bytes
        self._min_free_bytes = min_free_bytes
        make_folder(folder)

    def put(self, jpeg: bytes) -> str | None:
        """Keep a snapshot durably; its SHA-256 in hex, or None where there is no room. Never raises."""
        name = hashlib.sha256(jpeg).hexdigest()
        path = self._path(name)
        try:
            if path.exists():
                return name
            if len(jpeg) > self._limit_bytes or free_bytes(self.folder) < self._min_free_bytes + len(jpeg):
                return None
            self._make_room(len(jpeg))
            write_atomically(path, jpeg, mode=self.folder.stat().st_mode & 0o660)  # for whom it lets in
        except OSError as error:
            log.warning("snapshot_not_kept", folder=str(self.folder), cause=error.strerror)
            return None
        return name

    def pending(self) -> list[str]:
        """The hashes of what waits, oldest first."""
        return [path.stem for _, _, path in self._files()]

    def read(self, sha256: str) -> bytes:
        """The snapshot's JPEG. Raises FileNotFoundError if it gave way meanwhile."""
        return self._path(sha256).read_bytes()

    def remove(self, sha256: str) -> None:
        """Forget a snapshot; nothing if it is gone already."""
        self._path(sha256).unlink(missing_ok=True)

    def evict(self) -> int:
        """Give up the oldest eighth (at least one); how many."""
        files = self._files()
        oldest = files[: (len(files) + 7) // 8]
        for _, _, path in oldest:
            path.unlink(missing_ok=True)
        return len(oldest)

    def expire(self, *, now: float, born: float) -> int:
        """Give up what has waited too long by `now` (s since 1970, to be trusted); how many.

        What seems to be older than `born`, before which nothing can have been written, was written while the
        clock was wrong: it counts as written now.
        """
        gone = 0
        for written_ns, _, path in self._files():
            with contextlib.suppress(OSError):
                if written_ns < born * 1e9:
                    os.utime(path)
                elif written_ns < (now - self._keep_s) * 1e9:
                    path.unlink()
                    gone += 1
        return gone

    def _make_room(self, more: int) -> None:
        files = self._files()
        held = sum(size for _, size, _ in files)
        for _, size, path in files:
            if held + more <= self._limit_bytes:
                return
            path.unlink(missing_ok=True)
            held -= size

    def _files(self) -> list[tuple[int, int, Path]]:
        found = []
        for path in self.folder.glob(f"[0-9a-f]*{_SUFFIX}"):
            with contextlib.suppress(FileNotFoundError):
                state = path.stat()
                found.append((state.st_mtime_ns, state.st_size, path))
        return sorted(found)

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise FileNotFoundError(f"{sha256!r} is not the SHA-256 of a snapshot")
        return self.folder / f"{sha256}{_SUFFIX}"


def waiting_in(folder: Path) -> int:
    """How many snapshots wait in `folder`, which need not exist."""
    return sum(1 for _ in folder.glob(f"[0-9a-f]*{_SUFFIX}"))
