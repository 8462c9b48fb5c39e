"""The questions of a service, one a page, and the review of the answers."""

from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from edge_agent.kiosk import NotSaved, TooLarge, services
from edge_agent.kiosk.register import CodeTaken
from edge_agent.kiosk.sealing import seal
from edge_agent.kiosk.services.service import N_, Question, Service
from edge_agent.kiosk.sessions import Session
from edge_agent.kiosk.web import paths
from edge_agent.kiosk.web.site import Site, need_form, need_session, page, see, site_of, switched
from edge_agent.kiosk.words import clean

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
    service, question = _asked(request)
    session.begin(service.name)
    answer = session.answered(question.name)
    flaw = question.flaw(answer) if question.name in session.asked else None
    return page(
        request,
        "question.html",
        session=session,
        service=service,
        question=question,
        answer=answer,
        flaw=flaw,
        number=service.questions.index(question) + 1,
    )


async def answer_question(request: Request) -> Response:
    """Keep the answer, whatever button was pressed; go on only if it stands."""
    session, form = await need_form(request)
    if session.filed is not None:
        return see(paths.FILED)
    service, question = _asked(request)
    session.begin(service.name)
    _keep(session, question, form)
    if switched(session, form, site_of(request).settings):
        return see(request.url.path)
    if form.get("go") == "back":
        session.asked.discard(question.name)
        return see(_before(service, question, session))
    if question.flaw(session.answered(question.name)) is not None:
        session.asked.add(question.name)
        return see(request.url.path)
    session.asked.discard(question.name)
    return see(_after(service, question, session))


async def keep_answer(request: Request) -> Response:
    """Keep what is typed so far, sent by the page's script as the page is left. 204."""
    session, form = await need_form(request)
    service, question = _asked(request)
    if session.filed is None and session.service == service.name:
        _keep(session, question, form)
    return Response(status_code=204)


async def show_check(request: Request) -> Response:
    """All answers, to be checked, with what the person agrees to."""
    session = need_session(request)
    if session.filed is not None:
        return see(paths.FILED)
    service = _service(request)
    flawed = service.first_flawed(session.answered) if session.service == service.name else None
    if session.service != service.name or flawed is not None:
        return see(paths.question(service, flawed or service.questions[0]))
    session.checking = True
    response = page(
        request,
        "check.html",
        session=session,
        service=service,
        answers=[(question, session.answered(question.name)) for question in service.questions],
        consent_missing=NO_CONSENT in session.asked,
        notice=session.notice,
    )
    session.notice = None
    return response


async def send(request: Request) -> Response:
    """Seal the answers, commit them, and only then say so. Sending again files nothing again."""
    session, form = await need_form(request)
    if session.filed is not None:
        return see(paths.FILED)
    service = _service(request)
    site = site_of(request)
    if switched(session, form, site.settings):
        return see(request.url.path)
    if form.get("go") == "back":
        session.checking = False
        return see(paths.question(service, service.questions[-1]))
    if session.service != service.name or service.first_flawed(session.answered) is not None:
        return see(paths.check(service))
    if form.get("consent") != service.consent.version:
        session.asked.add(NO_CONSENT)
        return see(request.url.path)
    session.asked.discard(NO_CONSENT)
    try:
        code = await _file(site, session, service)
    except (NotSaved, TooLarge):
        session.notice = NOT_SAVED
        return see(request.url.path)
    if session.filed is None:
        session.file(code)
    return see(paths.FILED)


async def _file(site: Site, session: Session, service: Service) -> str:
    """Commit what the session holds now. Raises NotSaved, TooLarge."""
    for _ in range(3):
        reading = await site.desk.now()
        created = seal(
            {question.name: session.answered(question.name) for question in service.questions},
            submission=session.submission,
            service=service.name,
            language=session.language,
            created_at=reading.wall,
            consent_version=service.consent.version,
            key=site.intake,
        )
        try:
            return await site.desk.file(created, reading=reading)
        except CodeTaken:
            session.submission = str(uuid4())
    raise NotSaved("no free code")


def _keep(session: Session, question: Question, form: dict[str, str]) -> None:
    if question.name in form or form.get("go") == "next":
        session.answer(question.name, clean(form.get(question.name, ""), lines=question.lines))


def _service(request: Request) -> Service:
    service = services.at(request.path_params["service"])
    if service is None:
        raise HTTPException(404)
    return service


def _asked(request: Request) -> tuple[Service, Question]:
    service = _service(request)
    question = service.question(request.path_params["question"])
    if question is None:
        raise HTTPException(404)
    return service, question


def _before(service: Service, question: Question, session: Session) -> str:
    if session.checking and service.first_flawed(session.answered) is None:
        return paths.check(service)
    position = service.questions.index(question)
    return paths.WELCOME if position == 0 else paths.question(service, service.questions[position - 1])


def _after(service: Service, question: Question, session: Session) -> str:
    position = service.questions.index(question) + 1
    if session.checking or position == len(service.questions):
        return paths.check(service)
    return paths.question(service, service.questions[position])
