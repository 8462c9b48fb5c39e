"""Places where a model's file may be had: a folder, or an HTTP server that may cut the connection."""

import http.client
import random
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from edge_agent.model_store import ModelError
from edge_agent.model_store.manifest import Fetched

CHUNK_BYTES = 64 * 1024

Progress = Callable[[int, int], None]
"""Told the bytes that are there and the bytes that there will be."""


class Missing(ModelError):
    """A place does not have the file, or cannot give it; the text says why."""


class Place(Protocol):
    """Somewhere that a file of a model may be had."""

    @property
    def name(self) -> str:
        """What it is called in messages to a person."""

    def fetch(self, file: Fetched, *, part: Path, progress: Progress) -> None:
        """Append to `part` what it still lacks of `file`, never beyond the file's size.

        What `part` already holds is kept, so that a fetch that was cut goes on where it stopped.
        Raises Missing if the file cannot be had in full; OSError if `part` cannot be written.
        """

    def offers(self, file: Fetched, *, within_s: float) -> bool:
        """Whether it says within `within_s` that it has `file`; nothing is fetched."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A mirror on this machine's disk or a mounted one."""

    name: str
    root: Path

    def fetch(self, file: Fetched, *, part: Path, progress: Progress) -> None:
        """Copy `root/<file.mirror>`. Raises Missing; see `Place`."""
        source = self.root / file.mirror
        try:
            size = source.stat().st_size
            reader = source.open("rb")
        except FileNotFoundError:
            raise Missing(f"no file {source}") from None
        except OSError as error:
            raise Missing(f"{source}: {error.strerror}") from error
        with reader:
            if size != file.size:
                raise Missing(f"{source} has {size} bytes instead of {file.size}")
            with part.open("wb") as writer:
                held = 0
                while held < file.size and (chunk := reader.read(min(CHUNK_BYTES, file.size - held))):
                    writer.write(chunk)
                    held += len(chunk)
                    progress(held, file.size)

    def offers(self, file: Fetched, *, within_s: float) -> bool:  # noqa: ARG002 - a disk answers at once
        """Whether `root/<file.mirror>` is a file of the right size."""
        try:
            return (self.root / file.mirror).stat().st_size == file.size
        except OSError:
            return False


@dataclass(frozen=True, slots=True)
class Web:
    """An HTTP server; a download that is cut goes on where it stopped, as long as it makes progress."""

    name: str
    url_of: Callable[[Fetched], str]
    timeout_s: float = 20.0
    deadline_s: float = 1800.0
    fruitless_attempts: int = 3
    pause_s: float = 0.5
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    def fetch(self, file: Fetched, *, part: Path, progress: Progress) -> None:
        """GET with a byte range while bytes keep coming. Raises Missing; see `Place`."""
        url = self.url_of(file)
        give_up_at = time.monotonic() + self.deadline_s
        fruitless, reason = 0, ""
        while (held := _size(part)) < file.size:
            if fruitless >= self.fruitless_attempts:
                raise Missing(f"{url}: {reason} ({held} of {file.size} bytes are kept for the next try)")
            if time.monotonic() > give_up_at:
                raise Missing(f"{url}: not done within {self.deadline_s:.0f} s ({held} of {file.size} bytes)")
            if fruitless:
                time.sleep(self.pause_s * 2**fruitless * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
            try:
                self._append(url, file, part=part, held=held, progress=progress, give_up_at=give_up_at)
                reason = "the connection ended early"
            except urllib.error.HTTPError as error:
                with error:
                    if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
                        part.unlink(missing_ok=True)
                    elif error.code < 500:
                        raise Missing(f"{url}: HTTP {error.code} {error.reason}") from None
                    reason = f"HTTP {error.code} {error.reason}"
            except urllib.error.URLError as error:
                reason = str(error.reason)
            except (http.client.HTTPException, OSError) as error:
                reason = str(error) or type(error).__name__
            fruitless = 0 if _size(part) > held else fruitless + 1

    def offers(self, file: Fetched, *, within_s: float) -> bool:
        """Whether a HEAD is answered with the file's size, whatever stands between us and the server."""
        said: list[bool] = []
        # In a thread of its own, for a resolver without a network heeds no timeout of ours.
        asking = threading.Thread(
            target=lambda: said.append(self._says_yes(file, within_s)), name=f"ask {self.name}", daemon=True
        )
        asking.start()
        asking.join(within_s)
        return said == [True]

    def _says_yes(self, file: Fetched, timeout_s: float) -> bool:
        request = urllib.request.Request(  # noqa: S310 - scheme is ours
            self.url_of(file), method="HEAD", headers={"User-Agent": "loket"}
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout_s, context=self.tls) as answer:  # noqa: S310
                return bool(answer.headers.get("Content-Length") == str(file.size))
        except (http.client.HTTPException, OSError):  # a URLError is an OSError
            return False

    def _append(
        self, url: str, file: Fetched, *, part: Path, held: int, progress: Progress, give_up_at: float
    ) -> None:
        request = urllib.request.Request(url, headers={"User-Agent": "loket"})  # noqa: S310 - scheme is ours
        if held:
            request.add_header("Range", f"bytes={held}-")
        with urllib.request.urlopen(request, timeout=self.timeout_s, context=self.tls) as answer:  # noqa: S310
            resumed = answer.status == http.client.PARTIAL_CONTENT
            if resumed and not str(answer.headers.get("Content-Range", "")).startswith(f"bytes {held}-"):
                raise http.client.HTTPException("the server answered another range than was asked for")
            at = held if resumed else 0
            with part.open("ab" if resumed else "wb") as writer:
                while at < file.size and (chunk := answer.read1(min(CHUNK_BYTES, file.size - at))):
                    writer.write(chunk)
                    at += len(chunk)
                    progress(at, file.size)
                    if time.monotonic() > give_up_at:
                        return


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
