"""The emergency panel: one tap calls, the number to dial is shown, and no more is said than is known."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from edge_agent.contract.events import EmergencyRaised
from edge_agent.kiosk import Busy, NotSaved
from edge_agent.kiosk.look import PLAIN
from edge_agent.kiosk.sessions import Alarm, Session
from edge_agent.kiosk.story import Story
from edge_agent.kiosk.web import paths
from edge_agent.kiosk.web.forms import read_form
from edge_agent.kiosk.web.site import (
    OFFLINE_AFTER_S,
    Site,
    give_cookie,
    need_same_origin,
    page,
    see,
    session_of,
    site_of,
    switched,
)
from loket.log import get
from loket.region.parts import EmergencyNumber

log = get(__name__)

BUZZ_S = 10.0
"""For so long the board's buzzer sounds, where there is one: whoever is near comes to help."""


async def panel(request: Request) -> Response:
    """Whom to call; once called, what became of it."""
    session = session_of(request)
    site = site_of(request)
    if session is None or session.alarm is None:
        return page(request, "emergency.html", session=session, numbers=site.hall.region.file.emergencies)
    number = _number(site, session.alarm.sort)
    return page(
        request,
        "alarm.html",
        session=session,
        number=number,
        state_path=paths.EMERGENCY_STATE,
        **await _told(site, session.alarm),
    )


async def call(request: Request) -> Response:
    """Raise the alarm. It needs no token: a call for help is not refused for want of one."""
    need_same_origin(request)
    site = site_of(request)
    fields = await read_form(request)
    session = session_of(request)
    number = _number(site, fields.get("sort", ""))
    if number is None or (session is not None and switched(session, fields, site.settings)):
        return _looked(site, session, fields)
    if session is None:
        try:
            session = site.sessions.open(site.settings.default_language)
        except Busy:
            alarm = await _raise(site, number)
            told = await _told(site, alarm)
            look = replace(PLAIN, spoken=True)
            return page(request, "alarm.html", number=number, state_path="", look=look, **told)
    await _call_once(site, session, number)
    response = see(paths.EMERGENCY)
    give_cookie(response, session)
    return response


def _looked(site: Site, session: Session | None, fields: dict[str, str]) -> Response:
    """Another language or look of the panel, or the way back; nobody is called."""
    if fields.get("go") == "back" and (session is None or session.alarm is None):
        return see(paths.WELCOME)
    session = session or site.sessions.open(site.settings.default_language)
    switched(session, fields, site.settings)
    response = see(paths.EMERGENCY)
    give_cookie(response, session)
    return response


async def state(request: Request) -> Response:
    """The part of the page that changes, for its script. Asking does not lengthen the visit."""
    session = session_of(request, touch=False)
    if session is None or session.alarm is None:
        return Response(status_code=204)
    site = site_of(request)
    values = {"number": _number(site, session.alarm.sort), **await _told(site, session.alarm)}
    return HTMLResponse(site.pages.render("_alarm.html", session.language, values))


async def _call_once(site: Site, session: Session, number: EmergencyNumber) -> None:
    """A second tap calls nobody twice; where the first could not be kept, it tries again.

    From the first call on the visit is spoken: who needs help need not read whom to telephone.
    """
    if session.alarm is not None and session.alarm.sort == number.name and session.alarm.is_kept:
        return
    if session.alarm is None:
        session.look = replace(session.look, spoken=True)
    before = session.alarm.emergency if session.alarm and session.alarm.sort == number.name else None
    emergency = before or str(uuid4())
    session.alarm = Alarm(emergency=emergency, sort=number.name, is_kept=False, at=0.0)
    session.alarm = await _raise(site, number, emergency=emergency)


async def _raise(site: Site, number: EmergencyNumber, *, emergency: str | None = None) -> Alarm:
    name = emergency or str(uuid4())
    await asyncio.to_thread(site.fittings.board.buzz, BUZZ_S)
    log.warning("emergency_raised", sort=number.name)
    try:
        await site.desk.tell(EmergencyRaised(emergency=name, sort=number.name), event_id=name, subject=name)
    except NotSaved:
        return Alarm(emergency=name, sort=number.name, is_kept=False, at=0.0)
    return Alarm(emergency=name, sort=number.name, is_kept=True, at=await site.desk.monotonic())


async def _told(site: Site, alarm: Alarm) -> dict[str, Any]:
    """What the page says of a call."""
    story = await site.desk.story(alarm.emergency)
    waited_s = await site.desk.monotonic() - alarm.at
    return {
        "told": _heard(story, is_kept=alarm.is_kept),
        "reason": story.steps[-1].reason if story.steps else "",
        "is_offline": waited_s >= OFFLINE_AFTER_S,
    }


def _heard(story: Story, *, is_kept: bool) -> str:
    """How far the call is known to have come: the last step, else how far the uplink brought it."""
    if story.last in ("acknowledged", "closed"):
        return story.last
    if not is_kept:
        return "refused"
    return "stored" if story.steps else story.state.value


def _number(site: Site, sort: str) -> EmergencyNumber | None:
    return next((number for number in site.hall.region.file.emergencies if number.name == sort), None)
