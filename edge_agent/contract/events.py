"""What devices tell: the data of each kind of event. Readers ignore fields that they do not know."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from edge_agent.contract.identity import UUID_PATTERN
from edge_agent.contract.streams import Stream

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Label = Annotated[str, Field(min_length=1, max_length=64)]
Uuid = Annotated[str, Field(pattern=rf"^{UUID_PATTERN}$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Run = Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]
Tamper = Literal["covered", "defocused", "moved", "blinded", "frozen", "black", "lost"]
TamperReason = Literal["cleared", "accepted", "changed", "stopped"]
PlaceCode = Annotated[str, Field(pattern=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$")]
KeyId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
Score = Annotated[int, Field(ge=1, le=4)]
Alert = Literal["crowding", "loitering", "wrong_way", "stopped", "abandoned"]


class EventData(BaseModel):
    """The data of one kind of event; `kind` names it and `stream` carries it."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, allow_inf_nan=False)

    kind: ClassVar[str]
    version: ClassVar[int] = 1
    stream: ClassVar[Stream | None]


class Box(BaseModel):
    """A rectangle in shares of the frame's width and height; the origin is the top left corner."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, allow_inf_nan=False)

    left: Share
    top: Share
    right: Share
    bottom: Share


class Scores(BaseModel):
    """The nine elements of the satisfaction survey, each from 1 (worst) to 4 (best), by name."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, allow_inf_nan=False)

    persyaratan: Score
    prosedur: Score
    waktu: Score
    biaya: Score
    produk: Score
    kompetensi: Score
    perilaku: Score
    sarana: Score
    pengaduan: Score


class Presence(EventData):
    """A device is connected or gone. The retained state; published by the broker as the last will."""

    kind = "device.presence"
    stream = None

    online: bool = Field(description="False once the broker has missed it.")
    session: int = Field(ge=0, description="Counts the device's connections: an older will is stale.")
    version_installed: str = Field(default="", max_length=64, description="The agent's release.")


class Health(EventData):
    """How one unit of a device fares."""

    kind = "device.health"
    stream = Stream.TELEMETRY

    unit: Literal["vision", "kiosk", "uplink"] = Field(description="The unit that reports.")
    status: Literal["ok", "degraded"] = Field(description="Whether it does all of its work.")
    reasons: list[Annotated[str, Field(max_length=300)]] = Field(
        default=[], max_length=16, description="Why it is degraded: thing, cause, next step."
    )
    metrics: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")], float] = Field(
        default={}, max_length=64, description="Numbers with their base unit in the name."
    )


class TrackStarted(EventData):
    """An object was seen long enough to be believed."""

    kind = "vision.track.started"
    stream = Stream.EVENTS

    camera: Name = Field(description="The camera, by its name in vision.toml.")
    track: int = Field(ge=1, description="Numbered by camera within one run of the vision unit.")
    run: str = Field(pattern=r"^[0-9a-f]{8}$", description="Names the run that numbered the track.")
    label: Label = Field(description="What the model calls it.")
    score: Share = Field(description="How sure the detector was.")
    box: Box = Field(description="Where it was first believed.")
    snapshot: Sha256 | None = Field(default=None, description="SHA-256 of a JPEG with heads pixelated.")


class TrackEnded(EventData):
    """An object has left, or has not been seen for a while."""

    kind = "vision.track.ended"
    stream = Stream.EVENTS

    camera: Name = Field(description="As when it started.")
    track: int = Field(ge=1, description="As when it started.")
    run: str = Field(pattern=r"^[0-9a-f]{8}$", description="As when it started.")
    label: Label = Field(description="As when it started.")
    score: Share = Field(description="The best score of the track.")
    box: Box = Field(description="Where it was last seen.")
    duration_s: float = Field(ge=0, description="From the first sight to the last, by the monotonic clock.")
    frames: int = Field(ge=1, description="How many frames it was seen in.")
    snapshot: Sha256 | None = Field(default=None, description="SHA-256 of a JPEG with heads pixelated.")


class LineCrossed(EventData):
    """Something crossed a line before a camera. Its time is when the foot came over the line."""

    kind = "vision.line.crossed"
    stream = Stream.EVENTS

    camera: Name = Field(description="The camera, by its name in vision.toml.")
    rule: Name = Field(description="The rule that counts, by its name in vision.toml.")
    line: Name = Field(description="The line, by its name in vision.toml.")
    direction: Literal["forward", "backward"] = Field(
        description="Forward is from the left to the right of one who looks from the line's start to its end."
    )
    label: Label = Field(description="What the model calls it.")
    run: Run = Field(description="Names the run of the vision unit that counted.")
    count: int = Field(
        ge=1,
        description="How many of this label and direction were counted in this run, this one too.",
    )


class ZoneEntered(EventData):
    """Something came into a zone before a camera. Its time is when the foot came over the zone's edge."""

    kind = "vision.zone.entered"
    stream = Stream.EVENTS

    camera: Name = Field(description="The camera, by its name in vision.toml.")
    rule: Name = Field(description="The rule that tells it, by its name in vision.toml.")
    zone: Name = Field(description="The zone, by its name in vision.toml.")
    label: Label = Field(description="What the model calls it.")
    run: Run = Field(description="Names the run of the vision unit that counted.")
    count: int = Field(ge=1, description="How many of this label have entered in this run, this one too.")


class ZoneLeft(EventData):
    """Something left a zone before a camera, or was seen there last."""

    kind = "vision.zone.left"
    stream = Stream.EVENTS

    camera: Name = Field(description="As when it entered.")
    rule: Name = Field(description="As when it entered.")
    zone: Name = Field(description="As when it entered.")
    label: Label = Field(description="As when it entered.")
    run: Run = Field(description="As when it entered.")
    count: int = Field(ge=1, description="How many of this label have left in this run, this one too.")
    dwell_s: float = Field(ge=0, description="How long it stayed, by the monotonic clock.")


class ZoneCounted(EventData):
    """How many are in a zone: told when it changes, and no more often than the rule's `every_s`."""

    kind = "vision.zone.counted"
    stream = Stream.EVENTS

    camera: Name = Field(description="The camera, by its name in vision.toml.")
    rule: Name = Field(description="The rule that counts, by its name in vision.toml.")
    zone: Name = Field(description="The zone, by its name in vision.toml.")
    count: int = Field(ge=0, description="How many are in the zone now.")
    most: int = Field(ge=0, description="The most that were in it since the event before.")


class QueueMeasured(EventData):
    """How long a queue is and how long it waits: told when its length changes, and now and then."""

    kind = "vision.queue.measured"
    stream = Stream.EVENTS

    camera: Name = Field(description="The camera, by its name in vision.toml.")
    rule: Name = Field(description="The rule that measures, by its name in vision.toml.")
    zone: Name = Field(description="The zone in which the queue stands, by its name in vision.toml.")
    length: int = Field(ge=0, description="How many wait now.")
    longest_wait_s: float = Field(ge=0, description="The longest wait so far among these; 0 of nobody.")
    median_wait_s: float = Field(ge=0, description="The median of their waits so far; 0 of nobody.")
    done: int = Field(ge=0, description="Whose wait ended since the event before.")
    done_wait_s: float = Field(ge=0, description="The median of those waits; 0 of nobody.")


class AlertStarted(EventData):
    """Something that somebody should look at has begun before a camera."""

    kind = "vision.alert.started"
    stream = Stream.EVENTS

    camera: Name = Field(description="The camera, by its name in vision.toml.")
    rule: Name = Field(description="The rule that raises it, by its name in vision.toml.")
    alert: Alert = Field(description="What it is about.")
    run: Run = Field(description="Names the run of the vision unit that numbered the alert.")
    number: int = Field(ge=1, description="Numbered by rule within one run of the vision unit.")
    place: Name = Field(description="The line or zone, by its name in vision.toml.")
    label: Label | None = Field(default=None, description="What the model calls it, if it is one thing.")
    count: int = Field(ge=0, description="How many are concerned: in a crowd all of it, of nobody 0.")
    after_s: float = Field(ge=0, description="How long it had lasted when it was raised, seconds.")
    snapshot: Sha256 | None = Field(default=None, description="SHA-256 of a JPEG with heads pixelated.")


class AlertEnded(EventData):
    """What an alert was about is over, or can no longer be told."""

    kind = "vision.alert.ended"
    stream = Stream.EVENTS

    camera: Name = Field(description="As when it started.")
    rule: Name = Field(description="As when it started.")
    alert: Alert = Field(description="As when it started.")
    run: Run = Field(description="As when it started.")
    number: int = Field(ge=1, description="As when it started.")
    place: Name = Field(description="As when it started.")
    duration_s: float = Field(ge=0, description="From its beginning to its end, by the monotonic clock.")
    most: int = Field(ge=0, description="The most that were concerned at once.")


class SnapshotTaken(EventData):
    """A picture was made on command."""

    kind = "vision.snapshot.taken"
    stream = Stream.EVENTS

    camera: Name = Field(description="The camera, by its name in vision.toml.")
    command: str = Field(max_length=64, description="The command's id.")
    snapshot: Sha256 = Field(description="SHA-256 of a JPEG with heads pixelated.")


class PicturesReleased(EventData):
    """How many pictures of a camera were let out on a day, so far. A picture too many is possible where the
    unit was killed, one too few is not."""

    kind = "vision.pictures.released"
    stream = Stream.EVENTS

    camera: Name = Field(description="The camera, by its name in vision.toml.")
    run: Run = Field(description="Names the run that counted. A day's whole is the sum over its runs.")
    day: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = Field(
        default=None, description="By the device's own calendar; none where its clock was not trusted."
    )
    tracks: int = Field(default=0, ge=0, description="Pictures of tracks, in this run on this day.")
    alerts: int = Field(default=0, ge=0, description="Pictures of alerts, likewise.")
    commands: int = Field(default=0, ge=0, description="Pictures made on command, likewise.")
    previews: int = Field(default=0, ge=0, description="Pictures shown to who sets the camera up, likewise.")
    heads: int = Field(default=0, ge=0, description="Boxes in these pictures that were covered as heads.")
    whole: int = Field(default=0, ge=0, description="Of these pictures, those that were wholly covered.")
    masked: int = Field(default=0, ge=0, description="Of these pictures, those in which masks were burned.")


class TamperStarted(EventData):
    """Something is wrong with a camera's picture, so that what happens before it cannot be judged."""

    kind = "vision.tamper.started"
    stream = Stream.EVENTS

    camera: Name = Field(description="The camera, by its name in vision.toml.")
    run: Run = Field(description="Names the run of the vision unit that numbered the case.")
    number: int = Field(ge=1, description="Numbered by camera within one run of the vision unit.")
    tamper: Tamper = Field(description="What is wrong.")
    after_s: float = Field(ge=0, description="How long it had lasted when it was told, seconds.")


class TamperEnded(EventData):
    """What was wrong with a camera's picture is over."""

    kind = "vision.tamper.ended"
    stream = Stream.EVENTS

    camera: Name = Field(description="As when it started.")
    run: Run = Field(description="As when it started.")
    number: int = Field(ge=1, description="As when it started.")
    tamper: Tamper = Field(description="As when it started.")
    duration_s: float = Field(ge=0, description="From its beginning to its end, by the monotonic clock.")
    reason: TamperReason = Field(
        description="It is gone; the new view was taken for the usual one; the picture's size changed, so "
        "that it cannot be told; the unit stops."
    )


class ModelChanged(EventData):
    """Another model serves on a device, or one that was to serve is refused."""

    kind = "vision.model.changed"
    stream = Stream.EVENTS

    cause: Literal["promoted", "returned", "refused"] = Field(
        description="It passed its canary; the one before it serves again; it must not serve."
    )
    model: Name = Field(description="The model that serves now, or that is refused, by its manifest's name.")
    before: Sha256 | None = Field(default=None, description="The weights that served before.")
    after: Sha256 = Field(description="The weights that serve now, or that are refused.")
    reason: str = Field(default="", max_length=300, description="Why it was returned or refused.")


class CommandFinished(EventData):
    """What became of a command."""

    kind = "device.command.finished"
    stream = Stream.EVENTS

    command: str = Field(max_length=64, description="The command's id.")
    outcome: Literal["done", "failed", "refused"] = Field(description="How it ended.")
    reason: str = Field(default="", max_length=300, description="Why it was not done.")


class SubmissionCreated(EventData):
    """A citizen filed something. All that they wrote is in `sealed`, readable by the intake key alone."""

    kind = "kiosk.submission.created"
    stream = Stream.SUBMISSIONS

    submission: Uuid = Field(description="Names the submission.")
    service: Name = Field(description="The kiosk's service, such as complaint.")
    sealed: str = Field(
        max_length=60_000, description="Base64 of a libsodium sealed box over the submission's JSON."
    )
    intake_key: Sha256 = Field(description="SHA-256 of the public key that it is sealed to.")
    consent_version: str = Field(max_length=32, description="Which text of consent was shown and agreed to.")
    category: Name | None = Field(default=None, description="The class of LAPOR!, such as pengaduan.")
    topic: Name | None = Field(default=None, description="What it is about, as the citizen confirmed it.")
    agency: Name | None = Field(default=None, description="The agency that is asked first.")
    identity: Literal["named", "confidential", "anonymous"] | None = Field(
        default=None, description="Whether it has a name, for whom; anonymous: none, and no contact."
    )
    place: PlaceCode | None = Field(default=None, description="Where it is about, by Kemendagri's code.")
    parts: int = Field(
        default=0,
        ge=0,
        le=32,
        description="How many parts of its recordings (a voice note, a photo) there are.",
    )
    commitment: Sha256 | None = Field(
        default=None, description="The salted commitment that the citizen's receipt signs; see receipts.md."
    )
    receipt_key: KeyId | None = Field(default=None, description="The key that signed the receipt.")


class SubmissionPart(EventData):
    """A part of what belongs to a submission and is too large for it: sealed like it, and told before it."""

    kind = "kiosk.submission.part"
    stream = Stream.SUBMISSIONS

    submission: Uuid = Field(description="The submission that it will belong to.")
    number: int = Field(ge=1, le=16, description="Its place among the parts.")
    of: int = Field(ge=1, le=16, description="How many parts there are.")
    media: Literal["audio/webm", "image/jpeg"] = Field(description="What the parts are together.")
    sealed: str = Field(max_length=60_000, description="Base64 of a libsodium sealed box over its bytes.")
    intake_key: Sha256 = Field(description="SHA-256 of the public key that it is sealed to.")


class TicketTaken(EventData):
    """A citizen took a number in a queue (antrean)."""

    kind = "kiosk.ticket.taken"
    stream = Stream.SUBMISSIONS

    ticket: Uuid = Field(description="Names the ticket; its booking code is made of it.")
    queue: Name = Field(description="The queue, by its name in region.toml.")
    number: Annotated[str, Field(pattern=r"^[A-Z]{1,2}\d{1,4}$")] = Field(description="As it is called: A20.")
    day: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] = Field(description="For which day.")
    audible: bool = Field(default=False, description="Its holder asked to be called by voice and waited for.")


class TicketCancelled(EventData):
    """A citizen gave a number back."""

    kind = "kiosk.ticket.cancelled"
    stream = Stream.SUBMISSIONS

    ticket: Uuid = Field(description="The ticket.")


class SurveyAnswered(EventData):
    """A citizen answered the satisfaction survey (SKM, PermenPANRB 14/2017). Nobody can be told from it."""

    kind = "kiosk.survey.answered"
    stream = Stream.SUBMISSIONS

    survey: Uuid = Field(description="Names the answer, so that it counts once.")
    agency: Name = Field(description="The agency that is judged.")
    day: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] = Field(description="When.")
    scores: Scores = Field(description="One of 1 to 4 for each of the nine elements.")


class EmergencyRaised(EventData):
    """A citizen pressed for help. The command centre answers with a notice."""

    kind = "kiosk.emergency.raised"
    stream = Stream.SUBMISSIONS

    emergency: Uuid = Field(description="Names the call.")
    sort: Name = Field(description="Which of the region's emergencies, by its name in region.toml.")


class CodeAsked(EventData):
    """Somebody asks at a kiosk after a code that it does not know. A notice answers."""

    kind = "kiosk.code.asked"
    stream = Stream.SUBMISSIONS

    inquiry: Uuid = Field(description="Names the question.")
    code: Annotated[str, Field(pattern=r"^[0-9A-Z]{8}$")] = Field(description="The code, without its hyphen.")


class ReceiptKeyCertified(EventData):
    """A device certifies the key with which its kiosk signs receipts."""

    kind = "kiosk.receipt_key.certified"
    stream = Stream.SUBMISSIONS

    certificate: str = Field(
        max_length=8_000,
        description="A JWS by the device's identity, with its certificates.",
    )


class ScreenChanged(EventData):
    """What the screen was found to show, read back from the compositor and not from the browser."""

    kind = "kiosk.screen.changed"
    stream = Stream.EVENTS

    screen: Literal["painted", "frozen", "blank", "unknown"] = Field(
        description="It follows us; shows an old picture; shows nothing; nobody can tell, as when it is off."
    )
    after_s: float = Field(ge=0, description="How long that had lasted when it was told, seconds.")


class NoticesReceived(EventData):
    """How far a device has the fleet's notices: what comes after is sent again."""

    kind = "device.notices.received"
    stream = Stream.EVENTS

    through: int = Field(ge=0, description="The highest number up to which it has them all; 0: none.")


class Evicted(EventData):
    """A tombstone: these rows of the same stream were given up for want of room, so their gap is no loss."""

    kind = "outbox.evicted"
    stream = None

    first: int = Field(ge=1, description="The first seq that was given up.")
    last: int = Field(ge=1, description="The last one.")
    count: int = Field(ge=1, description="How many rows of these there were.")
    reason: Literal["disk_pressure", "retention"] = Field(default="disk_pressure", description="Why.")


KINDS: dict[str, type[EventData]] = {
    model.kind: model
    for model in (
        Presence, Health, TrackStarted, TrackEnded, LineCrossed, ZoneEntered, ZoneLeft, ZoneCounted,
        QueueMeasured, AlertStarted, AlertEnded, SnapshotTaken, PicturesReleased, TamperStarted,
        TamperEnded, ModelChanged, CommandFinished, SubmissionCreated, SubmissionPart, TicketTaken,
        TicketCancelled, SurveyAnswered, EmergencyRaised, CodeAsked, ReceiptKeyCertified, ScreenChanged,
        NoticesReceived, Evicted,
    )
}  # fmt: skip
"""Every kind of event, by name. A new kind is one class and its place in this table."""
