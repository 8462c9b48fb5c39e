"""What the console says of values, in one language: times, numbers, states, kinds, labels."""

import gettext
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup

from fleet.console.localtime import local, zone_of
from fleet.office.cases import Case
from fleet.office.regions import Regions
from fleet.views.events import Event
from fleet.views.liveness import State


def N_(message: str) -> str:  # noqa: N802
    """Mark a message for the catalogue; it is translated where it is shown."""
    return message


STATES = {
    State.ONLINE: N_("Connected"),
    State.DEGRADED: N_("Impaired"),
    State.UNKNOWN: N_("Unknown"),
    State.OFFLINE: N_("Disconnected"),
    State.NEVER: N_("Never heard"),
    State.REVOKED: N_("Revoked"),
}

KINDS = {
    "vision.track.started": N_("Seen"),
    "vision.track.ended": N_("Left"),
    "vision.line.crossed": N_("Line crossed"),
    "vision.zone.entered": N_("Zone entered"),
    "vision.zone.left": N_("Zone left"),
    "vision.zone.counted": N_("In the zone"),
    "vision.queue.measured": N_("Queue"),
    "vision.alert.started": N_("Alert"),
    "vision.alert.ended": N_("Alert over"),
    "vision.snapshot.taken": N_("Picture taken"),
    "vision.model.changed": N_("Model changed"),
    "vision.pictures.released": N_("Pictures let out"),
    "vision.tamper.started": N_("Camera obstructed"),
    "vision.tamper.ended": N_("Camera clear again"),
    "kiosk.submission.created": N_("Submission filed"),
    "kiosk.submission.part": N_("Recording of a submission"),
    "kiosk.ticket.taken": N_("Queue number taken"),
    "kiosk.ticket.cancelled": N_("Queue number given back"),
    "kiosk.survey.answered": N_("Survey answered"),
    "kiosk.emergency.raised": N_("Help was called"),
    "kiosk.code.asked": N_("Code asked after"),
    "kiosk.receipt_key.certified": N_("Receipt key certified"),
    "kiosk.screen.changed": N_("Screen"),
    "device.notices.received": N_("Notices received"),
    "device.health": N_("Health"),
    "device.presence": N_("Connection"),
    "device.command.finished": N_("Command finished"),
    "outbox.evicted": N_("Given up for want of room"),
}

LABELS = {
    "person": N_("person"),
    "face": N_("face"),
    "bicycle": N_("bicycle"),
    "car": N_("car"),
    "motorcycle": N_("motorcycle"),
    "bus": N_("bus"),
    "truck": N_("truck"),
    "vehicle": N_("vehicle"),
    "train": N_("train"),
    "boat": N_("boat"),
    "cat": N_("cat"),
    "dog": N_("dog"),
    "bird": N_("bird"),
    "backpack": N_("backpack"),
    "umbrella": N_("umbrella"),
    "handbag": N_("handbag"),
    "suitcase": N_("suitcase"),
    "bottle": N_("bottle"),
    "chair": N_("chair"),
    "bench": N_("bench"),
}
"""Labels of the detectors that the console has words for; others are shown as they are."""

PURPOSES = ("tracks", "alerts", "commands", "previews")
"""What pictures that were let out are counted by."""

TAMPERS = {
    "covered": N_("covered"),
    "defocused": N_("out of focus"),
    "moved": N_("moved"),
    "blinded": N_("blinded"),
    "frozen": N_("picture stands still"),
    "black": N_("black"),
    "lost": N_("no signal"),
}

SERVICES = {
    "complaint": N_("Complaint"),
    "aspiration": N_("Aspiration"),
    "permit": N_("Permit"),
    "permits": N_("Permit"),
    "ticket": N_("Queue number"),
    "emergency": N_("Call for help"),
}

CASE_STATES = {
    "received": N_("Received"),
    "forwarded": N_("Forwarded"),
    "in_progress": N_("Being followed up"),
    "answered": N_("Answered"),
    "closed": N_("Closed"),
    "rejected": N_("Rejected"),
    "proposed": N_("Proposed"),
    "village_verified": N_("Verified by the village"),
    "district_verified": N_("Verified by the district"),
    "agency_verified": N_("Verified by the agency"),
    "in_plan": N_("In the yearly plan (RKPD)"),
    "budgeted": N_("Budgeted"),
    "in_work": N_("Being worked on"),
    "done": N_("Done"),
    "awaiting_verification": N_("Awaiting verification"),
    "in_process": N_("Being processed"),
    "needs_repair": N_("Needs repair"),
    "approved": N_("Approved"),
    "waiting": N_("Waiting"),
    "called": N_("Called"),
    "serving": N_("Being served"),
    "no_show": N_("Not there"),
    "cancelled": N_("Cancelled"),
    "transferred": N_("Transferred"),
    "raised": N_("Help was called"),
    "acknowledged": N_("Seen by the command centre"),
}
"""The states of every sort of case: a state means the same wherever it occurs."""

PACES = {
    "usual": N_("usual (5 working days)"),
    "violation": N_("violation (14 working days)"),
    "inspection": N_("with a field inspection (60 working days)"),
}

ACTORS = {"citizen": N_("citizen"), "clock": N_("by the clock")}

IDENTITIES = {
    "named": N_("named"),
    "confidential": N_("confidential"),
    "anonymous": N_("anonymous"),
}

ELEMENTS = {
    "persyaratan": N_("Requirements"),
    "prosedur": N_("Procedure"),
    "waktu": N_("Time"),
    "biaya": N_("Cost"),
    "produk": N_("Result"),
    "kompetensi": N_("Competence"),
    "perilaku": N_("Conduct"),
    "sarana": N_("Facilities"),
    "pengaduan": N_("Handling of complaints"),
}
"""The nine elements of the satisfaction survey."""

CATEGORIES = {
    "pengaduan": N_("Complaint"),
    "aspirasi": N_("Aspiration"),
    "permintaan_informasi": N_("Request for information"),
}

ALERTS = {
    "crowding": N_("crowding"),
    "loitering": N_("loitering"),
    "wrong_way": N_("wrong way"),
    "stopped": N_("stopped vehicle"),
    "abandoned": N_("nobody there"),
}

DIRECTIONS = {"forward": N_("forward"), "backward": N_("backward")}

STATUSES = {"ok": N_("well"), "degraded": N_("impaired")}

OUTCOMES = {"done": N_("done"), "failed": N_("failed"), "refused": N_("refused")}

ROLES = {
    "viewer": N_("viewer"),
    "operator": N_("operator"),
    "officer": N_("officer"),
    "data_officer": N_("data officer"),
}


class Words:
    """How one language says things. Methods are what templates call."""

    def __init__(self, language: str, translations: gettext.NullTranslations) -> None:
        """`language` is a Babel locale: "id" or "en"."""
        self.language = language
        self._translate = translations.gettext
        self._clock = "HH.mm.ss" if language == "id" else "HH:mm:ss"

    def when(self, at: float, region: str, *, now: float) -> Markup:
        """A time element on the region's clocks: the date is left out where it is today's."""
        there = local(at, region=region)
        today = there.date() == local(now, region=region).date()
        pattern = self._clock if today else f"d MMM y, {self._clock}"
        text = f"{format_datetime(there, pattern, locale=self.language)} {zone_of(region).tzname(None)}"
        return _time(at, text)

    def date(self, at: float, region: str) -> Markup:
        """A time element with the date alone."""
        there = local(at, region=region)
        return _time(at, format_datetime(there, "d MMM y", locale=self.language))

    def ago(self, at: float, *, now: float) -> str:
        """How long ago: "12 detik yang lalu"."""
        past = timedelta(seconds=min(at - now, 0))
        return format_timedelta(past, add_direction=True, threshold=1.5, locale=self.language)

    def seconds(self, duration_s: float) -> str:
        """A duration in seconds with one decimal place."""
        return f"{format_decimal(duration_s, '#,##0.0', locale=self.language)} s"

    def number(self, value: float) -> str:
        """A number, with the language's separators."""
        return format_decimal(value, locale=self.language)

    def percent(self, share: float) -> str:
        """A share as a whole percentage."""
        return format_percent(share, "#,##0%", locale=self.language)

    def size(self, count: int) -> str:
        """Bytes, in kB or MB where that reads better."""
        for unit, scale in (("MB", 1_000_000), ("kB", 1_000)):
            if count >= scale:
                return f"{format_decimal(count / scale, '#,##0.0', locale=self.language)} {unit}"
        return f"{self.number(count)} B"

    def state(self, state: State) -> str:
        """A device's state."""
        return self._translate(STATES[state])

    def unwell(self, by_state: Mapping[State, int]) -> str:
        """How many devices are not well, by state; empty where all are."""
        found = [(count, state) for state, count in by_state.items() if count and state is not State.ONLINE]
        return ", ".join(f"{self.number(count)} {self.state(state).lower()}" for count, state in found)

    def kind(self, kind: str) -> str:
        """A kind of event."""
        return self._known(KINDS, kind)

    def label(self, label: str) -> str:
        """What a detector calls a thing."""
        return self._known(LABELS, label)

    def service(self, service: str) -> str:
        """A kiosk's service."""
        return self._known(SERVICES, service)

    def category(self, category: str) -> str:
        """A class of submission."""
        return self._known(CATEGORIES, category)

    def case_state(self, state: str) -> str:
        """A state of a case."""
        return self._known(CASE_STATES, state)

    def emergency(self, regions: Regions, case: Case) -> str:
        """What help was called for."""
        folder = regions.find(case.region)
        known = folder.file.emergencies if folder is not None else []
        found = next((one for one in known if one.name == case.topic), None)
        return found.title.by(self.language)[0] if found is not None else case.topic or case.service

    def place(self, regions: Regions, case: Case) -> str:
        """A place by its name, or its code where it has none here."""
        folder = regions.find(case.region)
        known = folder.file.places if folder is not None else []
        return next((one.title for one in known if one.code == case.place), case.place or "")

    def actor(self, actor: str) -> str:
        """Who took a step."""
        return self._known(ACTORS, actor)

    def pace(self, pace: str) -> str:
        """How long a complaint may take."""
        return self._known(PACES, pace)

    def identity(self, identity: str) -> str:
        """Whether a filing has a name."""
        return self._known(IDENTITIES, identity)

    def element(self, element: str) -> str:
        """An element of the satisfaction survey."""
        return self._known(ELEMENTS, element)

    def index(self, value: Fraction, places: int = 2) -> str:
        """An exact number, rounded once for reading."""
        shown = Decimal(value.numerator * 10**places) / Decimal(value.denominator)
        rounded = shown.quantize(Decimal(1), rounding=ROUND_HALF_UP).scaleb(-places)
        return format_decimal(rounded, "#,##0." + "0" * places, locale=self.language)

    def minutes(self, minutes: float) -> str:
        """A wait in whole minutes, never none: it is an estimate."""
        return self.number(max(1, math.ceil(minutes)))

    def status(self, status: str) -> str:
        """How a unit fares."""
        return self._known(STATUSES, status)

    def outcome(self, outcome: str) -> str:
        """What became of a command."""
        return self._known(OUTCOMES, outcome)

    def role(self, role: str) -> str:
        """A role."""
        return self._known(ROLES, role)

    def title(self, event: Event) -> str:
        """What happened, in a few words."""
        match event.data:
            case {"alert": str(alert)}:
                return f"{self.kind(event.kind)}: {self._known(ALERTS, alert)}"
            case {"tamper": str(tamper)}:
                return f"{self.kind(event.kind)}: {self._known(TAMPERS, tamper)}"
            case {"tracks": int(), "previews": int(), "heads": int()}:
                pictures = sum(event.data.get(key, 0) for key in PURPOSES)
                return f"{self.kind(event.kind)}: {self.number(pictures)}"
            case {"label": str(label), "direction": str(direction)}:
                what = f"{self.label(label)}, {self._known(DIRECTIONS, direction)}"
                return f"{self.kind(event.kind)}: {what}"
            case {"zone": str(), "count": int(count), "most": int()} | {"zone": str(), "length": int(count)}:
                return f"{self.kind(event.kind)}: {self.number(count)}"
            case {"label": str(label)}:
                return f"{self.kind(event.kind)}: {self.label(label)}"
            case {"unit": str(unit), "status": str(status)}:
                return f"{self.kind(event.kind)}: {unit} {self.status(status)}"
            case {"outcome": str(outcome)}:
                return f"{self.kind(event.kind)}: {self.outcome(outcome)}"
            case {"service": str(service)}:
                return f"{self.kind(event.kind)}: {self.service(service)}"
            case _:
                return self.kind(event.kind)

    def _known(self, names: dict[str, str], value: str) -> str:
        return self._translate(names[value]) if value in names else value


def _time(at: float, text: str) -> Markup:
    stamp = local(at, region="").astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(_iso(stamp), text)


def _iso(stamp: datetime) -> str:
    return stamp.strftime("%Y-%m-%dT%H:%M:%SZ")
