"""One request of a browser: who it is, in which language, and what is answered."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fleet.access.roles import Role
from fleet.access.secrets import Principal, Use, principal_of
from fleet.console.render import Renderer
from fleet.office.cases import Case, emergencies
from fleet.snapshots.retention import DAY_S
from fleet.views.reading import reading
from fleet.web.site import Site
from loket.strings import choose

LANGUAGE_COOKIE = "loket_language"


def session_cookie(site: Site) -> str:
    """The session cookie's name: cookies are shared between ports, so it says which port's it is."""
    return f"loket_session_{site.fleet.web.port}"


class Visit:
    """A request with what is known of its visitor."""

    def __init__(
        self,
        request: Request,
        *,
        site: Site,
        renderer: Renderer,
        form: Mapping[str, str] | None = None,
    ) -> None:
        """Look up the session; `form` is what was posted."""
        self.request = request
        self.site = site
        self.now = site.now()
        self.secret = request.cookies.get(session_cookie(site), "")
        self.principal = self._principal()
        wanted = request.cookies.get(LANGUAGE_COOKIE)
        self.language = choose(wanted)  # Indonesian unless chosen otherwise, whatever the browser's language
        self.form = dict(form or {})
        self._renderer = renderer

    @property
    def may_command(self) -> bool:
        """Whether the visitor may give devices commands."""
        return self.principal is not None and self.principal.role.includes(Role.OPERATOR)

    @property
    def may_open(self) -> bool:
        """Whether the visitor may open what citizens filed."""
        return self.principal is not None and self.principal.role.includes(Role.OFFICER)

    def fragment(self, template: str, **values: Any) -> str:
        """A part of a page, as it is also sent to a page that lives."""
        return self._renderer.render(
            template,
            language=self.language,
            now=self.now,
            pictures_from=self.now - self.site.fleet.pictures.keep_days * DAY_S,
            may_command=self.may_command,
            may_open=self.may_open,
            regions=self.site.regions,
            **values,
        )

    def page(self, template: str, *, status: int = 200, live: str | None = None, **values: Any) -> Response:
        """A whole page; `live` is the path of the stream that keeps it fresh (None: its alarms alone)."""
        path = self.request.url.path
        here = f"{path}?{self.request.url.query}" if self.request.url.query else path
        values.setdefault("emergencies", self._emergencies())
        if live is None and self.principal is not None:
            live = "/live?view=alarms"  # who is signed in learns of a call for help on every page
        body = self.fragment(
            template,
            principal=self.principal,
            path=path,
            here=quote(here, safe=""),
            live=live,
            region=self.site.fleet.regions[0],
            **values,
        )
        return HTMLResponse(body, status_code=status)

    def trouble(self, status: int, message: str) -> Response:
        """A page that says what is wrong; `message` is a message id of the template's list."""
        return self.page("trouble.html", status=status, trouble=message)

    def _emergencies(self) -> list[Case]:
        """Calls for help that are not over, for every page of who is signed in."""
        if self.principal is None:
            return []
        with reading(self.site.engine) as connection:
            return emergencies(connection)

    def _principal(self) -> Principal | None:
        if not self.secret:
            return None
        with reading(self.site.engine) as connection:
            return principal_of(connection, self.secret, use=Use.SESSION, now=self.now)


Handler = Callable[[Visit], Response]


def own_path(target: str | None) -> str:
    """`target` if it is a path of ours, else the first page: a link must not lead a visitor away."""
    parts = urlsplit(target or "/")
    safe = not parts.scheme and not parts.netloc and parts.path.startswith("/") and "\\" not in (target or "")
    return target if target and safe and not target.startswith("//") else "/"


def redirect(path: str) -> RedirectResponse:
    """Go and GET `path`."""
    return RedirectResponse(path, status_code=303)
