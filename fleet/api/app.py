"""The API: FastAPI, OpenAPI 3.1; a function for the paths of each noun, their questions in `fleet.views`."""

from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from fleet import audit
from fleet.access.roles import Role
from fleet.access.secrets import Principal
from fleet.api.access import demand
from fleet.api.live import live_router
from fleet.api.messages import After, Before, CommandWanted, EventFilter, Limit, Page, page_of
from fleet.api.office import office_router
from fleet.api.submissions import submissions_router
from fleet.snapshots.store import is_hash
from fleet.store import StoreError
from fleet.store.engine import writing
from fleet.views import commands, devices, events, refused, streams, summary
from fleet.views.reading import reading
from fleet.web.site import Site

PREFIX = "/api/v1"
OPENAPI = f"{PREFIX}/openapi.json"

Found = TypeVar("Found")


def api(site: Site) -> FastAPI:
    """The application with all paths under `/api/v1`; the document is at `/api/v1/openapi.json`."""
    app = FastAPI(
        title="Loket",
        version="1",
        summary="Devices, what they tell, what citizens filed, and pictures of a region's fleet.",
        description="Times are seconds since 1970, UTC. Pages are asked for by position, which orders all "
        "events by their storing. Every path but this document needs a bearer token.",
        openapi_url=OPENAPI,
        docs_url=None,
        redoc_url=None,
    )
    viewer = Depends(demand(site, Role.VIEWER))
    for made in (_devices(site), _events(site), _commands(site), _records(site)):
        app.include_router(made, prefix=PREFIX, dependencies=[viewer])
    app.include_router(live_router(site), prefix=PREFIX, dependencies=[viewer])
    app.include_router(submissions_router(site), prefix=PREFIX, dependencies=[viewer])
    app.include_router(office_router(site), prefix=PREFIX, dependencies=[viewer])

    @app.api_route(
        PREFIX + "/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False
    )
    def nothing(rest: str) -> Response:  # noqa: ARG001
        """The console's page for what is missing is for people."""
        return JSONResponse({"detail": "no such path"}, status_code=404)

    @app.exception_handler(StoreError)
    async def away(_request: Request, error: Exception) -> Response:
        """The database is away: try again later."""
        return JSONResponse({"detail": str(error)}, status_code=503, headers={"retry-after": "5"})

    return app


def _devices(site: Site) -> APIRouter:
    made = APIRouter(tags=["devices"])

    @made.get("/devices")
    def list_devices() -> list[devices.DeviceView]:
        """All devices, with what can be said of each now."""
        with reading(site.engine) as connection:
            return devices.every(connection, now=site.now())

    @made.get("/devices/{name}", responses={404: {"description": "Not enrolled."}})
    def get_device(name: str) -> devices.DeviceView:
        """One device."""
        with reading(site.engine) as connection:
            found = devices.find(connection, name, now=site.now())
        return _or_404(found, "no device of that name is enrolled")

    @made.get("/streams")
    def list_streams(device: str | None = None) -> list[streams.StreamView]:
        """How far each stream of each device is settled, and what is missing in between."""
        with reading(site.engine) as connection:
            return streams.every(connection, device=device)

    return made


def _events(site: Site) -> APIRouter:
    made = APIRouter(tags=["events"])

    @made.get("/events")
    def list_events(
        which: Annotated[EventFilter, Depends()],
        after: After = None,
        before: Before = None,
        limit: Limit = 100,
    ) -> Page[events.Event]:
        """Events, the newest first; with `after`, the oldest first from there on.

        `next` is the position to give as `before` (or as `after`) for the next page; null where none is left.
        With `after`, an empty page means: nothing new yet; ask again with the same position.
        """
        with reading(site.engine) as connection:
            if after is not None:
                found = events.stored_after(connection, after, which=which.filter(), limit=limit)
            else:
                found = events.stored_before(connection, before, which=which.filter(), limit=limit)
        return page_of(found, limit=limit)

    @made.get("/events/{position}", responses={404: {"description": "No event there."}})
    def get_event(position: int) -> events.Event:
        """One event."""
        with reading(site.engine) as connection:
            return _or_404(events.find(connection, position), "no event is stored there")

    @made.get(
        "/snapshots/{sha256}",
        response_class=FileResponse,
        responses={200: {"content": {"image/jpeg": {}}}, 404: {"description": "Not here (yet)."}},
    )
    def get_snapshot(sha256: str) -> FileResponse:
        """A picture, by its SHA-256; heads are pixelated by the device."""
        if not is_hash(sha256) or not site.snapshots.has(sha256):
            raise HTTPException(404, "the picture is not here")
        return FileResponse(
            site.snapshots.path(sha256),
            media_type="image/jpeg",
            headers={"cache-control": "private, max-age=31536000, immutable"},
        )

    return made


def _commands(site: Site) -> APIRouter:
    made = APIRouter(tags=["commands"])
    operator = demand(site, Role.OPERATOR)

    @made.post("/commands", status_code=202, responses={409: {"description": "The device may not get any."}})
    def give_command(
        wanted: CommandWanted, by: Annotated[Principal, Depends(operator)]
    ) -> commands.CommandView:
        """Give a device a command (role operator). It is signed, and void when it expires."""
        try:
            with writing(site.engine) as connection:
                command = commands.give(
                    connection, wanted.action, device=wanted.device, by=by, now=site.now(),
                    expires_after_s=wanted.expires_after_s,
                )  # fmt: skip
        except commands.NotGiven as error:
            raise HTTPException(409, str(error)) from error
        with reading(site.engine) as connection:
            return _or_404(commands.find(connection, command), "gone")

    @made.get("/commands")
    def list_commands(device: str | None = None, limit: Limit = 100) -> list[commands.CommandView]:
        """The latest commands, the newest first, with what became of each."""
        with reading(site.engine) as connection:
            return commands.newest(connection, device=device, limit=limit)

    @made.get("/commands/{command}", responses={404: {"description": "No such command."}})
    def get_command(command: str) -> commands.CommandView:
        """One command."""
        with reading(site.engine) as connection:
            return _or_404(commands.find(connection, command), "no such command")

    return made


def _records(site: Site) -> APIRouter:
    made = APIRouter(tags=["records"])
    officer = Depends(demand(site, Role.OFFICER))

    @made.get("/summary")
    def get_summary() -> summary.Summary:
        """Exact counts of what is stored."""
        with reading(site.engine) as connection:
            return summary.of(connection, now=site.now())

    @made.get("/refused")
    def list_refused(before: Before = None, limit: Limit = 100) -> Page[refused.RefusedView]:
        """Messages that were kept aside, the newest first, without their content."""
        with reading(site.engine) as connection:
            return page_of(refused.newest(connection, before=before, limit=limit), limit=limit)

    @made.get("/audit", dependencies=[officer])
    def list_audit(before: Before = None, limit: Limit = 100) -> Page[audit.Entry]:
        """What operators did (role officer), the newest first."""
        with reading(site.engine) as connection:
            return page_of(audit.newest(connection, before=before, limit=limit), limit=limit)

    return made


def _or_404(found: Found | None, why: str) -> Found:
    if found is None:
        raise HTTPException(404, why)
    return found
