"""A voice note on its way from the page into the visit: bounded, in memory, never a file."""

from secrets import compare_digest

from starlette.requests import Request
from starlette.responses import Response

from edge_agent.kiosk.voice_note import VoiceNote
from edge_agent.kiosk.web.forms import TooLong
from edge_agent.kiosk.web.site import Forged, need_form, need_same_origin, need_session

MOST_BYTES = 512 * 1024
"""A minute of Opus at 24 kbit/s is 180 KB; the browser takes that rate as a wish."""

MOST_S = 60
_EBML = b"\x1a\x45\xdf\xa3"
"""How every WebM file begins (RFC 8794, section 11.2.1)."""


async def record(request: Request) -> Response:
    """Keep a voice note with the visit, in place of the one before. 204; 415 if it is no WebM.

    Raises Expired, Forged, TooLong.
    """
    need_same_origin(request)
    session = need_session(request)
    if not compare_digest(request.headers.get("x-csrf", ""), session.csrf):
        raise Forged
    sound = bytearray()
    try:
        async for chunk in request.stream():
            sound += chunk
            if len(sound) > MOST_BYTES:
                raise TooLong(f"{MOST_BYTES} bytes or more")
        if request.headers.get("content-type") != "audio/webm" or not sound.startswith(_EBML):
            return Response(status_code=415)
        length = request.query_params.get("detik", "")
        length_s = min(max(int(length), 1), MOST_S) if length.isdecimal() else MOST_S
        session.record(VoiceNote(bytes(sound), length_s=length_s))
    finally:
        sound[:] = bytes(len(sound))
    return Response(status_code=204)


async def forget(request: Request) -> Response:
    """Wipe the visit's voice note. 204."""
    session, _ = await need_form(request)
    session.record(None)
    return Response(status_code=204)
