"""The service "complaint", in the three classes of LAPOR!: pengaduan, aspirasi, permintaan informasi."""

from edge_agent.kiosk.services.service import N_, Choice, Consent, Flaw, Option, Service, Text

MOST_CHARACTERS = 4000
"""Code points. At four bytes each it seals to 21,500 characters of Base64, of the 60,000 that fit."""

_CLASS = Choice(
    name="class",
    path="jenis",
    title=N_("What would you like to file?"),
    short=N_("Kind"),
    missing=N_("Choose one of the three kinds."),
    options=(
        Option(
            "pengaduan",
            N_("Complaint"),
            N_("A public service went wrong, and you want it put right."),
        ),
        Option(
            "aspirasi",
            N_("Aspiration"),
            N_("You have a wish or an idea for your area or for its services."),
        ),
        Option(
            "permintaan_informasi",
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
)


def _reachable(contact: str) -> Flaw | None:
    """A telephone number has at least eight digits, an email address an @ with something on both sides."""
    digits = sum(character.isdigit() for character in contact)
    before, at, after = contact.rpartition("@")
    if digits >= 8 or (at and before.strip() and "." in after.strip(". ")):
        return None
    return Flaw(N_("Write a telephone number or an email address, or leave it empty."), {})


_CONTACT = Text(
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
)

CONSENT = Consent(
    version="complaint-1",
    points=(
        N_("What you wrote, and your contact if you gave one, is used only to handle this submission."),
        N_("It is sealed at this kiosk; only the region's intake office can open it."),
        N_("You may see it, correct it or withdraw your consent: show your code to the staff."),
    ),
    agreement=N_(
        "I agree that these data are processed to handle my submission "
        "(Law No. 27 of 2022 on Personal Data Protection)."
    ),
    missing=N_("Tick the box if you agree. Without your consent nothing is sent."),
)

COMPLAINT = Service(
    name="complaint",
    path="pengaduan",
    title=N_("Complain, propose or ask"),
    explained=N_("Complaint, aspiration or request for information. It takes about three minutes."),
    questions=(_CLASS, _TEXT, _CONTACT),
    consent=CONSENT,
)
