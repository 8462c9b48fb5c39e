"""The language in which a `fleet` command speaks: chosen once for the process, at the door."""

import gettext
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from loket.strings import catalogue, choose

STRINGS = Path(__file__).parent.parent / "console" / "strings"
"""The catalogues, one for the console and the commands."""


def spoken(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language asked for by --lang, LOKET_LANG, LC_ALL, LC_MESSAGES or LANG, else Indonesian.

    The C locale asks for no language.
    """
    for place, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return choose(argument.removeprefix("--lang="))
        if argument == "--lang" and place + 1 < len(arguments):
            return choose(arguments[place + 1])
    for name in ("LOKET_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value and value.split(".", maxsplit=1)[0] not in {"C", "POSIX"}:
            return choose(value.replace("_", "-"))
    return choose(None)


def without_language(arguments: Sequence[str]) -> list[str]:
    """The arguments less --lang and its value, which every command understands in any place."""
    rest: list[str] = []
    skip = False
    for place, argument in enumerate(arguments):
        if argument == "--":
            return [*rest, *arguments[place:]]
        if skip:
            skip = False
        elif argument == "--lang" and place + 1 < len(arguments):
            skip = True
        elif not argument.startswith("--lang="):
            rest.append(argument)
    return rest


LANGUAGE = spoken(sys.argv[1:], os.environ)
"""The language of this process."""

TRANSLATIONS: gettext.NullTranslations = catalogue(STRINGS, LANGUAGE)

_ = TRANSLATIONS.gettext
ngettext = TRANSLATIONS.ngettext
