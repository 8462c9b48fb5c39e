"""A service is data: what is asked in which order, consented to, shown. The web app only asks.

Texts are message ids (English), marked by `N_` for the catalogues, or what the region says (`Said`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from edge_agent.clock import Reading
from edge_agent.contract.events import EventData
from edge_agent.kiosk.recordings import Attachment
from edge_agent.kiosk.sealing import IntakeKey
from loket.region import Said

Wording = str | Said
Answers = Callable[[str], str]
"""The answer to the question of a name; empty if there is none."""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "mark, do not translate"
    """Mark a message id for the catalogues."""
    return message


def always(_: Answers) -> bool:
    """A question that everybody is asked."""
    return True


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with an answer: a message id, and the numbers that stand in it."""

    message: str
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose: its value, its name, and one plain sentence that explains it, if it needs one."""

    value: str
    label: Wording
    explained: Wording = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with options.

    `suggested_by` names the question whose words suggest some of them. `instant`: to choose is to go on.
    """

    name: str
    path: str
    title: Wording
    short: Wording
    missing: str
    options: tuple[Option, ...]
    hint: str = ""
    asked_if: Callable[[Answers], bool] = always
    suggested_by: str = ""
    instant: bool = False

    @property
    def lines(self) -> bool:
        """Whether the answer may have several lines."""
        return False

    def flaw(self, answer: str) -> Flaw | None:
        """What is wrong with `answer`, or None."""
        known = any(option.value == answer for option in self.options)
        return None if known else Flaw(self.missing, {})

    def label_of(self, answer: str) -> Wording:
        """What the option chosen is called; empty if none is."""
        return next((option.label for option in self.options if option.value == answer), "")


@dataclass(frozen=True, slots=True)
class Text:
    """A question answered in one's own words, of at most `most` characters (Unicode code points).

    An empty answer is allowed where `missing` is empty. `check` looks at an answer that is not. `spoken`: a
    voice note may stand in its place.
    """

    name: str
    path: str
    title: Wording
    short: Wording
    most: int
    too_long: str
    missing: str = ""
    hint: str = ""
    skipped: str = ""
    lines: bool = False
    autocomplete: str = "off"
    check: Callable[[str], Flaw | None] | None = None
    asked_if: Callable[[Answers], bool] = always
    spoken: bool = False

    @property
    def optional(self) -> bool:
        """Whether it may be left empty."""
        return not self.missing

    def flaw(self, answer: str) -> Flaw | None:
        """What is wrong with `answer`, or None."""
        if not answer:
            return Flaw(self.missing, {}) if self.missing else None
        if len(answer) > self.most:
            return Flaw(self.too_long, {"most": self.most, "over": len(answer) - self.most})
        return self.check(answer) if self.check is not None else None


@dataclass(frozen=True, slots=True)
class Picture:
    """A question answered by a photo, or by none. The photo is kept with the visit, not as words."""

    name: str
    path: str
    title: Wording
    short: Wording
    hint: str
    skipped: str
    asked_if: Callable[[Answers], bool] = always

    @property
    def lines(self) -> bool:
        """Whether the answer may have several lines."""
        return False

    def flaw(self, _: str) -> Flaw | None:
        """What is wrong with the answer: nothing, for the citizen decides what can be read."""
        return None


Question = Choice | Text | Picture


def flaw_of(question: Question, answer: str, *, said: bool) -> Flaw | None:
    """What is wrong with `answer`, or None. `said`: there is a voice note, which may stand in its place."""
    if said and not answer and isinstance(question, Text) and question.spoken:
        return None
    return question.flaw(answer)


@dataclass(frozen=True, slots=True)
class Consent:
    """What a citizen agrees to. `version` is sealed with the answers: change it whenever a word changes."""

    version: str
    points: tuple[str, ...]
    agreement: str
    missing: str


class Numbers(Protocol):
    """Gives the numbers of a queue, one after another, durably."""

    def take(self, queue: str, *, day: str, ticket: str) -> int:
        """Its number in a queue on a day (from 1); asked again, the same. Raises RegisterError."""
        ...


@dataclass(frozen=True, slots=True)
class Draft:
    """What a citizen is about to file. `answers` are those to the questions that were asked, by name.

    `consent_version` names what they agreed to; empty where nothing was to be agreed to.
    """

    subject: str
    service: str
    language: str
    answers: Mapping[str, str]
    reading: Reading
    intake: IntakeKey
    numbers: Numbers
    consent_version: str = ""
    attachments: tuple[Attachment, ...] = ()

    @property
    def recordings(self) -> tuple[Mapping[str, str | int], ...]:
        """What the sealed document says of the attachments."""
        return tuple(attachment.described() for attachment in self.attachments)

    @property
    def parts(self) -> int:
        """In how many parts the attachments are sealed."""
        return sum(len(attachment.parts) for attachment in self.attachments)


class Ending(StrEnum):
    """What somebody is given who has filed something."""

    CODE = "code"
    TICKET = "ticket"
    THANKS = "thanks"


@dataclass(frozen=True, slots=True)
class Form:
    """A service that asks questions and files the answers.

    `name` stands in events and `path` in addresses. `compose` makes the event of a draft; it may raise
    TooLarge. Without a review the last answer files. `promises` is what the law or the office owes.
    """

    name: str
    path: str
    title: Wording
    explained: Wording
    questions: tuple[Question, ...]
    compose: Callable[[Draft], EventData]
    consent: Consent | None = None
    reviewed: bool = True
    ending: Ending = Ending.CODE
    promises: Callable[[Answers], tuple[str, ...]] = lambda _: ()

    def question(self, path: str) -> Question | None:
        """The question under a path, or None."""
        return next((question for question in self.questions if question.path == path), None)

    def asked(self, answers: Answers) -> tuple[Question, ...]:
        """The questions that somebody is asked who has given these answers."""
        return tuple(question for question in self.questions if question.asked_if(answers))

    def first_flawed(self, answers: Answers, *, said: bool = False) -> Question | None:
        """The first question asked whose answer does not stand, or None if all do. `said`: see `flaw_of`."""
        return next((one for one in self.asked(answers) if flaw_of(one, answers(one.name), said=said)), None)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sheet: a heading, and its lines; `counted` if their order matters."""

    heading: Wording
    lines: tuple[Wording, ...]
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """Something to read. `queue` names the queue where it is served, if one can take its number here."""

    name: str
    title: Wording
    parts: tuple[Part, ...]
    about: Wording = ""
    queue: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A service that shows sheets to read. `sheets` are those of a day; `empty` says that there are none."""

    name: str
    path: str
    title: Wording
    explained: Wording
    sheets: Callable[[date], tuple[Sheet, ...]]
    empty: str


Service = Form | Shelf
