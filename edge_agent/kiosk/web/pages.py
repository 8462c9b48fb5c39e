"""Pages: Jinja templates with the catalogue of a language."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment
from markupsafe import Markup, escape

from edge_agent.kiosk.services.service import Picture, Wording
from edge_agent.kiosk.settings import KioskSettings
from loket import codes, templates
from loket.region import Said
from loket.strings import LANGUAGE_NAMES, catalogue

FOLDER = Path(__file__).parent.parent


class Pages:
    """Renders the templates of the kiosk in each of its languages."""

    def __init__(self, settings: KioskSettings, *, zone: tzinfo = UTC) -> None:
        """`zone` is the region's. Raises FileNotFoundError if a language has no catalogue."""
        self._settings = settings
        self._environments: dict[str, Environment] = {
            language: _environment(language, zone) for language in settings.languages
        }

    def render(self, template: str, language: str, values: Mapping[str, Any]) -> str:
        """The page `template` in `language`."""
        environment = self._environments[language]
        return environment.get_template(template).render(
            language=language,
            languages={name: LANGUAGE_NAMES[name] for name in self._settings.languages},
            office=self._settings.office,
            help=getattr(self._settings.help, language),
            emergency_number=self._settings.emergency_number.strip(),
            **values,
        )

    def text(self, wording: Wording, language: str) -> str:
        """Our words, or the region's, as plain text: for a slip of paper."""
        return str(self._environments[language].filters["plain"](wording))

    def day(self, day: str, language: str) -> str:
        """An ISO date in words."""
        return str(self._environments[language].filters["day"](day))


def _environment(language: str, zone: tzinfo) -> Environment:
    """The templates, with the filters that they use.

    `say` and `plain`: our words, or the region's, in the language; where the region has not said it in that
    language, `say` marks whose it is, and `plain` is for attributes. `moment`: s since 1970 as date and time;
    `day`: an ISO date in words.
    """
    words = catalogue(FOLDER / "strings", language)

    def plain(wording: Wording) -> str:
        if isinstance(wording, Said):
            return wording.by(language)[0]
        return words.gettext(wording) if wording else ""

    def say(wording: Wording) -> Markup:
        if isinstance(wording, Said):
            text, spoken_in = wording.by(language)
            if spoken_in != language:
                return Markup('<span lang="{}">{}</span>').format(spoken_in, text)
        return escape(plain(wording))

    def moment(at: float) -> str:
        pattern = "EEEE, d MMMM y, HH.mm" if language == "id" else "EEEE, d MMMM y, HH:mm"
        return format_datetime(datetime.fromtimestamp(at, zone), pattern, locale=language)

    environment = templates.environment(FOLDER, language)
    environment.tests["picture"] = lambda question: isinstance(question, Picture)
    environment.filters["decimal"] = lambda number: format_decimal(number, locale=language)
    environment.filters["code"] = codes.shown
    environment.filters["say"] = say
    environment.filters["plain"] = plain
    environment.filters["moment"] = moment
    environment.filters["date"] = lambda at: format_date(
        datetime.fromtimestamp(at, zone), "full", locale=language
    )
    environment.filters["day"] = lambda day: format_date(date.fromisoformat(day), "full", locale=language)
    return environment
