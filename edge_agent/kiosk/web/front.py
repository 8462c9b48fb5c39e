"""The first page, the last page, and what belongs to a visit as a whole."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from edge_agent.kiosk.look import Look
from edge_agent.kiosk.services.service import Form, Shelf
from edge_agent.kiosk.web import paths, slips
from edge_agent.kiosk.web.forms import read_form
from edge_agent.kiosk.web.site import (
    give_cookie,
    need_form,
    need_same_origin,
    need_session,
    page,
    see,
    session_of,
    site_of,
    switched,
    take_cookie,
)


async def welcome(request: Request) -> Response:
    """The first page: what one can do here, in which language."""
    session = session_of(request, touch=False)
    site = site_of(request)
    has_room = await site.desk.has_room()
    response = page(
        request,
        "welcome.html",
        session=session,
        services=[service for service in site.services if has_room or isinstance(service, Shelf)],
        emergencies=site.hall.region.file.emergencies,
        has_room=has_room,
    )
    if session is None and request.cookies:
        take_cookie(response)
    return response


async def start(request: Request) -> Response:
    """A choice on the first page. It needs no token: all it does is to begin an empty visit."""
    need_same_origin(request)
    site = site_of(request)
    form = await read_form(request)
    session = session_of(request) or site.sessions.open(site.settings.default_language)
    service = site.services.named(form.get("go", ""))
    if switched(session, form, site.settings):
        response = see(paths.WELCOME)
    elif form.get("go") == "track":
        response = see(paths.TRACK)
    elif isinstance(service, Shelf):
        session.pages.pop(service.name, None)
        response = see(paths.shelf(service))
    elif not isinstance(service, Form) or not await site.desk.has_room():
        response = see(paths.WELCOME)
    elif session.filed is not None:
        response = see(paths.FILED)
    else:
        session.begin(service.name)
        response = see(paths.question(service, service.questions[0]))
    give_cookie(response, session)
    return response


async def finish(request: Request) -> Response:
    """Wipe the visit, from wherever it is."""
    session, _ = await need_form(request)
    goodbye = paths.in_language(paths.FINISHED, session.language, session.look)
    site_of(request).sessions.end(session)
    await slips.purge(site_of(request))
    response = see(goodbye)
    take_cookie(response)
    return response


async def finished(request: Request) -> Response:
    """The last page: nothing of the person is left."""
    return _last_page(request, expired=False)


async def expired(request: Request) -> Response:
    """What is shown when a visit has run out of time."""
    response = _last_page(request, expired=True)
    if session_of(request, touch=False) is None:
        take_cookie(response)
    return response


def _last_page(request: Request, *, expired: bool) -> Response:
    return page(
        request,
        "finished.html",
        language=_asked_language(request),
        look=Look.of(request.query_params.get("tampil", "")),
        elsewhere=_elsewhere(request),
        expired=expired,
    )


def _elsewhere(request: Request) -> str:
    """The last page under the kiosk's other name (localhost), once; empty where no screen is watched.

    Another site gets another process of the browser, and the one that drew what was written ends.
    """
    site = site_of(request)
    others = sorted(site.origins - {request.headers.get("host", "")})
    if site.settings.screen is None or not others or "bersih" in request.query_params:
        return ""
    query = f"{request.url.query}&bersih=1" if request.url.query else "bersih=1"
    return f"http://{others[0]}{request.url.path}?{query}"


def _asked_language(request: Request) -> str | None:
    """The language that the address names, if it is one of ours: no visit is left to remember it."""
    named = request.query_params.get("bahasa")
    return named if named in site_of(request).settings.languages else None


async def extend(request: Request) -> Response:
    """The person is still there: give them the full time again."""
    session, form = await need_form(request)
    if form.get("go") == "page":
        return see(paths.resume(session, site_of(request).services))
    return JSONResponse({"left_s": site_of(request).sessions.left_s(session)})


async def left(request: Request) -> Response:
    """How long the visit lasts; asking does not lengthen it."""
    session = session_of(request, touch=False)
    seconds = 0.0 if session is None else site_of(request).sessions.left_s(session)
    return JSONResponse({"left_s": seconds})


async def warning(request: Request) -> Response:
    """Asks whether the person is still there: for a browser without scripts, which comes here by itself."""
    session = need_session(request, touch=False)
    return page(request, "warning.html", session=session)


async def healthz(request: Request) -> Response:
    """200 while submissions are accepted, else 503."""
    has_room = await site_of(request).desk.has_room()
    return PlainTextResponse("ok\n" if has_room else "no room for submissions\n", 200 if has_room else 503)
