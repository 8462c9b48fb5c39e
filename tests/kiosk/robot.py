"""A citizen who knows nothing of the kiosk: reads each page's form and fills in whatever it asks for."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from tests.kiosk.unit import Visitor

MOST_PAGES = 80
_ABOUT = {
    "back", "id", "en", "rej", "text-100", "text-150", "text-200", "theme-plain", "theme-contrast",
    "audio-on", "audio-off",
}  # fmt: skip
"""Buttons that lead no further: back, languages, looks."""


@dataclass
class Field:
    """One thing that a page asks."""

    name: str
    kind: str
    value: str


@dataclass
class Form:
    """The fields, buttons (name and value) and choices that are links of the form `question`."""

    fields: list[Field] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """Reads the form `question` and the buttons that belong to it, wherever they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.form = Form()
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("id", "")
        if given.get("form", self._inside) != "question" or "hidden" in given:
            return
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "button" and name and value not in _ABOUT:
            self.form.buttons.append((name, value))
        elif tag == "a" and "data-key" in given:
            self.form.links.append(given["href"])
        elif tag in ("input", "textarea") and given.get("type") != "hidden" and name:
            self.form.fields.append(
                Field(name, "text" if tag == "textarea" else given.get("type", "text"), value)
            )

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = ""


def read_form(page: httpx.Response) -> Form:
    """What the page asks."""
    reader = _Reader()
    reader.feed(page.text)
    return reader.form


def services_of(visitor: Visitor) -> list[str]:
    """What the first page offers."""
    return [value for name, value in read_form(visitor.go("/").page).buttons if name == "go"]


class Robot:
    """Walks through a service, and types `words` wherever something can be typed, valid or not.

    Where a field does not take the words, it tries `others` in turn: numbers, dates, addresses. Of options it
    takes the first or, with `last`, the last one.
    """

    def __init__(self, visitor: Visitor, *, words: str, others: tuple[str, ...], last: bool = False) -> None:
        self.visitor = visitor
        self.typed: set[str] = set()
        self._choices = (words, *others)
        self._at = -1 if last else 0

    def walk(self, service: str) -> list[str]:
        """Go through a service to where it goes no further; the paths on the way."""
        self.visitor.go("/").press(service, path="/")
        paths, tries = [self.visitor.path], dict[str, int]()
        for _ in range(MOST_PAGES):
            form = read_form(self.visitor.page)
            attempt = tries.get(self.visitor.path, 0)
            tries[self.visitor.path] = attempt + 1
            if attempt > len(self._choices) or not (form.buttons or form.links):
                return paths
            self._go_on(form, attempt)
            paths.append(self.visitor.path)
        raise AssertionError(f"{service} has no end: {paths[-6:]}")

    def _go_on(self, form: Form, attempt: int) -> None:
        answers = self._answers(form, attempt)
        if ("go", "next") in form.buttons:
            self.visitor.press("next", **answers)
        elif form.buttons:
            name, value = form.buttons[self._at]
            self.visitor.page = self.visitor.client.post(
                self.visitor.path, data={"csrf": self.visitor.csrf, **answers, name: value}
            )
        else:
            self.visitor.go(form.links[self._at])

    def _answers(self, form: Form, attempt: int) -> dict[str, str]:
        answers: dict[str, str] = {}
        for each in form.fields:
            if each.kind in ("radio", "checkbox"):
                if self._at or each.name not in answers:
                    answers[each.name] = each.value
            else:
                answers[each.name] = self._choices[attempt % len(self._choices)]
                self.typed.add(answers[each.name])
        return answers
