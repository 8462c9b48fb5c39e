"""What became of it: on the page after it was filed, and later by its code, here or filed elsewhere."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from edge_agent.contract.events import CodeAsked, TicketCancelled
from edge_agent.contract.notices import Answer
from edge_agent.inbox.store import SubmissionState
from edge_agent.kiosk import NotSaved
from edge_agent.kiosk.printer import Slip
from edge_agent.kiosk.register import Entry, Ticket
from edge_agent.kiosk.services import ticket as tickets
from edge_agent.kiosk.services.service import N_, Ending, Wording
from edge_agent.kiosk.sessions import Asked, Filed, Session
from edge_agent.kiosk.story import Story, ladder
from edge_agent.kiosk.waiting import Place, place_of
from edge_agent.kiosk.web import paths, slips
from edge_agent.kiosk.web.site import (
    OFFLINE_AFTER_S,
    Site,
    need_form,
    need_session,
    page,
    see,
    site_of,
    switched,
)
from loket import codes
from loket.log import get

log = get(__name__)

NOT_A_CODE = N_(
    "This is not a code of ours: it has eight letters and digits, such as K7QM-2XTD. "
    "Compare it with your note."
)
WAIT = N_("Too many codes were tried. Wait %(seconds)s seconds and try again.")
NOT_ASKED = N_("This kiosk does not know this code, and cannot ask the service centre now. Ask the staff.")
KEEP_CODE = N_("With this code you can follow it at any kiosk of this region.")
NOT_CANCELLED = N_("Your number was NOT given back: the kiosk has no room at the moment. Tell the staff.")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page is about: where its parts are, and what was filed."""

    page: str
    state: str
    why: str
    cancel: str
    subject: Filed | Asked


@dataclass(frozen=True, slots=True)
class Number:
    """A number as its holder sees it: the number, its queue, for which day, and its place among who wait."""

    ticket: Ticket
    number: str
    title: Wording
    place: Place


async def filed(request: Request) -> Response:
    """It is saved: the code, what is known of it, and the way out."""
    session = need_session(request)
    if session.filed is None:
        return see(paths.resume(session, site_of(request).services))
    return await _show(request, session, _filed(session), just_filed=True)


async def filed_form(request: Request) -> Response:
    """A button on that page."""
    session, fields = await need_form(request)
    if not switched(session, fields, site_of(request).settings) and fields.get("go") == "print":
        await _print(request, session)
    return see(paths.FILED)


async def ask_code(request: Request) -> Response:
    """Asks for a code."""
    session = need_session(request)
    notice, session.notice = session.notice, None
    return page(
        request, "track.html", session=session, flaw=notice, seconds=site_of(request).attempts.wait_s()
    )


async def look_up(request: Request) -> Response:
    """Look for a code: here, else ask the service centre. Guessing is slow: see `attempts`."""
    session, fields = await need_form(request)
    site = site_of(request)
    if switched(session, fields, site.settings):
        return see(paths.TRACK)
    if fields.get("go") == "back":
        session.tracked = None
        return see(paths.WELCOME)
    if site.attempts.wait_s():
        session.notice = WAIT
        return see(paths.TRACK)
    try:
        meant = codes.candidates(fields.get("code", "")[:64])
    except codes.NotACode:
        session.notice = NOT_A_CODE
        return see(paths.TRACK)
    found = [entry for code in meant if (entry := await site.desk.find(code)) is not None]
    if len(found) == 1:
        session.tracked = _entered(found[0], forgiven=len(meant) > 1)
        return see(paths.TRACKED)
    site.attempts.miss()
    code = meant[0] if len(meant) == 1 else _as_typed(fields.get("code", ""))
    if len(code) != codes.LENGTH:
        session.notice = NOT_A_CODE
        return see(paths.TRACK)
    inquiry = str(uuid4())
    try:
        await site.desk.tell(CodeAsked(inquiry=inquiry, code=code), event_id=inquiry, subject=inquiry)
    except NotSaved:
        session.notice = NOT_ASKED
        return see(paths.TRACK)
    session.tracked = Asked(inquiry=inquiry, code=code, at=await site.desk.monotonic())
    return see(paths.TRACKED)


async def tracked(request: Request) -> Response:
    """What became of the thing whose code was typed."""
    session = need_session(request)
    if session.tracked is None:
        return see(paths.TRACK)
    return await _show(request, session, _tracked(session), just_filed=False)


async def tracked_form(request: Request) -> Response:
    """A button on that page."""
    session, fields = await need_form(request)
    if fields.get("go") == "back":
        session.tracked = None
        return see(paths.TRACK)
    if not switched(session, fields, site_of(request).settings) and fields.get("go") == "print":
        await _print(request, session)
    return see(paths.TRACKED)


async def state(request: Request) -> Response:
    """The part of the page that changes, for its script. Asking does not lengthen the visit."""
    session = need_session(request, touch=False)
    shown = _shown(request, session)
    if shown is None:
        return Response(status_code=204)
    site = site_of(request)
    fragment, values = await _known(site, shown)
    return HTMLResponse(site.pages.render(f"_{fragment}.html", session.language, values))


async def why(request: Request) -> Response:
    """Why it is not done yet: who holds it since when, what is owed by when, and its whole history."""
    session = need_session(request)
    shown = _shown(request, session)
    if shown is None:
        return see(paths.resume(session, site_of(request).services))
    site = site_of(request)
    story, service = await _story(site, shown.subject)
    if story is None:
        return see(shown.page)
    holder = next((step for step in reversed(story.steps) if step.agency), None)
    return page(
        request,
        "why.html",
        session=session,
        story=story,
        rungs=ladder(service, story),
        agency=site.hall.region.agency(holder.agency or "") if holder else None,
        since=story.steps[-1].at if story.steps else None,
        late_days=await _late_days(site, story),
        back=shown.page,
    )


async def why_form(request: Request) -> Response:
    """A button on that page."""
    session, fields = await need_form(request)
    shown = _shown(request, session)
    if switched(session, fields, site_of(request).settings) or shown is None:
        return see(request.url.path)
    return see(shown.page)


async def ask_cancel(request: Request) -> Response:
    """Asks whether a number is really to be given back."""
    session = need_session(request)
    shown = _shown(request, session)
    number = await _number(site_of(request), shown.subject) if shown else None
    if shown is None or number is None or number.ticket.cancelled:
        return see(shown.page if shown else paths.WELCOME)
    notice, session.notice = session.notice, None
    return page(request, "cancel.html", session=session, number=number, notice=notice)


async def cancel(request: Request) -> Response:
    """Give the number back, durably, and only then say so."""
    session, fields = await need_form(request)
    site = site_of(request)
    shown = _shown(request, session)
    number = await _number(site, shown.subject) if shown else None
    if switched(session, fields, site.settings):
        return see(request.url.path)
    if shown is None or number is None or number.ticket.cancelled or fields.get("go") != "next":
        return see(shown.page if shown else paths.WELCOME)
    name = number.ticket.ticket
    try:
        await site.desk.cancel(name, event=TicketCancelled(ticket=name))
    except NotSaved:
        session.notice = NOT_CANCELLED
        return see(request.url.path)
    return see(shown.page)


def _as_typed(typed: str) -> str:
    """The letters and digits of a code that has a slip in it: the service centre forgives one as well."""
    return "".join(sign for sign in typed.upper()[:64] if sign.isascii() and sign.isalnum())


async def _print(request: Request, session: Session) -> None:
    """Print the number or the code that the page shows; the page then tells how that went."""
    site, shown = site_of(request), _shown(request, session)
    if shown is None or not isinstance(shown.subject, Filed) or not slips.can_print(site):
        return
    number = await _number(site, shown.subject)
    code = codes.shown(shown.subject.code)

    def said(wording: Wording) -> str:
        return site.pages.text(wording, session.language)

    if number is None:
        slip = Slip(site.settings.office, said(N_("Your code")), code, (said(KEEP_CODE),))
    else:
        day = site.pages.day(number.ticket.day, session.language)
        lines = (day, f"{said(N_('Booking code:'))} {code}")
        slip = Slip(site.settings.office, said(number.title), number.number, lines)
    session.notice = await slips.print_slip(site, slip)


def _entered(entry: Entry, *, forgiven: bool) -> Filed:
    return Filed(submission=entry.submission, code=entry.code, service=entry.service, forgiven=forgiven)


def _filed(session: Session) -> Shown | None:
    if session.filed is None:
        return None
    return Shown(paths.FILED, paths.FILED_STATE, paths.FILED_WHY, paths.CANCEL, session.filed)


def _tracked(session: Session) -> Shown | None:
    if session.tracked is None:
        return None
    return Shown(paths.TRACKED, paths.TRACKED_STATE, paths.TRACKED_WHY, paths.TRACKED_CANCEL, session.tracked)


def _shown(request: Request, session: Session) -> Shown | None:
    """What the address is about: what was just filed, or what was looked up."""
    return _filed(session) if request.url.path.startswith(paths.FILED) else _tracked(session)


async def _show(request: Request, session: Session, shown: Shown | None, *, just_filed: bool) -> Response:
    if shown is None:
        raise HTTPException(404)
    site = site_of(request)
    fragment, values = await _known(site, shown)
    template = {"state": "filed", "asking": "asking", "ticket": "ticket"}[fragment]
    if isinstance(shown.subject, Filed):
        form = site.services.form(shown.subject.service)
        if form is not None and form.ending is Ending.THANKS:
            template = "thanks"
    notice, session.notice = session.notice, None
    return page(
        request,
        f"{template}.html",
        session=session,
        code=shown.subject.code,
        just_filed=just_filed,
        notice=notice,
        can_print=slips.can_print(site) and isinstance(shown.subject, Filed),
        fragment=f"_{fragment}.html",
        state_path=shown.state,
        why_path=shown.why,
        cancel_path=shown.cancel,
        promises=shown.subject.promises if isinstance(shown.subject, Filed) else (),
        issued=shown.subject.issued if isinstance(shown.subject, Filed) else None,
        forgiven=isinstance(shown.subject, Filed) and shown.subject.forgiven,
        **values,
    )


async def _known(site: Site, shown: Shown) -> tuple[str, dict[str, Any]]:
    """The fragment that tells what is known, and what stands in it."""
    story, service = await _story(site, shown.subject)
    if story is None:
        assert isinstance(shown.subject, Asked)  # noqa: S101 - what was filed here always has a story
        how_far = (await site.desk.story(shown.subject.inquiry)).state
        answer = await site.desk.answer(shown.subject.inquiry)
        waited_s = await site.desk.monotonic() - shown.subject.at
        return "asking", {"state": how_far, "answer": answer, "is_offline": waited_s >= OFFLINE_AFTER_S}
    values: dict[str, Any] = {"story": story, "rungs": ladder(service, story), "service_name": service}
    number = await _number(site, shown.subject)
    if number is None:
        return "state", {**values, "late_days": await _late_days(site, story)}
    return "ticket", {**values, "number": number}


async def _story(site: Site, subject: Filed | Asked) -> tuple[Story | None, str]:
    """What is known of it, and as which service it was filed; None while nobody has answered."""
    if isinstance(subject, Filed):
        return await site.desk.story(subject.submission), subject.service
    answer: Answer | None = await site.desk.answer(subject.inquiry)
    if answer is None or not answer.found:
        return None, ""
    story = Story(state=SubmissionState.STORED, steps=tuple(answer.steps), due_at=answer.due_at)
    return story, answer.service or ""


async def _late_days(site: Site, story: Story) -> int:
    """How many working days the next step is overdue; 0 if it is not, or the time is not known."""
    if story.due_at is None or story.is_over:
        return 0
    try:
        reading = await site.desk.now()
    except NotSaved:
        return 0
    now = reading.wall.timestamp()
    return site.hall.calendar.passed(story.due_at, now) if reading.trusted and now > story.due_at else 0


async def _number(site: Site, subject: Filed | Asked) -> Number | None:
    """The number that was given here; None if it is no ticket of this kiosk's."""
    if not isinstance(subject, Filed) or subject.service != tickets.NAME:
        return None
    ticket = await site.desk.ticket(subject.submission)
    queue = site.hall.region.queue(ticket.queue) if ticket else None
    if ticket is None or queue is None:
        return None
    return Number(
        ticket=ticket,
        number=tickets.number_of(queue.letter, site.hall.series, ticket.number),
        title=queue.title,
        place=place_of(
            ticket.ticket,
            day=ticket.day,
            queue=await site.desk.queue_state(queue.name),
            usual_minutes=queue.usual_minutes,
        ),
    )
