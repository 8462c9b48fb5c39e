"""What holds for every answer of the console and the API: security headers, and requests for us only."""

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


class Guard:
    """Refuses a request whose Host is not ours (DNS rebinding) and a browser's write from another origin."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        """`hosts` are the names, without port, under which we are reached."""
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then serve with the headers added."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        why = refusal(scope["method"], Headers(scope=scope), hosts=self._hosts)
        if why is not None:
            await PlainTextResponse(f"{why}\n", status_code=400)(scope, receive, send_guarded)
            return
        await self._app(scope, receive, send_guarded)


def refusal(method: str, headers: Headers, *, hosts: Collection[str]) -> str | None:
    """Why a request is refused, or None.

    A browser says where a write comes from (Origin, Sec-Fetch-Site); cookies are shared between the ports of
    a host, so SameSite alone would let another program's page on this machine write here. A request with
    neither comes from no browser: it is let through, and carries a bearer token or gets nowhere.
    """
    host = headers.get("host", "")
    if _hostname(host) not in hosts:
        return "this host name is not served here"
    if method in {"GET", "HEAD", "OPTIONS"}:
        return None
    origin, fetched_from = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is not None and origin.partition("://")[2] != host:
        return "a write from another origin is refused"
    if fetched_from not in {None, "same-origin", "none"}:
        return "a write from another site is refused"
    if origin is None and fetched_from is None and "cookie" in headers:
        return "a write with a cookie must say its origin"
    return None


def _hostname(host: str) -> str:
    """The host without its port: "[::1]:8700" is "::1"."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()
