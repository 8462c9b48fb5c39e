"""What a page says, as sound. The text comes in a form's body, so no address and no log ever holds it."""

from starlette.requests import Request
from starlette.responses import Response

from edge_agent.kiosk.voice import Mute
from edge_agent.kiosk.web.forms import read_form
from edge_agent.kiosk.web.site import need_same_origin, site_of
from loket.log import get

log = get(__name__)

MOST_CHARACTERS = 2000


async def speak(request: Request) -> Response:
    """A WAV of the form's text in the form's language; 503 where the kiosk has no voice.

    It needs no visit: the first and the last page speak too, and it tells nothing that was not sent.
    """
    need_same_origin(request)
    form = await read_form(request)
    site = site_of(request)
    text, language = form.get("text", "")[:MOST_CHARACTERS].strip(), form.get("language", "")
    if not text or language not in site.settings.languages:
        return Response(status_code=400)
    try:
        sound = await site.fittings.voice.speak(text, language)
    except Mute as error:
        log.warning("mute", reason=str(error))
        return Response(status_code=503)
    return Response(sound, media_type="audio/wav")
