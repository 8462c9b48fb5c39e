"""The public page that verifies receipts in the reader's own browser, and the keys that it asks for.

Nobody signs in for it, and it learns nothing: a receipt stands after the # of an address, which browsers keep
to themselves; what is asked for is a kiosk's key.
"""

import base64
import hashlib
import re
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from fleet.receipts import keys
from fleet.receipts.trust import entry, to_text, trust
from fleet.views.reading import reading
from fleet.web.site import Site

FILE = Path(__file__).with_name("periksa.html")
"""One file, of use without a server too."""

_KEY_ID = re.compile(r"[0-9a-f]{16}")
_FRESH = {"cache-control": "public, max-age=60"}


def policy(html: str) -> str:
    """The page's content security policy: its own script and style, by their hashes, and nothing else."""

    def hashes(tag: str) -> str:
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", html, flags=re.DOTALL)
        digests = (base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in found)
        return " ".join(f"'sha256-{digest}'" for digest in digests)

    return (
        f"default-src 'none'; script-src {hashes('script')}; style-src {hashes('style')}; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


def receipts_router(site: Site) -> APIRouter:
    """`/periksa`: for everybody, without a token."""
    made = APIRouter(include_in_schema=False)
    html = FILE.read_text(encoding="utf-8")
    headers = {"content-security-policy": policy(html), **_FRESH}

    @made.get("/periksa")
    def page() -> HTMLResponse:
        """The page."""
        return HTMLResponse(html, headers=headers)

    @made.get("/periksa/kunci/{name}")
    def key(name: str) -> Response:
        """One key, as it stands in the trust file."""
        found = None
        if _KEY_ID.fullmatch(name):
            with reading(site.engine) as connection:
                found = keys.find(connection, name)
        if found is None:
            raise HTTPException(404, "no such key")
        return Response(to_text(entry(found)), media_type="application/json", headers=_FRESH)

    @made.get("/periksa/kepercayaan.json")
    def whole() -> Response:
        """The trust file, for `loket-verify`."""
        with reading(site.engine) as connection:
            found = keys.every(connection)
        root = keys.read_root(site.fleet.layout.root_certificate)
        document = trust(found, root=root, pages=site.fleet.receipts.pages, now=site.now())
        return Response(to_text(document), media_type="application/json", headers=_FRESH)

    return made
