"""Sessions: what one citizen has answered so far. In memory only, few, short, and wiped at the end."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from edge_agent.kiosk import Busy
from edge_agent.kiosk.look import PLAIN, Look
from edge_agent.kiosk.photo import Photo
from edge_agent.kiosk.receipts.issuing import Issued
from edge_agent.kiosk.voice_note import VoiceNote
from edge_agent.kiosk.words import Words


@dataclass(frozen=True, slots=True)
class Filed:
    """What is committed: all that remains of it in a session.

    `promises` is what is owed, in message ids. `forgiven`: a slip in its code was forgiven.
    """

    submission: str
    code: str
    service: str
    promises: tuple[str, ...] = ()
    issued: Issued | None = None
    forgiven: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A code that this kiosk does not know and has asked the service centre after, at `at` (monotonic, s)."""

    inquiry: str
    code: str
    at: float


@dataclass(frozen=True, slots=True)
class Alarm:
    """A call for help: its UUID, its sort, whether it could be committed, and when (monotonic, s)."""

    emergency: str
    sort: str
    is_kept: bool
    at: float


@dataclass(slots=True, eq=False)
class Session:
    """One citizen's visit. `submission` is made once, so that sending twice files one thing.

    `asked` names the questions that were answered wrongly and must say why; `checking` is set once the
    answers were reviewed, so that a change leads back there. `pages` says which options of a question are
    shown where there are many.
    """

    language: str
    look: Look = PLAIN
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    submission: str = field(default_factory=lambda: str(uuid4()))
    service: str | None = None
    asked: set[str] = field(default_factory=set)
    checking: bool = False
    notice: str | None = None
    filed: Filed | None = None
    tracked: Filed | Asked | None = None
    alarm: Alarm | None = None
    pages: dict[str, int] = field(default_factory=dict)
    recording: VoiceNote | None = None
    photo: Photo | None = None
    expires_at: float = 0.0
    _answers: dict[str, Words] = field(default_factory=dict, repr=False)

    @property
    def started(self) -> bool:
        """Whether there is anything of a person in it."""
        return bool(self._answers or self.recording or self.photo) or any(
            (self.service, self.filed, self.tracked, self.alarm)
        )

    def begin(self, service: str) -> None:
        """Start filing `service`; answers to another service are wiped, its own stay."""
        if self.service != service:
            self._drop_answers()
            self.service = service

    def answer(self, question: str, text: str) -> None:
        """Keep an answer, in place of the one before."""
        before = self._answers.get(question)
        if before is not None:
            before.wipe()
        self._answers[question] = Words(text)

    def answered(self, question: str) -> str:
        """The answer so far, or the empty string."""
        words = self._answers.get(question)
        return "" if words is None else words.read()

    def forget(self, question: str) -> None:
        """Wipe the answer to a question that is no longer asked."""
        words = self._answers.pop(question, None)
        if words is not None:
            words.wipe()

    def record(self, note: VoiceNote | None) -> None:
        """Keep a voice note in place of the one before; None takes it away."""
        if self.recording is not None:
            self.recording.wipe()
        self.recording = note

    def photograph(self, photo: Photo | None) -> None:
        """Keep the photo of a document in place of the one before; None takes it away."""
        if self.photo is not None:
            self.photo.wipe()
        self.photo = photo

    def file(self, filed: Filed) -> None:
        """It is committed: forget the answers, keep the code."""
        self.filed = filed
        self._drop_answers()

    def wipe(self) -> None:
        """Overwrite and forget everything of the person."""
        self._drop_answers()
        self.filed = self.tracked = self.service = self.alarm = None
        self.token = self.csrf = self.submission = ""

    def _drop_answers(self) -> None:
        for words in self._answers.values():
            words.wipe()
        self.record(None)
        self.photograph(None)
        self._answers.clear()
        self.asked.clear()
        self.pages.clear()
        self.checking = False
        self.notice = None


class Sessions:
    """All sessions of the kiosk. `monotonic` (s) is the clock; no more than `most` are kept."""

    def __init__(self, monotonic: Callable[[], float], *, timeout_s: float, most: int) -> None:
        self._monotonic = monotonic
        self._timeout_s = timeout_s
        self._most = most
        self._by_token: dict[str, Session] = {}

    def __len__(self) -> int:
        return len(self._by_token)

    @property
    def started(self) -> int:
        """How many hold something of a person."""
        return sum(session.started for session in self._by_token.values())

    def open(self, language: str) -> Session:
        """A new session. If the kiosk is full, one that nobody has written in makes way. Raises Busy."""
        self.sweep()
        if len(self._by_token) >= self._most:
            idle = next((session for session in self._by_token.values() if not session.started), None)
            if idle is None:
                raise Busy(f"{self._most} sessions in use")
            self.end(idle)
        session = Session(language=language)
        self._by_token[session.token] = session
        self.touch(session)
        return session

    def find(self, token: str | None) -> Session | None:
        """The session of a cookie, if it is still alive."""
        session = self._by_token.get(token or "")
        if session is not None and session.expires_at <= self._monotonic():
            self.end(session)
            return None
        return session

    def touch(self, session: Session) -> None:
        """The person is there: give them the full time again."""
        session.expires_at = self._monotonic() + self._timeout_s

    def left_s(self, session: Session) -> float:
        """Seconds until the session ends."""
        return max(0.0, session.expires_at - self._monotonic())

    def end(self, session: Session) -> None:
        """Wipe a session and forget it."""
        self._by_token.pop(session.token, None)
        session.wipe()

    def sweep(self) -> int:
        """Wipe what has timed out; returns how many."""
        now = self._monotonic()
        over = [session for session in self._by_token.values() if session.expires_at <= now]
        for session in over:
            self.end(session)
        return len(over)

    def wipe(self) -> None:
        """Wipe all: the kiosk stops."""
        for session in list(self._by_token.values()):
            self.end(session)
