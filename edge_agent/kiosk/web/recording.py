"""A voice note on its way from the page into the visit: bounded, in memory, never a file."""

from starlette.requests import Request
from starlette.responses import Response

from edge_agent.kiosk.voice_note import VoiceNote
from edge_agent.kiosk.web.site import need_form
from edge_agent.kiosk.web.upload import uploaded

MOST_BYTES = 512 * 1024
"""A minute of Opus at 24 kbit/s is 180 KB; the browser takes that rate as a wish."""

MOST_S = 60
_EBML = b"\x1a\x45\xdf\xa3"
"""How every WebM file begins (RFC 8794, section 11.2.1)."""


async def record(request: Request) -> Response:
    """Keep a voice note with the visit, in place of the one before. 204; 415 if it is no WebM.

    Raises Expired, Forged, TooLong.
    """
    async with uploaded(request, most=MOST_BYTES) as (session, sound):
        if request.headers.get("content-type") != "audio/webm" or not sound.startswith(_EBML):
            return Response(status_code=415)
        length = request.query_params.get("detik", "")
        length_s = min(max(int(length), 1), MOST_S) if length.isdecimal() else MOST_S
        session.record(VoiceNote(sound, length_s=length_s))
    return Response(status_code=204)


async def forget(request: Request) -> Response:
    """Wipe the visit's voice note. 204."""
    session, _ = await need_form(request)
    session.record(None)
    return Response(status_code=204)
