"""The web app: its addresses, and a kind page for whatever goes wrong."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from edge_agent.kiosk import Busy, KioskError
from edge_agent.kiosk.services import Services
from edge_agent.kiosk.services.service import Form
from edge_agent.kiosk.web import (
    emergency,
    front,
    paths,
    photo,
    questions,
    recording,
    screen,
    shelves,
    sound,
    tracking,
)
from edge_agent.kiosk.web.forms import NotAForm, TooLong
from edge_agent.kiosk.web.gate import Gate
from edge_agent.kiosk.web.pages import FOLDER
from edge_agent.kiosk.web.site import (
    COOKIE,
    Expired,
    Forged,
    Site,
    page,
    see,
    session_of,
    site_of,
    take_cookie,
)

ROUTES = [
    Route(paths.WELCOME, front.welcome, methods=["GET"]),
    Route(paths.WELCOME, front.start, methods=["POST"]),
    Route(paths.FINISH, front.finish, methods=["POST"]),
    Route(paths.FINISHED, front.finished, methods=["GET"]),
    Route(paths.EXPIRED, front.expired, methods=["GET"]),
    Route(paths.WARNING, front.warning, methods=["GET"]),
    Route(paths.EXTEND, front.extend, methods=["POST"]),
    Route(paths.LEFT, front.left, methods=["GET"]),
    Route(paths.HEALTH, front.healthz, methods=["GET"]),
    Route(paths.FILED, tracking.filed, methods=["GET"]),
    Route(paths.FILED, tracking.filed_form, methods=["POST"]),
    Route(paths.FILED_STATE, tracking.state, methods=["GET"]),
    Route(paths.FILED_WHY, tracking.why, methods=["GET"]),
    Route(paths.FILED_WHY, tracking.why_form, methods=["POST"]),
    Route(paths.CANCEL, tracking.ask_cancel, methods=["GET"]),
    Route(paths.CANCEL, tracking.cancel, methods=["POST"]),
    Route(paths.TRACK, tracking.ask_code, methods=["GET"]),
    Route(paths.TRACK, tracking.look_up, methods=["POST"]),
    Route(paths.TRACKED, tracking.tracked, methods=["GET"]),
    Route(paths.TRACKED, tracking.tracked_form, methods=["POST"]),
    Route(paths.TRACKED_STATE, tracking.state, methods=["GET"]),
    Route(paths.TRACKED_WHY, tracking.why, methods=["GET"]),
    Route(paths.TRACKED_WHY, tracking.why_form, methods=["POST"]),
    Route(paths.TRACKED_CANCEL, tracking.ask_cancel, methods=["GET"]),
    Route(paths.TRACKED_CANCEL, tracking.cancel, methods=["POST"]),
    Route(paths.EMERGENCY, emergency.panel, methods=["GET"]),
    Route(paths.EMERGENCY, emergency.call, methods=["POST"]),
    Route(paths.EMERGENCY_STATE, emergency.state, methods=["GET"]),
    Route(paths.PROOF, screen.proof, methods=["GET"]),
    Route(paths.SPEECH, sound.speak, methods=["POST"]),
    Route(paths.RECORD, recording.record, methods=["POST"]),
    Route(paths.UNRECORD, recording.forget, methods=["POST"]),
    Route(paths.PHOTO, photo.show, methods=["GET"]),
    Route(paths.PHOTO, photo.keep, methods=["POST"]),
    Mount("/static", StaticFiles(directory=FOLDER / "static")),
]


def _routes_of(services: Services) -> list[Route]:
    """The addresses of the services that a kiosk offers."""
    routes = []
    for service in services:
        root = f"/{service.path}"
        if isinstance(service, Form):
            routes += [
                Route(paths.check(service), questions.show_check, methods=["GET"]),
                Route(paths.check(service), questions.send, methods=["POST"]),
                Route(f"{root}/{{question}}", questions.show_question, methods=["GET"]),
                Route(f"{root}/{{question}}", questions.answer_question, methods=["POST"]),
                Route(f"{root}/{{question}}/{paths.KEEP}", questions.keep_answer, methods=["POST"]),
            ]
        else:
            routes += [
                Route(root, shelves.show_shelf, methods=["GET"]),
                Route(root, shelves.shelf_form, methods=["POST"]),
                Route(f"{root}/{{sheet}}", shelves.show_sheet, methods=["GET"]),
                Route(f"{root}/{{sheet}}", shelves.sheet_form, methods=["POST"]),
            ]
    return routes


def build(site: Site) -> ASGIApp:
    """The kiosk's web app behind its gate."""
    app = Starlette(
        routes=[*ROUTES, *_routes_of(site.services)],
        exception_handlers={
            HTTPException: _http_error,
            Expired: _expired,
            Forged: _forged,
            TooLong: _too_long,
            NotAForm: _not_a_form,
            Busy: _busy,
            KioskError: _out_of_order,
            Exception: _out_of_order,
        },
    )
    app.state.site = site

    async def refuse(scope: Scope, receive: Receive, send: Send, status: int) -> None:
        request = Request({**scope, "app": app, "headers": []}, receive)
        await _kind(request, status)(scope, receive, send)

    camera = site.settings.camera.documents
    return Gate(app, hosts=site.origins, refuse=refuse, camera=camera)


def _kind(request: Request, status: int) -> Response:
    session = session_of(request, touch=False)
    back = paths.WELCOME if session is None else paths.resume(session, site_of(request).services)
    return page(request, "problem.html", session=session, status=status, problem=status, back=back)


async def _http_error(request: Request, error: Exception) -> Response:
    response = _kind(request, getattr(error, "status_code", 500))
    response.headers.update(getattr(error, "headers", None) or {})
    return response


async def _expired(request: Request, _: Exception) -> Response:
    """Go where a visit begins; say that time has run out only to a browser that had one."""
    response = see(paths.EXPIRED if COOKIE in request.cookies else paths.WELCOME)
    take_cookie(response)
    return response


async def _forged(request: Request, _: Exception) -> Response:
    return _kind(request, 403)


async def _too_long(request: Request, _: Exception) -> Response:
    return _kind(request, 413)


async def _not_a_form(request: Request, _: Exception) -> Response:
    return _kind(request, 400)


async def _busy(request: Request, _: Exception) -> Response:
    return _kind(request, 503)


async def _out_of_order(request: Request, _: Exception) -> Response:
    return _kind(request, 500)
