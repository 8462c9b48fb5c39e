"""What became of a submission: on the page after it was filed, and later by its code."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from edge_agent.kiosk.services.service import N_
from edge_agent.kiosk.sessions import Filed, Session
from edge_agent.kiosk.web import paths
from edge_agent.kiosk.web.site import need_form, need_session, page, see, site_of, switched
from loket import codes

NOT_A_CODE = N_(
    "This is not a code of ours: it has eight letters and digits, such as K7QM-2XTD. "
    "Compare it with your note."
)
UNKNOWN_CODE = N_(
    "This kiosk does not know this code. Compare it with your note, or use the kiosk where you filed it."
)
WAIT = N_("Too many codes were tried. Wait %(seconds)s seconds and try again.")


async def filed(request: Request) -> Response:
    """It is saved: the code, what is known of it, and the way out."""
    session = need_session(request)
    if session.filed is None:
        return see(paths.resume(session))
    return await _status(request, session, session.filed, just_filed=True)


async def filed_form(request: Request) -> Response:
    """A button on that page."""
    session, form = await need_form(request)
    switched(session, form, site_of(request).settings)
    return see(paths.FILED)


async def ask_code(request: Request) -> Response:
    """Asks for a code."""
    session = need_session(request)
    notice, session.notice = session.notice, None
    return page(
        request, "track.html", session=session, flaw=notice, seconds=site_of(request).attempts.wait_s()
    )


async def look_up(request: Request) -> Response:
    """Look for a code. Guessing is slow: see `attempts`."""
    session, form = await need_form(request)
    site = site_of(request)
    if switched(session, form, site.settings):
        return see(paths.TRACK)
    if form.get("go") == "back":
        return see(paths.WELCOME)
    try:
        code = codes.read(form.get("code", "")[:64])
    except codes.NotACode:
        session.notice = NOT_A_CODE
        return see(paths.TRACK)
    if site.attempts.wait_s():
        session.notice = WAIT
        return see(paths.TRACK)
    submission = await site.desk.find(code)
    if submission is None:
        site.attempts.miss()
        session.notice = UNKNOWN_CODE
        return see(paths.TRACK)
    session.tracked = Filed(submission=submission, code=code)
    return see(paths.TRACKED)


async def tracked(request: Request) -> Response:
    """What became of the submission whose code was typed."""
    session = need_session(request)
    if session.tracked is None:
        return see(paths.TRACK)
    return await _status(request, session, session.tracked, just_filed=False)


async def tracked_form(request: Request) -> Response:
    """A button on that page."""
    session, form = await need_form(request)
    switched(session, form, site_of(request).settings)
    return see(paths.TRACKED)


async def filed_state(request: Request) -> Response:
    """The part of the page that changes, for its script. Asking does not lengthen the visit."""
    session = need_session(request, touch=False)
    return await _fragment(request, session, session.filed)


async def tracked_state(request: Request) -> Response:
    """As `filed_state`, for a code that was typed."""
    session = need_session(request, touch=False)
    return await _fragment(request, session, session.tracked)


async def _status(request: Request, session: Session, shown: Filed, *, just_filed: bool) -> Response:
    state = await site_of(request).desk.state(shown.submission)
    return page(
        request,
        "filed.html",
        session=session,
        code=shown.code,
        state=state,
        just_filed=just_filed,
        state_path=paths.FILED_STATE if just_filed else paths.TRACKED_STATE,
    )


async def _fragment(request: Request, session: Session, shown: Filed | None) -> Response:
    if shown is None:
        return Response(status_code=204)
    state = await site_of(request).desk.state(shown.submission)
    content = site_of(request).pages.render("_state.html", session.language, {"state": state})
    return HTMLResponse(content)
