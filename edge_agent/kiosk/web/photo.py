"""The photo of a document on its way from the page into the visit: bounded, judged, never a file."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from edge_agent.kiosk.photo import Photo
from edge_agent.kiosk.services.service import Picture
from edge_agent.kiosk.sessions import Session
from edge_agent.kiosk.web.site import Expired, Site, need_session, session_of, site_of
from edge_agent.kiosk.web.upload import uploaded

MOST_BYTES = 512 * 1024
"""The page makes it 1,600 pixels long at most, and coarser until it fits."""

_SOI = b"\xff\xd8\xff"
"""How every JPEG begins: the start of the image, and the first byte of the next marker (ITU-T T.81, B.1)."""


async def keep(request: Request) -> Response:
    """Judge a photo and keep it with the visit, in place of the one before. 204; 415 if it is no JPEG.

    404 where the visit is asked for none. Raises Expired, Forged, TooLong.
    """
    site = site_of(request)
    async with uploaded(request, most=MOST_BYTES) as (session, jpeg):
        if not _is_asked(site, session):
            raise HTTPException(404)
        if request.headers.get("content-type") != "image/jpeg" or not jpeg.startswith(_SOI):
            return Response(status_code=415)
        verdict = await asyncio.to_thread(site.judge.judge, bytes(jpeg))
        if session_of(request, touch=False) is not session or not _is_asked(site, session):
            raise Expired  # they have left while it was judged
        session.photograph(Photo(jpeg, verdict=verdict))
    return Response(status_code=204)


async def show(request: Request) -> Response:
    """The visit's photo, for its own pages; 404 where there is none. Raises Expired."""
    photo = need_session(request, touch=False).photo
    if not photo:
        raise HTTPException(404)
    return Response(photo.read(), media_type="image/jpeg")


def _is_asked(site: Site, session: Session) -> bool:
    form = site.services.form(session.service)
    if form is None or session.filed is not None:
        return False
    return any(isinstance(question, Picture) for question in form.asked(session.answered))
