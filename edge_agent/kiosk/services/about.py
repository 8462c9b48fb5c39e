"""What a complaint and an aspiration both ask: what it is about, where, who says so, how to reach them.

Where the kiosk has a camera for documents, they also ask for the photo of one.
"""

from dataclasses import replace

from edge_agent.kiosk.services.hall import Hall
from edge_agent.kiosk.services.service import N_, Answers, Choice, Consent, Flaw, Option, Picture, Text
from loket.region import Said

OTHER = "lain"
"""The topic of what is about none of the region's."""
ANYWHERE = "tidak_tertentu"
"""The place of what is about no one place."""

NAMED, CONFIDENTIAL, ANONYMOUS = "named", "confidential", "anonymous"

IDENTITY = Choice(
    name="identity",
    path="identitas",
    title=N_("Do you want to give your name?"),
    short=N_("Your name"),
    missing=N_("Choose one of the three."),
    options=(
        Option(
            ANONYMOUS,
            N_("No name"),
            N_("You are asked for no name and no contact. You follow it by its code."),
        ),
        Option(
            CONFIDENTIAL, N_("Confidential"), N_("Only the intake office sees your name, never the agency.")
        ),
        Option(
            NAMED, N_("With my name"), N_("The agency that works on it sees your name and may reach you.")
        ),
    ),
)


def gave_name(answers: Answers) -> bool:
    """Whether somebody did not choose to stay anonymous."""
    return answers("identity") in (NAMED, CONFIDENTIAL)


def _reachable(contact: str) -> Flaw | None:
    """A telephone number has at least eight digits, an email address an @ with something on both sides."""
    digits = sum(character.isdigit() for character in contact)
    before, at, after = contact.rpartition("@")
    if digits >= 8 or (at and before.strip() and "." in after.strip(". ")):
        return None
    return Flaw(N_("Write a telephone number or an email address, or leave it empty."), {})


NAME = Text(
    name="name",
    path="nama",
    title=N_("What is your name?"),
    short=N_("Name"),
    most=100,
    too_long=N_("Your name is %(over)s characters too long. Shorten it to %(most)s characters."),
    missing=N_("Write your name, or go back and choose to give none."),
    asked_if=gave_name,
)

CONTACT = Text(
    name="contact",
    path="kontak",
    title=N_("How can we reach you?"),
    short=N_("Contact"),
    hint=N_(
        "A telephone number or an email address. You may leave this empty; "
        "your code is then the only way to follow it."
    ),
    most=120,
    too_long=N_("Your contact is %(over)s characters too long. Shorten it to %(most)s characters."),
    skipped=N_("None: I follow it by its code"),
    check=_reachable,
    asked_if=gave_name,
)

PHOTO = Picture(
    name="photo",
    path="foto",
    title=N_("Photo of a document"),
    short=N_("Photo"),
    hint=N_("If a letter, a card or a receipt shows what you mean. You need not take one."),
    skipped=N_("No photo"),
)
"""Optional, and the last: what it belongs to is said by then."""

_PHOTO_CONSENT = N_("A photo that you take is used only to handle this, and is sealed in the same way.")


def photo(hall: Hall) -> tuple[Picture, ...]:
    """The photo of a document, where the kiosk has a camera for it."""
    return (PHOTO,) if hall.has_camera else ()


def consented(consent: Consent, hall: Hall) -> Consent:
    """What is agreed to here: a photo is a matter of its own, where one can be taken."""
    if not hall.has_camera:
        return consent
    return replace(consent, version=f"{consent.version}-photo", points=(*consent.points, _PHOTO_CONSENT))


def topic(hall: Hall) -> Choice:
    """What it is about: a topic of the region, and which agency is asked first."""
    return Choice(
        name="topic",
        path="topik",
        title=N_("What is it about?"),
        short=N_("Topic"),
        missing=N_("Choose a topic. If none fits, choose the last one."),
        options=(
            *(
                Option(topic.name, topic.title, agency.title if agency else "")
                for topic in hall.region.file.topics
                for agency in (hall.region.agency(topic.agency),)
            ),
            Option(OTHER, N_("Something else"), N_("The intake office finds out who is responsible.")),
        ),
        suggested_by="text",
    )


def place(hall: Hall) -> Choice:
    """Where it is about: a place of the region."""
    return Choice(
        name="place",
        path="tempat",
        title=N_("Where is it?"),
        short=N_("Place"),
        missing=N_("Choose a place. If it is about no one place, choose the last one."),
        options=(
            *(Option(place.code, _as_it_is(place.title)) for place in hall.region.file.places),
            Option(ANYWHERE, N_("No one place"), N_("It is about the whole region, or you do not know.")),
        ),
        asked_if=lambda _: bool(hall.region.file.places),
    )


def _as_it_is(title: str) -> Said:
    """The name of a place, which is the same in every language."""
    return Said(id=title, en=title, rej=title)
