"""Every text of the console and of the commands is in the Indonesian catalogue, and no other."""

import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import fleet
from fleet.cli.language import spoken, without_language
from fleet.console.render import STRINGS

ROOM = Path(fleet.__file__).parent


def _said() -> dict[str, str]:
    """Every message id in code and templates, with the place where it stands."""
    found = extract_from_dir(
        ROOM,
        method_map=[("**.py", "python"), ("**/templates/**.html", "jinja2")],
        options_map={"**/templates/**.html": {"trimmed": "true", "silent": "false"}},
        keywords={"_": None, "N_": None, "ngettext": (1, 2)},
    )
    return {message: f"{name}:{line}" for name, line, message, _, _ in found}


def _catalogue() -> Catalog:
    with (STRINGS / "id.po").open("rb") as file:
        return read_po(file, locale="id", abort_invalid=True)


def test_everything_said_is_translated() -> None:
    catalogue = _catalogue()
    said = _said()

    assert len(said) > 150
    untranslated = {
        message: place
        for message, place in said.items()
        if message not in catalogue or not catalogue[message].string or catalogue[message].fuzzy
    }
    assert not untranslated


def test_nothing_is_translated_that_nobody_says() -> None:
    said = _said()

    assert [message.id for message in _catalogue() if message.id and message.id not in said] == []


@pytest.mark.parametrize(
    "message", [message for message in _catalogue() if message.id], ids=lambda one: one.id[:30]
)
def test_a_translation_keeps_what_is_filled_in(message: Message) -> None:
    assert message.check(_catalogue()) == []
    assert isinstance(message.string, str)
    assert _fields(message.id) == _fields(message.string)


def _fields(text: str) -> set[str]:
    if "%(" in text:
        return {part.partition(")")[0] for part in text.split("%(")[1:]}
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "id"),
        ([], {"LANG": "C.UTF-8"}, "id"),
        ([], {"LANG": "en_GB.UTF-8"}, "en"),
        ([], {"LANG": "id_ID.UTF-8"}, "id"),
        ([], {"LANG": "fr_FR.UTF-8"}, "id"),
        ([], {"LANG": "id_ID.UTF-8", "LC_ALL": "en_US"}, "en"),
        ([], {"LANG": "en_US", "LOKET_LANG": "id"}, "id"),
        (["events", "--lang", "en"], {"LOKET_LANG": "id"}, "en"),
        (["--lang=en", "events"], {}, "en"),
        (["events", "--lang"], {}, "id"),
    ],
)
def test_a_command_speaks_the_language_that_was_asked_for(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    assert spoken(arguments, environment) == language


def test_the_language_option_may_stand_anywhere() -> None:
    assert without_language(["--lang", "en", "events", "--lang=id", "--json"]) == ["events", "--json"]
    assert without_language(["events", "--", "--lang", "en"]) == ["events", "--", "--lang", "en"]
    assert without_language(["events", "--lang"]) == ["events", "--lang"]
