"""The officer's desk of a queue, and the display of its hall."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fleet.access.roles import Role
from fleet.console.casework import Router
from fleet.console.visit import Visit, redirect
from fleet.office import NotKnown, NotPossible, tickets
from fleet.office.regions import Office
from fleet.store.engine import translated, writing
from fleet.views.reading import reading
from fleet.web.stream import Message, stream
from fleet.web.tail import FOLLOWERS_MAX
from loket.region.parts import Queue

HALL_TICK_S = 2.0
_HALLS_MAX = FOLLOWERS_MAX * 3 // 4
"""Halls need no sign-in, so they must not take every place at the tail from those who have."""


def routes(route: Router) -> Iterable[Route]:
    """The paths of this module."""
    place = "/desk/{office}/{queue}/{counter:int}"
    return (
        route("/desk", choose, needs=Role.OPERATOR),
        route(place, desk, needs=Role.OPERATOR),
        route(f"{place}/{{what}}", act, needs=Role.OPERATOR, method="POST"),
        route("/hall/{office}", hall, needs=None),
        route("/hall/{office}/live", hall_live, needs=None),
        route("/hall/{office}/calls/{position:int}", hall_call, needs=None),
    )


def choose(visit: Visit) -> Response:
    """Which queue, and which of its counters."""
    return visit.page("desks.html", offices=list(visit.site.regions.offices.values()))


def desk(visit: Visit) -> Response:
    """The officer's desk."""
    return _desk(visit)


def desk_scene(visit: Visit, connection: Connection) -> dict[str, Any] | None:
    """What the desk shows; None where there is no such counter."""
    given = {**visit.request.query_params, **visit.request.path_params}
    at = _counter(visit, given)
    if at is None:
        return None
    seen = tickets.view(connection, at.office, at.queue, day=at.day, now=visit.now)
    return {
        "at": at,
        "view": seen,
        "current": seen.at_counters.get(at.number),
        "counter_title": at.queue.counters[at.number - 1].by(visit.language)[0],
        "others": [queue for queue in at.office.queues if queue.name != at.queue.name],
    }


def act(visit: Visit) -> Response:
    """Call, call again, begin, finish, miss or transfer; then show the desk."""
    at, what = _counter(visit, visit.request.path_params), visit.request.path_params["what"]
    if at is None:
        return visit.trouble(404, "not found")
    ticket, regions = visit.form.get("ticket", ""), visit.site.regions
    try:
        with translated(), writing(visit.site.engine) as connection:
            match what:
                case "next":
                    called = tickets.call_next(connection, at, after=ticket or None, regions=regions)
                    nobody = called is None
                case "again":
                    nobody = not tickets.call_again(connection, at, ticket, regions=regions)
                case "begin":
                    nobody = not tickets.begin(connection, at, ticket, regions=regions)
                case "finish":
                    nobody = not tickets.finish(connection, at, ticket, regions=regions)
                case "miss":
                    nobody = not tickets.miss(connection, at, ticket, regions=regions)
                case "transfer":
                    to = visit.form.get("to", "")
                    nobody = not tickets.transfer(connection, at, ticket, to=to, regions=regions)
                case _:
                    return visit.trouble(404, "not found")
    except (NotKnown, NotPossible) as error:
        return _desk(visit, status=409, failure=str(error))
    path = f"/desk/{at.office.name}/{at.queue.name}/{at.number}"
    return redirect(f"{path}?nobody=1" if nobody else path)


def hall(visit: Visit) -> Response:
    """The display: what is called, large, and how each queue stands. It needs no sign-in."""
    office = _office(visit)
    if office is None:
        return visit.trouble(404, "not found")
    with reading(visit.site.engine) as connection:
        scene = _hall_scene(visit, connection, office)
    return visit.page(
        "hall.html", office=office, can_speak=visit.site.voice.can_speak, title=office.region.file.title,
        **scene,
    )  # fmt: skip


def hall_live(visit: Visit) -> Response:
    """What keeps the display fresh: `board` (HTML), `call` for each call, `beat` at every turn."""
    office = _office(visit)
    if office is None:
        return PlainTextResponse("no such hall\n", status_code=404)
    if visit.site.tail.followers >= _HALLS_MAX:
        return PlainTextResponse("too many halls\n", status_code=503, headers={"retry-after": "10"})
    resume = visit.request.headers.get("last-event-id", "")
    return stream(visit.site.tail, _HallReader(visit, office, after=resume), tick_s=HALL_TICK_S)


def hall_call(visit: Visit) -> Response:
    """A call, spoken."""
    office = _office(visit)
    with reading(visit.site.engine) as connection:
        call = tickets.find_call(connection, visit.request.path_params["position"])
    queue = office.queue(call.queue) if office is not None and call is not None else None
    if office is None or call is None or queue is None or call.office != office.name:
        return PlainTextResponse("no such call\n", status_code=404)
    wav = visit.site.voice.call(call.number, counter=_counter_title(queue, call.counter, "id"))
    if wav is None:
        return PlainTextResponse("no voice\n", status_code=404)
    return Response(wav, media_type="audio/wav", headers={"cache-control": "private, max-age=600"})


class _HallReader:
    """Remembers what a hall shows; called by one stream, one call at a time."""

    def __init__(self, visit: Visit, office: Office, *, after: str) -> None:
        """A hall that was away for a moment hears what was called meanwhile; a new one nothing of before."""
        self._visit, self._office = visit, office
        self._after = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else None
        self._shown = ""

    def __call__(self) -> list[Message]:
        """What is new."""
        visit, office = self._visit, self._office
        visit.now = visit.site.now()
        day = visit.site.regions.today(office.region.file.code, visit.now).isoformat()
        with reading(visit.site.engine) as connection:
            if self._after is None:
                self._after = tickets.newest_call(connection)
            called = tickets.calls_after(connection, office.name, self._after, day=day)
            scene = _hall_scene(visit, connection, office)
        messages = []
        html = visit.fragment("part/hall.html", office=office, **scene)
        if html != self._shown:
            self._shown = html
            messages.append(Message(event="board", data={"html": html}))
        for call in called:
            self._after = call.position
            queue = office.queue(call.queue)
            if queue is None:
                continue
            data = {
                "position": call.position,
                "number": call.number,
                "counter": _counter_title(queue, call.counter, visit.language),
                "sound": f"/hall/{office.name}/calls/{call.position}",
            }
            messages.append(Message(event="call", data=data, id=call.position))
        return [*messages, Message(event="beat", data={})]


def _hall_scene(visit: Visit, connection: Connection, office: Office) -> dict[str, Any]:
    day = visit.site.regions.today(office.region.file.code, visit.now).isoformat()
    calls = tickets.latest_calls(connection, office.name, day=day)
    titles = {}
    for call in calls:
        queue = office.queue(call.queue)
        if queue is not None:
            titles[call.position] = _counter_title(queue, call.counter, visit.language)
    return {
        "calls": calls,
        "titles": titles,
        "queues": [
            (queue, tickets.view(connection, office, queue, day=day, now=visit.now))
            for queue in office.queues
        ],
    }


def _desk(visit: Visit, *, status: int = 200, failure: str | None = None) -> Response:
    with reading(visit.site.engine) as connection:
        scene = desk_scene(visit, connection)
    if scene is None:
        return visit.trouble(404, "not found")
    at = scene["at"]
    nobody = visit.request.query_params.get("nobody") == "1"
    live = f"/live?view=desk&office={at.office.name}&queue={at.queue.name}&counter={at.number}"
    return visit.page("desk.html", status=status, live=live, failure=failure, nobody=nobody, **scene)


def _counter(visit: Visit, given: dict[str, Any]) -> tickets.Counter | None:
    office = visit.site.regions.office(str(given.get("office", "")))
    number = str(given.get("counter", ""))
    if office is None or not (number.isascii() and number.isdecimal() and len(number) < 4):
        return None
    actor = visit.principal.name if visit.principal is not None else ""
    try:
        return tickets.counter(
            office, queue=str(given.get("queue", "")), number=int(number), actor=actor, now=visit.now
        )
    except NotKnown:
        return None


def _office(visit: Visit) -> Office | None:
    return visit.site.regions.office(visit.request.path_params["office"])


def _counter_title(queue: Queue, counter: int, language: str) -> str:
    known = 1 <= counter <= len(queue.counters)
    return queue.counters[counter - 1].by(language)[0] if known else str(counter)
