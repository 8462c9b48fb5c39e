"""The gate: what holds for every request, before and after its handler."""

import sys
import traceback
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loket.log import get

log = get(__name__)

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""On every answer. `same-origin` as referrer policy: with `no-referrer` a form's Origin would be null."""


def permissions(*, camera: bool) -> str:
    """What the browser may let the pages use (the header Permissions-Policy)."""
    allowed = "(self)" if camera else "()"
    return f"camera={allowed}, microphone=(self), geolocation=(), payment=(), usb=(), serial=()"


_LAST_WORDS = PlainTextResponse(
    "Layanan sedang terganggu. Silakan hubungi petugas.\nOut of order. Please ask the staff.\n", 500
)
"""Where even the kind page could not be made."""


class Gate:
    """Refuses foreign Host names (DNS rebinding), adds `HEADERS`, and turns a crash into a kind page.

    A crash is logged as its type and place only: an exception's text may hold what a citizen wrote.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: frozenset[str],
        refuse: Callable[[Scope, Receive, Send, int], Awaitable[None]],
        camera: bool = False,
    ) -> None:
        """`hosts` are the Host headers served; `refuse` answers with the kind page of a status.

        `camera`: the pages may use one.
        """
        self._headers = {**HEADERS, "permissions-policy": permissions(camera=camera)}
        self._app = app
        self._hosts = hosts
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        if Headers(scope=scope).get("host", "").lower() not in self._hosts:
            await self._refuse(scope, receive, send_with_headers, 421)
            return
        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001 - the unit's outermost loop: one bad request ends alone
            log.error("request_failed", kind=type(error).__name__, at=_place())
            if not begun:
                await _LAST_WORDS(scope, receive, send_with_headers)


def _place() -> str:
    frame = traceback.extract_tb(sys.exc_info()[2])[-1]
    return f"{frame.filename}:{frame.lineno}"
