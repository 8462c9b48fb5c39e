"""The page's addresses: the page itself, its pictures, checking and saving."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from edge_agent.vision import VisionError
from edge_agent.vision.calibration import Changed
from edge_agent.vision.calibration.document import Drawing
from edge_agent.vision.calibration.file import Mistake, Saved, State
from edge_agent.vision.calibration.web.site import (
    COOKIE,
    FOLDER,
    LANGUAGE_COOKIE,
    Site,
    language_of,
    site_of,
)
from edge_agent.vision.settings import CameraSettings
from loket.log import get
from loket.settings import SettingsError
from loket.strings import LANGUAGES

log = get(__name__)

MOST_BYTES = 256 * 1024
_TOLD = (VisionError, SettingsError)


class Asked(BaseModel):
    """What the page sends."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    camera: str = Field(max_length=200)
    base: str = Field(max_length=64)
    drawing: Drawing


async def show(request: Request) -> Response:
    """The page of a camera; with the token, the way in."""
    site = site_of(request)
    token = request.query_params.get("token")
    if token is not None and not site.knows(request):
        session = site.open(token)
        if session is None:
            return _refused(request)
        response: Response = RedirectResponse("/", status_code=303)
        response.set_cookie(COOKIE, session, httponly=True, samesite="strict", path="/")
        return response
    if not site.knows(request):
        return _refused(request)
    try:
        state = await run_in_threadpool(site.file.read)
    except _TOLD as error:
        return site.page(request, "problem.html", {"message": str(error)}, status=500)
    cameras = state.settings.cameras
    wanted = request.query_params.get("camera")
    camera = next((each for each in cameras if each.name == wanted), cameras[0])
    values = {
        "cameras": [each.name for each in cameras],
        "camera": camera.name,
        "file": str(site.file.path),
        "data": _data(camera, state),
    }
    response = site.page(request, "page.html", values)
    if request.query_params.get("bahasa") in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, language_of(request), samesite="strict", path="/")
    return response


async def still(request: Request) -> Response:
    """A picture of a camera, heads covered; `after` asks for one that is newer than that number."""
    site = site_of(request)
    if not site.knows(request):
        return PlainTextResponse("", 403)
    try:
        after = int(request.query_params.get("after", "0"))
        state = await run_in_threadpool(site.file.read)
        camera = next(each for each in state.settings.cameras if each.name == request.path_params["camera"])
        taken = await run_in_threadpool(lambda: site.stills.of(camera, after=after))
    except (ValueError, StopIteration):
        return PlainTextResponse(site.says(request, "There is no such camera."), 404)
    except _TOLD as error:
        return PlainTextResponse(str(error), 503)
    return Response(taken.jpeg, media_type="image/jpeg", headers={"x-number": str(taken.number)})


async def check(request: Request) -> Response:
    """Whether what is drawn could be saved."""
    site = site_of(request)
    asked = await _asked(request)
    if isinstance(asked, Response):
        return asked
    try:
        found = await run_in_threadpool(lambda: site.file.check(asked.camera, asked.drawing))
    except _TOLD as error:
        found = Mistake(str(error))
    return JSONResponse(_told(found))


async def save(request: Request) -> Response:
    """Save what is drawn."""
    site = site_of(request)
    asked = await _asked(request)
    if isinstance(asked, Response):
        return asked
    try:
        done = await run_in_threadpool(lambda: site.file.save(asked.camera, asked.drawing, base=asked.base))
        state = await run_in_threadpool(site.file.read)
    except Changed as error:
        return JSONResponse(_told(Mistake(str(error))), 409)
    except _TOLD as error:
        return JSONResponse(_told(Mistake(str(error))), 500)
    if isinstance(done, Mistake):
        return JSONResponse(_told(done))
    camera = next(each for each in state.settings.cameras if each.name == asked.camera)
    return JSONResponse(_told(done) | {"data": _data(camera, state)})


ROUTES = [
    Route("/", show, methods=["GET"]),
    Route("/still/{camera}", still, methods=["GET"]),
    Route("/check", check, methods=["POST"]),
    Route("/save", save, methods=["POST"]),
    Mount("/static", StaticFiles(directory=FOLDER / "static")),
]


def build(site: Site) -> Starlette:
    """The web app, without its gate."""
    app = Starlette(routes=ROUTES, exception_handlers={Exception: _crashed})
    app.state.site = site
    return app


async def _crashed(request: Request, error: Exception) -> Response:
    log.error("request_failed", kind=type(error).__name__, path=request.url.path, exc_info=error)
    return PlainTextResponse(site_of(request).says(request, "Something is wrong here; see the command."), 500)


def _refused(request: Request) -> Response:
    site = site_of(request)
    message = site.says(request, "This address was used already, or is not complete.")
    cure = site.says(request, "End the command on the device with Ctrl-C, and start it again.")
    return site.page(request, "problem.html", {"message": f"{message} {cure}"}, status=403)


async def _asked(request: Request) -> "Asked | Response":
    site = site_of(request)
    if not site.may_write(request):
        return JSONResponse(_told(Mistake(site.says(request, "This page has expired; load it again."))), 403)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return JSONResponse(_told(Mistake(site.says(request, "This is too much to save."))), 413)
    try:
        return Asked.model_validate_json(bytes(body))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return JSONResponse(_told(Mistake(f"{where}: {first['msg']}")), 400)


def _told(result: "Mistake | Saved | None") -> dict[str, Any]:
    match result:
        case Mistake(message=message, kind=kind, index=index):
            return {"ok": False, "message": message, "kind": kind, "index": index}
        case Saved(sha256=sha256, backup=backup):
            return {"ok": True, "base": sha256, "backup": backup and backup.name}
        case None:
            return {"ok": True}


def _data(camera: CameraSettings, state: State) -> dict[str, Any]:
    """What the page's script begins with."""
    watched: dict[str, list[str]] = {}
    for rule in camera.rules:
        watched.setdefault(rule.place, []).append(rule.kind)
    return {
        "camera": camera.name,
        "base": state.sha256,
        "watched": watched,
        "drawing": {
            "lines": [
                {"was": n, "name": line.name, "start": line.start, "end": line.end}
                for n, line in enumerate(camera.lines)
            ],
            "zones": [
                {"was": n, "name": zone.name, "corners": zone.corners} for n, zone in enumerate(camera.zones)
            ],
            "masks": [
                {"was": n, "name": mask.name, "corners": mask.corners} for n, mask in enumerate(camera.masks)
            ],
        },
    }
