"""The service "complaint": complaints and requests for information, in the classes of LAPOR!."""

from edge_agent.contract.events import EventData
from edge_agent.kiosk.sealing import seal
from edge_agent.kiosk.services import about
from edge_agent.kiosk.services.hall import Hall
from edge_agent.kiosk.services.routing import routing
from edge_agent.kiosk.services.service import N_, Answers, Choice, Consent, Draft, Form, Option, Text

MOST_CHARACTERS = 4000
"""Code points. At four bytes each it seals to 21,500 characters of Base64, of the 60,000 that fit."""

COMPLAINT, INFORMATION = "pengaduan", "permintaan_informasi"

_CLASS = Choice(
    name="class",
    path="jenis",
    title=N_("What would you like to file?"),
    short=N_("Kind"),
    missing=N_("Choose one of the two kinds."),
    options=(
        Option(COMPLAINT, N_("Complaint"), N_("A public service went wrong, and you want it put right.")),
        Option(
            INFORMATION,
            N_("Request for information"),
            N_("You want to know something that a public office can tell you."),
        ),
    ),
)

_TEXT = Text(
    name="text",
    path="isi",
    title=N_("What do you want to tell us?"),
    short=N_("Your words"),
    hint=N_("Write what it is about, where, and since when. You need not give your name."),
    most=MOST_CHARACTERS,
    too_long=N_("Your text is %(over)s characters too long. Shorten it to %(most)s characters."),
    missing=N_("Write what you want to tell us."),
    lines=True,
    spoken=True,
)

CONSENT = Consent(
    version="complaint-2",
    points=(
        N_("What you told us, and your name and contact if you gave them, are used only to handle this."),
        N_("It is sealed at this kiosk; only the region's intake office can open it."),
        N_("You may see it, correct it or withdraw your consent: show your code to the staff."),
    ),
    agreement=N_(
        "I agree that these data are processed to handle my submission "
        "(Law No. 27 of 2022 on Personal Data Protection)."
    ),
    missing=N_("Tick the box if you agree. Without your consent nothing is sent."),
)


def _promises(answers: Answers) -> tuple[str, ...]:
    """The deadlines of LAPOR! (docs/reference/glossary.md)."""
    promises = (
        N_("It is forwarded to the agency within 3 working days."),
        N_("The agency follows it up within 5 working days after that."),
    )
    if answers("class") != COMPLAINT:
        return promises
    return (
        *promises,
        N_("A complaint is settled within 14 working days, or 60 if it must be looked at on the spot."),
    )


def offered(hall: Hall) -> Form:
    """The service in a region: its topics with their agencies, and its places."""

    def compose(draft: Draft) -> EventData:
        return seal(
            draft.answers,
            submission=draft.subject,
            service=draft.service,
            language=draft.language,
            created_at=draft.reading.wall,
            consent_version=draft.consent_version,
            key=draft.intake,
            recordings=draft.recordings,
            parts=draft.parts,
            routing=routing(draft.answers, hall=hall, category=draft.answers.get("class")),
        )

    return Form(
        name="complaint",
        path="pengaduan",
        title=N_("Complain or ask"),
        explained=N_("Something went wrong, or you want to know something."),
        questions=(
            _CLASS,
            _TEXT,
            about.topic(hall),
            about.place(hall),
            about.IDENTITY,
            about.NAME,
            about.CONTACT,
            *about.photo(hall),
        ),
        compose=compose,
        consent=about.consented(CONSENT, hall),
        promises=_promises,
    )
