"""What people read, in their language: gettext catalogues kept as .po files and compiled in memory."""

import gettext
import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("id", "en")
"""Indonesian first; English is the language of the message ids."""
LANGUAGE_NAMES = {"id": "Bahasa Indonesia", "en": "English"}


@cache
def catalogue(folder: Path, language: str) -> gettext.NullTranslations:
    """The translations in `folder/<language>.po`; English needs no file.

    Raises FileNotFoundError if a language other than English has no file.
    """
    path = folder / f"{language}.po"
    if language == "en" and not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        messages = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def choose(wanted: str | None, *, default: str = "id") -> str:
    """A language that we have: `wanted` if it is one (a tag such as "en-GB" counts), else `default`."""
    tag = (wanted or "").split(",", maxsplit=1)[0].split(";", maxsplit=1)[0].split("-", maxsplit=1)[0]
    return tag.strip().lower() if tag.strip().lower() in LANGUAGES else default
