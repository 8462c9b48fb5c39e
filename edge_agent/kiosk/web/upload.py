"""What a page's script sends as a file: bounded, in memory, overwritten once it is dealt with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import compare_digest

from starlette.requests import Request

from edge_agent.kiosk.sessions import Session
from edge_agent.kiosk.web.forms import TooLong
from edge_agent.kiosk.web.site import Forged, need_same_origin, need_session


@asynccontextmanager
async def uploaded(request: Request, *, most: int) -> AsyncIterator[tuple[Session, bytearray]]:
    """The visit and the body of a POST of at most `most` bytes, with the visit's token in X-CSRF.

    Raises Expired, Forged, TooLong.
    """
    need_same_origin(request)
    session = need_session(request)
    if not compare_digest(request.headers.get("x-csrf", "").encode(), session.csrf.encode()):
        raise Forged
    content = bytearray()
    try:
        async for chunk in request.stream():
            content += chunk
            if len(content) > most:
                raise TooLong(f"{most} bytes or more")
        yield session, content
    finally:
        content[:] = bytes(len(content))
