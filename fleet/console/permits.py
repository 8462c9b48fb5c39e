"""Registering an application for a permit at an office, and the code that its citizen takes home."""

import re
from collections.abc import Iterable
from uuid import uuid4

from starlette.responses import Response
from starlette.routing import Route

from fleet.access.roles import Role
from fleet.console.casework import Router
from fleet.console.visit import Visit, redirect
from fleet.office import NotPossible, cases, permits
from fleet.office.permits import Application
from fleet.office.states import Sort
from fleet.store.engine import translated, writing
from fleet.views.reading import reading

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def routes(route: Router) -> Iterable[Route]:
    """The paths of this module."""
    return (
        route("/permits", ask, needs=Role.OFFICER),
        route("/permits", register, needs=Role.OFFICER, method="POST"),
        route("/permits/{subject}", registered, needs=Role.OFFICER),
    )


def ask(visit: Visit) -> Response:
    """Which permit?"""
    return _form(visit)


def register(visit: Visit) -> Response:
    """Register the application once, however often the form is sent; then show its code."""
    form, principal = visit.form, visit.principal
    region, _, permit = form.get("permit", "").partition("/")
    subject = form.get("subject", "")
    if not _UUID.fullmatch(subject):
        return _form(visit, status=409, failure="the form was not complete; fill it in again")
    application = Application(subject=subject, region=region, permit=permit)
    try:
        with translated(), writing(visit.site.engine) as connection:
            permits.register(
                connection,
                application,
                by=principal.name if principal is not None else "",
                regions=visit.site.regions,
                now=visit.now,
            )
    except NotPossible as error:
        return _form(visit, status=409, failure=str(error))
    return redirect(f"/permits/{subject}")


def registered(visit: Visit) -> Response:
    """The code, large, to hand to the citizen."""
    with reading(visit.site.engine) as connection:
        case = cases.find(connection, visit.request.path_params["subject"])
    if case is None or case.sort is not Sort.PERMIT:
        return visit.trouble(404, "not found")
    return visit.page("permit.html", case=case)


def _form(visit: Visit, *, status: int = 200, failure: str | None = None) -> Response:
    return visit.page(
        "permits.html",
        status=status,
        offered=list(permits.offered(visit.site.regions)),
        subject=str(uuid4()),
        failure=failure,
    )
