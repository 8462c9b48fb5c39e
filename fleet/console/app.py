"""The console's paths."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from fleet.access.roles import Role
from fleet.console import casework, door, pages, permits, public, queues
from fleet.console.apidocs import ApiDocs
from fleet.console.live import live
from fleet.console.render import STATIC, Renderer
from fleet.console.visit import Handler, Visit, redirect
from fleet.snapshots.store import is_hash
from fleet.store import StoreError
from fleet.web.site import Site

FORM_MAX_BYTES = 16 * 1024


def console(site: Site, *, openapi: Callable[[], dict[str, Any]]) -> Starlette:
    """The console; `openapi` gives the API's document, of which it shows a page."""
    renderer = Renderer()

    def route(path: str, handler: Handler, *, needs: Role | None = Role.VIEWER, method: str = "GET") -> Route:
        def answer(request: Request, form: Mapping[str, str] | None = None) -> Response:
            try:
                visit = Visit(request, site=site, renderer=renderer, form=form)
                if needs is not None and visit.principal is None:
                    return redirect("/signin") if path != "/live" else PlainTextResponse(status_code=401)
                if (
                    needs is not None
                    and visit.principal is not None
                    and not visit.principal.role.includes(needs)
                ):
                    return visit.trouble(403, "not allowed")
                return handler(visit)
            except StoreError as error:
                return PlainTextResponse(f"{error}\n", status_code=503, headers={"retry-after": "5"})

        async def posted(request: Request) -> Response:
            form = await posted_form(request)
            if form is None:
                return PlainTextResponse("too much\n", status_code=413)
            return await run_in_threadpool(answer, request, form)

        endpoint = posted if method == "POST" else answer
        return Route(path, endpoint, methods=[method], name=f"{method} {path}")

    def missing(request: Request, _error: Exception) -> Response:
        return Visit(request, site=site, renderer=renderer).trouble(404, "not found")

    def icon(_visit: Visit) -> Response:
        return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml")

    return Starlette(
        routes=[
            route("/", pages.overview),
            route("/events", pages.event_list),
            route("/submissions", pages.submission_list),
            route("/submissions/{submission}", pages.submission),
            route("/submissions/{submission}/open", pages.open_one, needs=Role.OFFICER, method="POST"),
            route("/devices/{name}", pages.device),
            route(
                "/devices/{name}/snapshot/{camera}", pages.take_snapshot, needs=Role.OPERATOR, method="POST"
            ),
            route("/refused", pages.refused_list),
            *casework.routes(route),
            *permits.routes(route),
            *queues.routes(route),
            *public.routes(route),
            route("/live", live),
            route("/snapshots/{sha256}", snapshot),
            route("/signin", door.explain, needs=None),
            route("/signin/{code}", door.offer, needs=None),
            route("/signin/{code}", door.enter, needs=None, method="POST"),
            route("/signout", door.leave, needs=None, method="POST"),
            route("/language/{language}", door.speak, needs=None),
            route("/api/docs", ApiDocs(openapi).page, needs=None),
            route("/favicon.ico", icon, needs=None),
            Mount("/static", StaticFiles(directory=Path(STATIC))),
        ],
        exception_handlers={404: missing, HTTPException: refused},
    )


async def posted_form(request: Request) -> dict[str, str] | None:
    """What a form posted, of each name the last; None if it is more than a form of ours can be."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_MAX_BYTES:
            return None
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=50))


def snapshot(visit: Visit) -> Response:
    """A picture."""
    sha256 = visit.request.path_params["sha256"]
    if not is_hash(sha256) or not visit.site.snapshots.has(sha256):
        return PlainTextResponse("not here\n", status_code=404)
    return FileResponse(
        visit.site.snapshots.path(sha256),
        media_type="image/jpeg",
        headers={"cache-control": "private, max-age=31536000, immutable"},
    )


def refused(_request: Request, error: Exception) -> Response:
    """What Starlette itself refuses, such as another method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return PlainTextResponse("not possible\n", status_code=status)
