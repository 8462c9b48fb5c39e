"""Server-sent events (WHATWG HTML, section 9.2), from the tail of the event table."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from fleet.web.tail import Tail

HEARTBEAT = b": alive\n\n"
"""A comment, so that a dead connection is noticed by both ends."""

PAGE = 100
"""How many messages are read at a time."""


@dataclass(frozen=True, slots=True)
class Message:
    """One event of a stream; `data` is sent as JSON. `id` is what the browser resumes from."""

    data: Any
    event: str | None = None
    id: int | None = None

    def encode(self) -> bytes:
        """As it travels."""
        head = f"event: {self.event}\n" if self.event else ""
        if self.id is not None:
            head += f"id: {self.id}\n"
        return f"{head}data: {json.dumps(self.data, separators=(',', ':'))}\n\n".encode()


class EventStream(StreamingResponse):
    """A response that follows the tail: `read` is asked, in a thread, for what is new since it last was.

    It is asked at every change, at least every `tick_s`, and again at once where it gave `PAGE` or more.
    """

    media_type = "text/event-stream"

    def __init__(self, tail: Tail, read: Callable[[], Sequence[Message]], *, tick_s: float) -> None:
        """Hold a place at the tail from the first byte to the last."""
        self._tail = tail
        super().__init__(
            self._messages(read, tick_s=tick_s),
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    async def _messages(
        self, read: Callable[[], Sequence[Message]], *, tick_s: float
    ) -> AsyncIterator[bytes]:
        yield b"retry: 2000\n\n"
        async for _ in self._tail.changes(tick_s=tick_s):
            messages = await run_in_threadpool(read)
            while len(messages) >= PAGE:
                yield b"".join(message.encode() for message in messages)
                messages = await run_in_threadpool(read)
            yield b"".join(message.encode() for message in messages) if messages else HEARTBEAT

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run for as long as the client listens."""
        with self._tail.place():
            await super().__call__(scope, receive, send)


def stream(tail: Tail, read: Callable[[], Sequence[Message]], *, tick_s: float) -> Response:
    """A stream, or 503 where as many follow as may."""
    if tail.full:
        return PlainTextResponse("too many live clients\n", status_code=503, headers={"retry-after": "10"})
    return EventStream(tail, read, tick_s=tick_s)
