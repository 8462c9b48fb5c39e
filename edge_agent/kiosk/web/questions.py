"""The questions of a service, one a page, and the review of the answers."""

from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from edge_agent.clock import Reading
from edge_agent.contract.events import EventData, SubmissionCreated
from edge_agent.kiosk import NotSaved, TooLarge
from edge_agent.kiosk.desk import Committed
from edge_agent.kiosk.recordings import Attachment, Media, seal_recording
from edge_agent.kiosk.register import CodeTaken
from edge_agent.kiosk.secret import Secret
from edge_agent.kiosk.services.service import (
    N_,
    Choice,
    Draft,
    Flaw,
    Form,
    Numbers,
    Option,
    Picture,
    Question,
    Text,
    flaw_of,
)
from edge_agent.kiosk.sessions import Filed, Session
from edge_agent.kiosk.web import paths
from edge_agent.kiosk.web.options import Page, page_of
from edge_agent.kiosk.web.site import Site, need_form, need_session, page, see, site_of, switched
from edge_agent.kiosk.words import clean
from loket import personal

NOT_SAVED = N_(
    "Your submission was NOT saved: the kiosk has no room at the moment. "
    "Your answers are still here. Try again in a moment, or turn to the staff."
)
NO_CONSENT = "consent"


async def show_question(request: Request) -> Response:
    """One question, with the answer so far; after a wrong answer, with what is wrong."""
    session = need_session(request)
    if session.filed is not None:
        return see(paths.FILED)
    form, question = _asked(request)
    session.begin(form.name)
    asked = form.asked(session.answered)
    if question not in asked:
        return see(paths.resume(session, site_of(request).services))
    answer = session.answered(question.name)
    flaw = _flaw(session, question) if question.name in session.asked else None
    notice, session.notice = session.notice, None
    return page(
        request,
        "photo.html" if isinstance(question, Picture) else "question.html",
        session=session,
        service=form,
        question=question,
        options=_options(site_of(request), session, question) if isinstance(question, Choice) else None,
        answer=answer,
        flaw=flaw,
        notice=notice,
        number=asked.index(question) + 1,
        count=len(asked),
        camera=site_of(request).settings.camera.name,
    )


async def answer_question(request: Request) -> Response:
    """Keep the answer, whatever button was pressed; go on only if it stands."""
    session, fields = await need_form(request)
    if session.filed is not None:
        return see(paths.FILED)
    form, question = _asked(request)
    session.begin(form.name)
    if question not in form.asked(session.answered):  # a page from before, in another tab
        return see(paths.resume(session, site_of(request).services))
    _keep(session, form, question, fields)
    site = site_of(request)
    if switched(session, fields, site.settings):
        return see(request.url.path)
    if isinstance(question, Picture) and fields.get("go") in ("again", "without"):
        session.photograph(None)
        if fields.get("go") == "again":
            return see(request.url.path)
    if fields.get("go") == "back":
        session.asked.discard(question.name)
        return see(_before(form, question, session))
    if fields.get("go") == "more" and isinstance(question, Choice):
        session.pages[question.name] = _options(site, session, question).number + 1
        return see(request.url.path)
    if _flaw(session, question) is not None:
        session.asked.add(question.name)
        return see(request.url.path)
    session.asked.discard(question.name)
    session.pages.pop(question.name, None)
    after = _after(form, question, session)
    if after is not None:
        return see(after)
    return await _file(request, session, form, again=request.url.path)


async def keep_answer(request: Request) -> Response:
    """Keep what is typed so far, sent by the page's script as the page is left. 204."""
    session, fields = await need_form(request)
    form, question = _asked(request)
    if session.filed is None and session.service == form.name:
        _keep(session, form, question, fields)
    return Response(status_code=204)


async def show_check(request: Request) -> Response:
    """All answers, to be checked, with what the person agrees to."""
    session = need_session(request)
    if session.filed is not None:
        return see(paths.FILED)
    form = _form(request)
    flawed = _first_flawed(session, form) if session.service == form.name else None
    if session.service != form.name or flawed is not None or not form.reviewed:
        return see(paths.question(form, flawed or form.questions[0]))
    session.checking = True
    notice, session.notice = session.notice, None
    return page(
        request,
        "check.html",
        session=session,
        service=form,
        answers=[(question, session.answered(question.name)) for question in form.asked(session.answered)],
        promises=form.promises(session.answered),
        numbers_in=[question.short for question in _with_numbers(form, session)],
        consent_missing=NO_CONSENT in session.asked,
        notice=notice,
    )


async def send(request: Request) -> Response:
    """Seal the answers, commit them, and only then say so. Sending again files nothing again."""
    session, fields = await need_form(request)
    if session.filed is not None:
        return see(paths.FILED)
    form = _form(request)
    if switched(session, fields, site_of(request).settings):
        return see(request.url.path)
    if fields.get("go") == "back":
        session.checking = False
        return see(paths.question(form, form.asked(session.answered)[-1]))
    if session.service != form.name or _first_flawed(session, form) is not None or not form.reviewed:
        return see(paths.check(form))
    if form.consent is not None and fields.get("consent") != form.consent.version:
        session.asked.add(NO_CONSENT)
        return see(request.url.path)
    session.asked.discard(NO_CONSENT)
    return await _file(request, session, form, again=request.url.path)


async def _file(request: Request, session: Session, form: Form, *, again: str) -> Response:
    """File what the session holds now; where that fails, say so at `again`."""
    site = site_of(request)
    promises = form.promises(session.answered)
    try:
        done = await _commit(site, session, form)
    except (NotSaved, TooLarge):
        session.notice = NOT_SAVED
        return see(again)
    if session.filed is None:  # another tab may have been quicker: its receipt is the one that counts
        event, issued = done.event, None
        if isinstance(event, SubmissionCreated) and done.is_new:
            issued = site.issuer.issue_receipt(event, code=done.code, reading=done.reading)
        session.file(
            Filed(
                submission=session.submission,
                code=done.code,
                service=form.name,
                promises=promises,
                issued=issued,
            )
        )
    return see(paths.FILED)


async def _commit(site: Site, session: Session, form: Form) -> Committed:
    """Commit what the session holds now. Raises NotSaved, TooLarge."""
    answers = {
        question.name: session.answered(question.name)
        for question in form.asked(session.answered)
        if not isinstance(question, Picture)
    }
    for _ in range(3):
        subject = session.submission
        attachments = _attachments(site, session, form)

        def compose(
            reading: Reading,
            numbers: Numbers,
            subject: str = subject,
            attachments: tuple[Attachment, ...] = attachments,
        ) -> EventData:
            event = form.compose(
                Draft(
                    subject=subject,
                    service=form.name,
                    language=session.language,
                    answers=answers,
                    reading=reading,
                    intake=site.intake,
                    numbers=numbers,
                    consent_version=form.consent.version if form.consent else "",
                    attachments=attachments,
                )
            )
            return site.issuer.name_key(event) if isinstance(event, SubmissionCreated) else event

        try:
            return await site.desk.file(subject, service=form.name, compose=compose, attachments=attachments)
        except CodeTaken:
            session.submission = str(uuid4())
    raise NotSaved("no free code")


def _with_numbers(form: Form, session: Session) -> list[Text]:
    """The questions in whose answers a NIK or a telephone number stands that nobody asked for."""
    return [
        question
        for question in form.asked(session.answered)
        if isinstance(question, Text) and question.lines and personal.find(session.answered(question.name))
    ]


def _attachments(site: Site, session: Session, form: Form) -> tuple[Attachment, ...]:
    """The voice note and the photo, sealed: what there is, where the service takes it. Raises TooLarge."""
    asked = form.asked(session.answered)
    given: list[tuple[Media, Secret]] = []
    if session.recording and any(isinstance(question, Text) and question.spoken for question in asked):
        given.append(("audio/webm", session.recording))
    if session.photo and any(isinstance(question, Picture) for question in asked):
        given.append(("image/jpeg", session.photo))
    return tuple(
        seal_recording(secret.read(), media=media, submission=session.submission, key=site.intake)
        for media, secret in given
    )


def _flaw(session: Session, question: Question) -> Flaw | None:
    return flaw_of(question, session.answered(question.name), said=bool(session.recording))


def _first_flawed(session: Session, form: Form) -> Question | None:
    return form.first_flawed(session.answered, said=bool(session.recording))


def _options(site: Site, session: Session, question: Choice) -> Page[Option]:
    """The options that are shown now, those first that the person's own words suggest."""
    words = session.answered(question.suggested_by) if question.suggested_by else ""
    return page_of(
        question.options,
        name=lambda option: option.value,
        first=[suggestion.topic for suggestion in site.suggester.suggest(words)] if words else [],
        chosen=session.answered(question.name),
        number=session.pages.get(question.name),
    )


def _keep(session: Session, form: Form, question: Question, fields: dict[str, str]) -> None:
    if isinstance(question, Picture):
        return
    if question.name not in fields and (fields.get("go") != "next" or isinstance(question, Choice)):
        return
    answer = clean(fields.get(question.name, ""), lines=question.lines)
    if answer != session.answered(question.name):
        session.pages.clear()
    session.answer(question.name, answer)
    asked = form.asked(session.answered)
    for other in form.questions:
        if other not in asked:
            session.forget(other.name)


def _form(request: Request) -> Form:
    service = site_of(request).services.at(request.url.path.split("/")[1])
    if not isinstance(service, Form):
        raise HTTPException(404)
    return service


def _asked(request: Request) -> tuple[Form, Question]:
    form = _form(request)
    question = form.question(request.path_params["question"])
    if question is None:
        raise HTTPException(404)
    return form, question


def _before(form: Form, question: Question, session: Session) -> str:
    if session.checking and _first_flawed(session, form) is None:
        return paths.check(form)
    asked = form.asked(session.answered)
    position = asked.index(question) if question in asked else 0
    return paths.WELCOME if position == 0 else paths.question(form, asked[position - 1])


def _after(form: Form, question: Question, session: Session) -> str | None:
    """Where it goes on; None if all is answered and nothing is to be reviewed."""
    asked = form.asked(session.answered)
    position = asked.index(question) + 1
    if session.checking:
        flawed = _first_flawed(session, form)
        return paths.check(form) if flawed is None else paths.question(form, flawed)
    if position < len(asked):
        return paths.question(form, asked[position])
    if form.reviewed:
        return paths.check(form)
    flawed = _first_flawed(session, form)
    return None if flawed is None else paths.question(form, flawed)
