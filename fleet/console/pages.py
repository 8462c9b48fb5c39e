"""The pages: each gathers what it shows and names its template."""

import base64
from collections.abc import Sequence

from pydantic import ValidationError
from starlette.responses import Response

from edge_agent.contract.commands import TakeSnapshot
from fleet.access.roles import Role
from fleet.console import scenes
from fleet.console.visit import Visit, redirect
from fleet.intake import Opened, Recording
from fleet.opening import NotFound, Unopened, open_recording, open_submission
from fleet.store.engine import writing
from fleet.views import commands, refused, submissions
from fleet.views.reading import reading
from fleet.web.guard import CONTENT_SECURITY_POLICY

PAGE = 50
_WITH_RECORDING = (
    CONTENT_SECURITY_POLICY.replace("img-src 'self'", "img-src 'self' data:") + "; media-src data:"
)


def overview(visit: Visit) -> Response:
    """How the region stands now."""
    with reading(visit.site.engine) as connection:
        scene = scenes.overview(connection, now=visit.now)
    return visit.page("overview.html", live="/live?view=overview", **scene)


def event_list(visit: Visit) -> Response:
    """What devices told, by device and kind."""
    which = scenes.event_filter(visit.request.query_params)
    before = _position(visit)
    with reading(visit.site.engine) as connection:
        scene = scenes.event_list(connection, which=which, before=before, limit=PAGE)
        names = scenes.device_names(connection)
    live = f"/live?{scenes.event_query(which, view='events')}" if before is None else None
    older = scenes.event_query(which, before=str(scene["older"])) if scene["older"] is not None else None
    return visit.page(
        "events.html", live=live, which=which, names=names, before=before, older_query=older, **scene
    )


def submission_list(visit: Visit) -> Response:
    """What citizens filed, sealed."""
    before = _position(visit)
    with reading(visit.site.engine) as connection:
        scene = scenes.submission_list(connection, before=before, limit=PAGE)
    live = "/live?view=submissions" if before is None else None
    return visit.page("submissions.html", live=live, before=before, **scene)


def submission(visit: Visit) -> Response:
    """One submission, sealed."""
    return _submission(visit)


def open_one(visit: Visit) -> Response:
    """One submission with its words: in this answer only, and recorded."""
    principal = visit.principal
    if principal is None:
        return redirect("/signin")
    name = visit.request.path_params["submission"]
    try:
        opened = open_submission(
            visit.site.engine, visit.site.intake, name, by=principal.name, now=visit.now,
            unmasked=principal.role.includes(Role.DATA_OFFICER),
        )  # fmt: skip
    except NotFound:
        return visit.trouble(404, "not found")
    except Unopened as error:
        return _submission(visit, status=409, failure=str(error))
    response = _submission(visit, opened=opened, recorded=_recorded(visit, opened, by=principal.name))
    response.headers["content-security-policy"] = _WITH_RECORDING
    return response


def _recorded(visit: Visit, opened: Opened, *, by: str) -> list[tuple[Recording, str | None]]:
    """Each recording as a data: address, for this page alone; None where it has not come whole."""
    return [
        (recording, _recording_at(visit, number, by=by))
        for number, recording in enumerate(opened.recordings, start=1)
    ]


def _recording_at(visit: Visit, number: int, *, by: str) -> str | None:
    name, site = visit.request.path_params["submission"], visit.site
    try:
        recording, content = open_recording(site.engine, site.intake, name, number, by=by, now=visit.now)
    except (NotFound, Unopened):
        return None
    return f"data:{recording.media};base64,{base64.b64encode(content).decode()}"


def _submission(
    visit: Visit,
    *,
    status: int = 200,
    opened: Opened | None = None,
    recorded: Sequence[tuple[Recording, str | None]] = (),
    failure: str | None = None,
) -> Response:
    name = visit.request.path_params["submission"]
    with reading(visit.site.engine) as connection:
        position = submissions.position_of(connection, name)
        found = submissions.find(connection, position) if position is not None else None
    if found is None:
        return visit.trouble(404, "not found")
    return visit.page(
        "submission.html", status=status, submission=found, opened=opened, recorded=recorded, failure=failure
    )


def device(visit: Visit) -> Response:
    """One device."""
    name = visit.request.path_params["name"]
    with reading(visit.site.engine) as connection:
        scene = scenes.device(connection, name, now=visit.now)
    if scene is None:
        return visit.trouble(404, "not found")
    return visit.page("device.html", live=f"/live?view=device&device={name}", **scene)


def take_snapshot(visit: Visit) -> Response:
    """Give the command, then show the device, where its outcome appears."""
    principal, asked = visit.principal, visit.request.path_params
    if principal is None:
        return redirect("/signin")
    try:
        action = TakeSnapshot(camera=asked["camera"])
        with writing(visit.site.engine) as connection:
            commands.give(connection, action, device=asked["name"], by=principal, now=visit.now)
    except (ValidationError, commands.NotGiven):
        return visit.trouble(409, "not given")
    return redirect(f"/devices/{asked['name']}#commands")


def refused_list(visit: Visit) -> Response:
    """Messages kept aside."""
    before = _position(visit)
    with reading(visit.site.engine) as connection:
        found = refused.newest(connection, before=before, limit=PAGE)
    older = found[-1].position if len(found) == PAGE else None
    return visit.page("refused.html", refused=found, older=older, before=before)


def _position(visit: Visit) -> int | None:
    text = visit.request.query_params.get("before", "")
    return min(int(text), 2**63 - 1) if text.isascii() and text.isdecimal() and len(text) < 20 else None
