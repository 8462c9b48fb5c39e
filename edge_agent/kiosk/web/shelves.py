"""What can be read: the sheets of a shelf, listed and one by one."""

from datetime import date

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from edge_agent.kiosk import NotSaved
from edge_agent.kiosk.services import ticket
from edge_agent.kiosk.services.service import Sheet, Shelf
from edge_agent.kiosk.web import paths
from edge_agent.kiosk.web.options import page_of
from edge_agent.kiosk.web.site import Site, need_form, need_session, page, see, site_of, switched


async def show_shelf(request: Request) -> Response:
    """The titles of a shelf's sheets."""
    session = need_session(request)
    shelf = _shelf(request)
    sheets = shelf.sheets(await _today(site_of(request)))
    shown = page_of(sheets, name=lambda sheet: sheet.name, number=session.pages.get(shelf.name))
    return page(request, "shelf.html", session=session, service=shelf, options=shown)


async def shelf_form(request: Request) -> Response:
    """A button on that page."""
    session, fields = await need_form(request)
    shelf = _shelf(request)
    if switched(session, fields, site_of(request).settings):
        return see(paths.shelf(shelf))
    if fields.get("go") == "more":
        session.pages[shelf.name] = session.pages.get(shelf.name, 0) + 1
        return see(paths.shelf(shelf))
    session.pages.pop(shelf.name, None)
    return see(paths.WELCOME)


async def show_sheet(request: Request) -> Response:
    """One sheet."""
    session = need_session(request)
    shelf, sheet = await _sheet(request)
    offered = site_of(request).services.form(ticket.NAME)
    can_queue = offered is not None and bool(sheet.queue) and session.filed is None
    return page(request, "sheet.html", session=session, service=shelf, sheet=sheet, can_queue=can_queue)


async def sheet_form(request: Request) -> Response:
    """A button on that page: back to the list, or a number of the queue where it is served."""
    session, fields = await need_form(request)
    site = site_of(request)
    shelf, sheet = await _sheet(request)
    if switched(session, fields, site.settings):
        return see(request.url.path)
    form = site.services.form(ticket.NAME)
    if fields.get("go") == "queue" and form is not None and sheet.queue and session.filed is None:
        session.begin(form.name)
        session.answer("queue", sheet.queue)
        return see(paths.resume(session, site.services))
    return see(paths.shelf(shelf))


def _shelf(request: Request) -> Shelf:
    service = site_of(request).services.at(request.url.path.split("/")[1])
    if not isinstance(service, Shelf):
        raise HTTPException(404)
    return service


async def _sheet(request: Request) -> tuple[Shelf, Sheet]:
    shelf = _shelf(request)
    sheets = shelf.sheets(await _today(site_of(request)))
    sheet = next((one for one in sheets if one.name == request.path_params["sheet"]), None)
    if sheet is None:
        raise HTTPException(404)
    return shelf, sheet


async def _today(site: Site) -> date:
    """The region's date; where the time cannot be told, the first of days: nothing dated is shown."""
    try:
        return site.hall.local((await site.desk.now()).wall).date()
    except NotSaved:
        return date.min
