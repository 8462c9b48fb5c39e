"""What the handlers share: the one session, the file, the pictures, the words."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse

from edge_agent.vision.calibration.file import SettingsFile
from edge_agent.vision.calibration.stills import Stills
from loket import templates
from loket.strings import LANGUAGE_NAMES, LANGUAGES, catalogue

FOLDER = Path(__file__).parent.parent
COOKIE, LANGUAGE_COOKIE = "loket_calibration", "loket_language"


class Site:
    """The parts of the page. `token` opens it once; after that, the browser's cookie does."""

    def __init__(self, file: SettingsFile, stills: Stills) -> None:
        self.file = file
        self.stills = stills
        self.token: str | None = secrets.token_urlsafe(24)
        self.csrf = secrets.token_urlsafe(24)
        self._session: str | None = None
        self._environments = {
            language: templates.environment(FOLDER, language, newstyle=False) for language in LANGUAGES
        }

    def open(self, token: str) -> str | None:
        """The session's cookie for the token, which is used up by that; None if it is not the token."""
        if self.token is None or not secrets.compare_digest(token.encode(), self.token.encode()):
            return None
        self.token, self._session = None, secrets.token_urlsafe(24)
        return self._session

    def knows(self, request: Request) -> bool:
        """Whether a request comes from the browser that was let in."""
        given = request.cookies.get(COOKIE, "")
        return self._session is not None and secrets.compare_digest(given.encode(), self._session.encode())

    def may_write(self, request: Request) -> bool:
        """Whether a POST comes from our own page in that browser, and not from another site's."""
        origin = request.headers.get("origin", "")
        return (
            self.knows(request)
            and secrets.compare_digest(request.headers.get("x-csrf", "").encode(), self.csrf.encode())
            and urlsplit(origin).netloc == request.headers.get("host")
            and request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
            and request.headers.get("content-type", "").partition(";")[0] == "application/json"
        )

    def page(
        self, request: Request, template: str, values: Mapping[str, Any], *, status: int = 200
    ) -> HTMLResponse:
        """A page in the language of the browser's person."""
        language = language_of(request)
        text = (
            self._environments[language]
            .get_template(template)
            .render(language=language, languages=LANGUAGE_NAMES, csrf=self.csrf, **values)
        )
        return HTMLResponse(text, status_code=status)

    def says(self, request: Request, text: str) -> str:
        """One of our English texts in the language of the browser's person."""
        return catalogue(FOLDER / "strings", language_of(request)).gettext(text)


def language_of(request: Request) -> str:
    """Indonesian, unless English was chosen."""
    wanted = request.query_params.get("bahasa") or request.cookies.get(LANGUAGE_COOKIE)
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def site_of(request: Request) -> Site:
    """The site that a request is for."""
    site: Site = request.app.state.site
    return site
