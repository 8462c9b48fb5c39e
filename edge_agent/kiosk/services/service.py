"""A service is data: questions in their order, and what is consented to. The web app only asks.

Texts are message ids (English); `N_` marks them for the catalogues, the templates translate them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "mark, do not translate"
    """Mark a message id for the catalogues."""
    return message


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with an answer: a message id, and the numbers that stand in it."""

    message: str
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose: its value, its name, and one plain sentence that explains it."""

    value: str
    label: str
    explained: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with a few options."""

    name: str
    path: str
    title: str
    short: str
    missing: str
    options: tuple[Option, ...]
    hint: str = ""

    @property
    def lines(self) -> bool:
        """Whether the answer may have several lines."""
        return False

    def flaw(self, answer: str) -> Flaw | None:
        """What is wrong with `answer`, or None."""
        known = any(option.value == answer for option in self.options)
        return None if known else Flaw(self.missing, {})

    def label_of(self, answer: str) -> str:
        """The message id of the option chosen; empty if none is."""
        return next((option.label for option in self.options if option.value == answer), "")


@dataclass(frozen=True, slots=True)
class Text:
    """A question answered in one's own words, of at most `most` characters (Unicode code points).

    An empty answer is allowed where `missing` is empty. `check` looks at an answer that is not.
    """

    name: str
    path: str
    title: str
    short: str
    most: int
    too_long: str
    missing: str = ""
    hint: str = ""
    skipped: str = ""
    lines: bool = False
    autocomplete: str = "off"
    check: Callable[[str], Flaw | None] | None = None

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


Question = Choice | Text


@dataclass(frozen=True, slots=True)
class Consent:
    """What a citizen agrees to. `version` is sealed with the answers: change it whenever a word changes."""

    version: str
    points: tuple[str, ...]
    agreement: str
    missing: str


@dataclass(frozen=True, slots=True)
class Service:
    """One service: `name` in events, `path` in addresses, and its questions in order."""

    name: str
    path: str
    title: str
    explained: str
    questions: tuple[Question, ...]
    consent: Consent

    def question(self, path: str) -> Question | None:
        """The question under a path, or None."""
        return next((question for question in self.questions if question.path == path), None)

    def first_flawed(self, answers: Callable[[str], str]) -> Question | None:
        """The first question whose answer does not stand, or None if all do."""
        return next((question for question in self.questions if question.flaw(answers(question.name))), None)
