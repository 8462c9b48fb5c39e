"""The screen's proof: the page asks for a nonce to paint, which the kiosk reads back from the compositor."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from edge_agent.kiosk.screen import blocks
from edge_agent.kiosk.web.site import site_of


async def proof(request: Request) -> Response:
    """Rows of blocks to paint; 204 where no screen is watched. It tells nothing about a visit."""
    nonces = site_of(request).fittings.nonces
    if nonces is None:
        return Response(status_code=204)
    return PlainTextResponse("\n".join(blocks.rows(nonces.make())) + "\n")
