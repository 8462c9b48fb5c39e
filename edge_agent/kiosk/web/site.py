"""The site: what every handler needs, and the few things that they all do."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from edge_agent.kiosk.attempts import Attempts
from edge_agent.kiosk.desk import Desk
from edge_agent.kiosk.document_photo import Judge
from edge_agent.kiosk.fittings import Fittings
from edge_agent.kiosk.look import PLAIN, Look
from edge_agent.kiosk.receipts.issuing import Issuer
from edge_agent.kiosk.sealing import IntakeKey
from edge_agent.kiosk.services import Services
from edge_agent.kiosk.services.hall import Hall
from edge_agent.kiosk.sessions import Session, Sessions
from edge_agent.kiosk.settings import KioskSettings
from edge_agent.kiosk.suggest import Suggester
from edge_agent.kiosk.web.forms import read_form
from edge_agent.kiosk.web.pages import Pages
from loket.strings import choose

COOKIE = "loket"
OFFLINE_AFTER_S = 5.0
"""What has not left the kiosk in so long is told as having no connection."""


class Expired(Exception):
    """A request belongs to a session that is over."""


class Forged(Exception):
    """A form does not carry its session's token, or comes from another site."""


@dataclass(frozen=True, slots=True)
class Site:
    """The kiosk's parts, as the handlers use them; `origins` are the addresses under which it is reached."""

    settings: KioskSettings
    sessions: Sessions
    attempts: Attempts
    desk: Desk
    intake: IntakeKey
    pages: Pages
    hall: Hall
    services: Services
    suggester: Suggester
    issuer: Issuer
    origins: frozenset[str]
    fittings: Fittings = field(default_factory=Fittings)
    judge: Judge = field(default_factory=Judge)


def site_of(request: Request) -> Site:
    """The site that a request is for."""
    site: Site = request.app.state.site
    return site


def session_of(request: Request, *, touch: bool = True) -> Session | None:
    """The request's session if it is alive; a page or a form gives it the full time again."""
    site = site_of(request)
    session = site.sessions.find(request.cookies.get(COOKIE))
    if session is not None and touch:
        site.sessions.touch(session)
    return session


def need_session(request: Request, *, touch: bool = True) -> Session:
    """The request's session. Raises Expired."""
    session = session_of(request, touch=touch)
    if session is None:
        raise Expired
    return session


async def need_form(request: Request) -> tuple[Session, dict[str, str]]:
    """The session and the form of a POST. Raises Expired, Forged, TooLong, NotAForm."""
    need_same_origin(request)
    session = session_of(request)
    form = await read_form(request)
    if session is None:
        raise Expired
    if form.get("csrf") != session.csrf:
        raise Forged
    return session, form


def need_same_origin(request: Request) -> None:
    """Refuse a POST that another site's page makes the browser send. Raises Forged."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc not in site_of(request).origins:
        raise Forged
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forged


def language_of(request: Request, session: Session | None) -> str:
    """The language to answer in."""
    return session.language if session is not None else site_of(request).settings.default_language


def switched(session: Session, form: dict[str, str], settings: KioskSettings) -> bool:
    """Whether the form's button asks for another language or look; if so, the visit has it from now on."""
    wanted = form.get("go", "")
    look = session.look.asked(wanted)
    if look is not None:
        session.look = look
        return True
    if wanted not in settings.languages:
        return False
    session.language = choose(wanted, default=settings.default_language)
    return True


def page(
    request: Request,
    template: str,
    *,
    session: Session | None = None,
    status: int = 200,
    language: str | None = None,
    look: Look | None = None,
    **values: Any,
) -> HTMLResponse:
    """The rendered page. It carries its session's token and how long the session lasts.

    `language` and `look` are for a page that belongs to no visit: a visit has its own.
    """
    site = site_of(request)
    content = site.pages.render(
        template,
        language or language_of(request, session),
        {
            "csrf": session.csrf if session else "",
            "recording": session.recording if session else None,
            "photo": session.photo if session else None,
            "look": look or (session.look if session else PLAIN),
            "started": session is not None and session.started,
            "left_s": int(site.sessions.left_s(session)) if session else 0,
            "warning_s": int(site.settings.warning_s),
            "action": request.url.path,
            **values,
        },
    )
    return HTMLResponse(content, status_code=status)


def see(path: str) -> RedirectResponse:
    """Go on to another page (by GET)."""
    return RedirectResponse(path, status_code=303)


def give_cookie(response: Response, session: Session) -> None:
    """Tie the browser to its session until it is closed."""
    response.set_cookie(COOKIE, session.token, httponly=True, samesite="strict", path="/")


def take_cookie(response: Response) -> None:
    """Untie the browser from any session, and have it forget what it may have kept of the pages."""
    response.delete_cookie(COOKIE, httponly=True, samesite="strict", path="/")
    response.headers["clear-site-data"] = '"cache", "storage"'
