"""Signing in by a one-time link, signing out, and the choice of language.

Opening the link shows a button, and only pressing it uses the link up: programs that look at links (mail
scanners, chat previews) must not burn it. On this machine itself, where no such program reaches, the page
presses the button by itself.
"""

import ipaddress

from starlette.responses import Response

from fleet.access.secrets import Use, forget, issue, principal_of, use_up
from fleet.audit import Action, append
from fleet.console.visit import LANGUAGE_COOKIE, Visit, own_path, redirect, session_cookie
from fleet.store.engine import writing
from fleet.views.reading import reading
from loket.strings import LANGUAGES

SESSION_S = 12 * 3600
_YEAR_S = 365 * 86_400


def explain(visit: Visit) -> Response:
    """How to sign in."""
    return visit.page("signin.html", code=None, at_once=False)


def offer(visit: Visit) -> Response:
    """The button that signs in."""
    code = visit.request.path_params["code"]
    with reading(visit.site.engine) as connection:
        valid = principal_of(connection, code, use=Use.LINK, now=visit.now) is not None
    if not valid:
        return redirect("/") if visit.principal is not None else visit.trouble(403, "link over")
    return visit.page("signin.html", code=code, at_once=_on_this_machine(visit.request.url.hostname))


def enter(visit: Visit) -> Response:
    """Use the link up and begin a session."""
    with writing(visit.site.engine) as connection:
        principal = use_up(connection, visit.request.path_params["code"], now=visit.now)
        if principal is not None:
            secret = issue(
                connection, use=Use.SESSION, principal=principal, now=visit.now, lifetime_s=SESSION_S
            )
            append(connection, Action.SIGNED_IN, actor=principal.name, subject=principal.role, now=visit.now)
    if principal is None:
        return visit.trouble(403, "link over")
    response = redirect("/")
    response.set_cookie(
        session_cookie(visit.site),
        secret,
        max_age=SESSION_S,
        httponly=True,
        samesite="strict",
        secure=visit.request.url.scheme == "https",
    )
    return response


def leave(visit: Visit) -> Response:
    """End the session."""
    if visit.principal is not None:
        with writing(visit.site.engine) as connection:
            forget(connection, visit.secret, use=Use.SESSION)
            name = visit.principal.name
            append(connection, Action.SIGNED_OUT, actor=name, subject=name, now=visit.now)
    response = redirect("/signin")
    response.delete_cookie(session_cookie(visit.site), httponly=True, samesite="strict")
    return response


def speak(visit: Visit) -> Response:
    """Remember the language and go back."""
    language = visit.request.path_params["language"]
    response = redirect(own_path(visit.request.query_params.get("next")))
    if language in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR_S, httponly=True, samesite="strict")
    return response


def _on_this_machine(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
