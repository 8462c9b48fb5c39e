"""Pages: Jinja templates with the catalogue of a language."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from babel.numbers import format_decimal
from jinja2 import Environment

from edge_agent.kiosk.settings import KioskSettings
from loket import codes, templates
from loket.strings import LANGUAGE_NAMES

FOLDER = Path(__file__).parent.parent


class Pages:
    """Renders the templates of the kiosk in each of its languages."""

    def __init__(self, settings: KioskSettings) -> None:
        """Raises FileNotFoundError if a language has no catalogue."""
        self._settings = settings
        self._environments: dict[str, Environment] = {
            language: _environment(language) for language in settings.languages
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


def _environment(language: str) -> Environment:
    environment = templates.environment(FOLDER, language)
    environment.filters["decimal"] = lambda number: format_decimal(number, locale=language)
    environment.filters["code"] = codes.shown
    return environment
