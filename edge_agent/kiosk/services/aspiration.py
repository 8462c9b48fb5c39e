"""The service "aspiration": a wish or an idea for one's area, on its way through the Musrenbang.

Formal proposals enter through RW and kelurahan; what a citizen files at a kiosk is an *aspirasi*.
"""

from edge_agent.contract.events import EventData
from edge_agent.kiosk.sealing import seal
from edge_agent.kiosk.services import about
from edge_agent.kiosk.services.complaint import MOST_CHARACTERS
from edge_agent.kiosk.services.hall import Hall
from edge_agent.kiosk.services.routing import routing
from edge_agent.kiosk.services.service import N_, Answers, Consent, Draft, Form, Text

CATEGORY = "aspirasi"

_TEXT = Text(
    name="text",
    path="isi",
    title=N_("What do you wish for your area?"),
    short=N_("Your words"),
    hint=N_("Write what should be built, repaired or done, for whom, and why. You need not give your name."),
    most=MOST_CHARACTERS,
    too_long=N_("Your text is %(over)s characters too long. Shorten it to %(most)s characters."),
    missing=N_("Write what you wish for."),
    lines=True,
    spoken=True,
)

CONSENT = Consent(
    version="aspiration-1",
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


def _promises(_: Answers) -> tuple[str, ...]:
    return (
        N_(
            "It is checked by your village, your district and the agency, and can then enter the year's plan."
        ),
        N_("This is no formal proposal yet: those enter through your RW and village office."),
        N_("With your code you can see at every step who holds it, and why."),
    )


def offered(hall: Hall) -> Form:
    """The service in a region: its places, and its topics with their agencies."""

    def compose(draft: Draft) -> EventData:
        return seal(
            {"class": CATEGORY, **draft.answers},
            submission=draft.subject,
            service=draft.service,
            language=draft.language,
            created_at=draft.reading.wall,
            consent_version=draft.consent_version,
            key=draft.intake,
            recordings=draft.recordings,
            parts=draft.parts,
            routing=routing(draft.answers, hall=hall, category=CATEGORY),
        )

    return Form(
        name="aspiration",
        path="aspirasi",
        title=N_("Propose something"),
        explained=N_("A wish or an idea for your area."),
        questions=(
            _TEXT,
            about.place(hall),
            about.topic(hall),
            about.IDENTITY,
            about.NAME,
            about.CONTACT,
            *about.photo(hall),
        ),
        compose=compose,
        consent=about.consented(CONSENT, hall),
        promises=_promises,
    )
