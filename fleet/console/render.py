"""Templates in a language: everything that varies is escaped, and a missing name is an error."""

from pathlib import Path
from typing import Any

from jinja2 import Environment

from fleet.console.spark import bars
from fleet.console.words import Words
from loket import templates
from loket.strings import LANGUAGES, catalogue

_HERE = Path(__file__).parent
STRINGS = _HERE / "strings"
STATIC = _HERE / "static"


class Renderer:
    """The console's templates, in each language."""

    def __init__(self) -> None:
        """Read the catalogues."""
        self._environments = {language: _environment(language) for language in LANGUAGES}
        self.words = {language: Words(language, catalogue(STRINGS, language)) for language in LANGUAGES}

    def render(self, template: str, *, language: str, **values: Any) -> str:
        """A template with its values, as HTML."""
        made = self._environments[language].get_template(template)
        return made.render(words=self.words[language], language=language, **values)


def _environment(language: str) -> Environment:
    made = templates.environment(_HERE, language)
    made.filters["bars"] = bars
    made.policies["ext.i18n.trimmed"] = True
    return made
