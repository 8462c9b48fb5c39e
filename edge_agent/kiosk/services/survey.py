"""The service "survey": the satisfaction survey (SKM) in nine elements (PermenPANRB 14/2017), one a page."""

from edge_agent.contract.events import EventData, Scores, SurveyAnswered
from edge_agent.kiosk.services.hall import Hall
from edge_agent.kiosk.services.service import N_, Choice, Draft, Ending, Form, Option

_MISSING = N_("Choose one of the four.")


def _element(name: str, path: str, *, title: str, short: str, options: tuple[str, str, str, str]) -> Choice:
    """An element: its four answers from worst (1) to best (4)."""
    return Choice(
        name=name,
        path=path,
        title=title,
        short=short,
        missing=_MISSING,
        options=tuple(Option(str(score), label) for score, label in enumerate(options, start=1)),
        instant=True,
    )


ELEMENTS = (
    _element(
        "persyaratan",
        "persyaratan",
        title=N_("Did the documents you were asked for suit the service?"),
        short=N_("Requirements"),
        options=(N_("Not at all"), N_("Not quite"), N_("They did"), N_("They did very well")),
    ),
    _element(
        "prosedur",
        "prosedur",
        title=N_("How easy was the procedure?"),
        short=N_("Procedure"),
        options=(N_("Not easy"), N_("Not quite easy"), N_("Easy"), N_("Very easy")),
    ),
    _element(
        "waktu",
        "waktu",
        title=N_("How quickly were you served?"),
        short=N_("Time"),
        options=(N_("Not quickly"), N_("Not quite quickly"), N_("Quickly"), N_("Very quickly")),
    ),
    _element(
        "biaya",
        "biaya",
        title=N_("How fair was what it cost?"),
        short=N_("Cost"),
        options=(N_("Very expensive"), N_("Rather expensive"), N_("Fair"), N_("Free of charge")),
    ),
    _element(
        "produk",
        "produk",
        title=N_("Was the result what had been promised?"),
        short=N_("Result"),
        options=(
            N_("Not as promised"),
            N_("Not quite as promised"),
            N_("As promised"),
            N_("Exactly as promised"),
        ),
    ),
    _element(
        "kompetensi",
        "kompetensi",
        title=N_("How able were the staff?"),
        short=N_("Ability"),
        options=(N_("Not able"), N_("Not quite able"), N_("Able"), N_("Very able")),
    ),
    _element(
        "perilaku",
        "perilaku",
        title=N_("How polite and friendly were the staff?"),
        short=N_("Manner"),
        options=(
            N_("Not polite or friendly"),
            N_("Not quite polite and friendly"),
            N_("Polite and friendly"),
            N_("Very polite and friendly"),
        ),
    ),
    _element(
        "sarana",
        "sarana",
        title=N_("How good were the rooms and the equipment?"),
        short=N_("Rooms and equipment"),
        options=(N_("Bad"), N_("Middling"), N_("Good"), N_("Very good")),
    ),
    _element(
        "pengaduan",
        "penanganan",
        title=N_("How are complaints dealt with here?"),
        short=N_("Complaints"),
        options=(
            N_("There is no way to complain"),
            N_("There is one, but it does not work"),
            N_("It works, but not very well"),
            N_("It is well run"),
        ),
    ),
)
"""In the order of the regulation; events name them, for applications swap numbers (U8 and U9)."""


def offered(hall: Hall) -> Form:
    """The service in a region: its agencies may be judged, those of the hall first."""
    here = [queue.agency for queue in hall.queues if queue.agency]
    agencies = sorted(hall.region.file.agencies, key=lambda agency: agency.name not in here)

    def compose(draft: Draft) -> EventData:
        return SurveyAnswered(
            survey=draft.subject,
            agency=draft.answers["agency"],
            day=hall.local(draft.reading.wall).date().isoformat(),
            scores=Scores(**{element.name: int(draft.answers[element.name]) for element in ELEMENTS}),
        )

    return Form(
        name="survey",
        path="survei",
        title=N_("Judge our service"),
        explained=N_("Nine short questions. Nobody can tell that it was you."),
        questions=(
            Choice(
                name="agency",
                path="instansi",
                title=N_("Whose service do you want to judge?"),
                short=N_("Agency"),
                missing=N_("Choose an agency."),
                options=tuple(Option(agency.name, agency.title) for agency in agencies),
                instant=True,
            ),
            *ELEMENTS,
        ),
        compose=compose,
        ending=Ending.THANKS,
    )
