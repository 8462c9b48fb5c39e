"""The stream that keeps a page fresh: the parts of it that changed, rendered anew by the server."""

from collections.abc import Callable

from sqlalchemy import Connection
from starlette.responses import PlainTextResponse, Response

from fleet.access.secrets import Use, principal_of
from fleet.console import casework, queues, scenes
from fleet.console.visit import Visit
from fleet.office import cases
from fleet.views.events import newest_position
from fleet.views.reading import reading
from fleet.web.stream import Message, stream

TICK_S = 2.0
"""A page is told at least this often that its server lives, and what can be proven of the devices now."""

PAGE = 50

_PARTS = {
    "overview": ("tiles", "cameras", "devices", "events"),
    "device": ("device-state", "cameras", "commands", "events"),
    "events": ("events",),
    "submissions": ("submissions",),
    "cases": ("cases",),
    "desk": ("desk",),
    "emergencies": ("emergencies",),
    "alarms": (),
}
"""The parts of each page that live; each is a template `part/<name>.html` and an element of that id."""


def live(visit: Visit) -> Response:
    """Server-sent events for one view: `part` (id and HTML), `beat` at every turn, `over` when signed out."""
    view = visit.request.query_params.get("view", "")
    if view not in _PARTS:
        return PlainTextResponse("no such view\n", status_code=404)
    return stream(visit.site.tail, Fresh(visit, view=view), tick_s=TICK_S)


class Fresh:
    """Remembers what a page shows, and tells what is new; called by one stream, one call at a time."""

    def __init__(self, visit: Visit, *, view: str) -> None:
        """Nothing is known of the page yet, so the first call sends every part."""
        self._visit = visit
        self._view = view
        self._shown: dict[str, str] = {}

    def __call__(self) -> list[Message]:
        """The parts that changed, and a beat."""
        visit = self._visit
        visit.now = visit.site.now()
        with reading(visit.site.engine) as connection:
            if principal_of(connection, visit.secret, use=Use.SESSION, now=visit.now) is None:
                return [Message(event="over", data={})]
            scene = self._scene(connection)
            if scene is not None:
                scene.setdefault("emergencies", cases.emergencies(connection))
            position = newest_position(connection)
        if scene is None:
            return [Message(event="over", data={})]
        messages = []
        for part in ("alarms", *_PARTS[self._view]):
            html = visit.fragment(f"part/{part}.html", **scene)
            if self._shown.get(part) != html:
                self._shown[part] = html
                messages.append(Message(event="part", data={"id": part, "html": html}))
        return [*messages, Message(event="beat", data={"at": visit.now}, id=position)]

    def _scene(self, connection: Connection) -> scenes.Scene | None:
        query = self._visit.request.query_params
        made: dict[str, Callable[[], scenes.Scene | None]] = {
            "overview": lambda: scenes.overview(connection, now=self._visit.now),
            "device": lambda: scenes.device(connection, query.get("device", ""), now=self._visit.now),
            "events": lambda: scenes.event_list(
                connection, which=scenes.event_filter(query), before=None, limit=PAGE
            ),
            "cases": lambda: casework.case_scene(self._visit, connection),
            "desk": lambda: queues.desk_scene(self._visit, connection),
            "emergencies": lambda: {},
            "alarms": lambda: {},
            "submissions": lambda: scenes.submission_list(connection, before=None, limit=PAGE),
        }
        return made[self._view]()
