"""Who is at the other end of a TLS connection: the common name in the certificate that it proved."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from loket import log

PEER = "peer"
"""The key in the ASGI scope's `state` under which the peer's common name stands."""

_log = log.get(__name__)


class PeerProtocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, which also tells the application whose certificate it was."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note the peer's name for the requests of this connection."""
        super().connection_made(transport)
        certificate = transport.get_extra_info("peercert") or {}
        self.app_state = {**self.app_state, PEER: common_name(certificate)}


def common_name(certificate: dict[str, Any]) -> str | None:
    """The common name in what `ssl.SSLSocket.getpeercert` returns; None where there is not exactly one."""
    names = [
        value for relative in certificate.get("subject", ()) for key, value in relative if key == "commonName"
    ]
    return names[0] if len(names) == 1 else None


class _TellingSSLObject(ssl.SSLObject):
    """A TLS connection that says in the log why it refused a peer; asyncio would say nothing."""

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLEOFError):
            raise
        except ssl.SSLCertVerificationError as error:
            _log.warning("device_refused", why=f"certificate: {error.verify_message}")
            raise
        except ssl.SSLError as error:
            _log.warning("device_refused", why=f"TLS: {error.reason or error}")
            raise


def context(*, certificate: Path, key: Path, authority: Path) -> ssl.SSLContext:
    """TLS for a server whose peers must prove a certificate of `authority`; TLS 1.2 or newer.

    Raises OSError or ssl.SSLError where a file is missing or no certificate.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.verify_mode = ssl.CERT_REQUIRED
    made.sslobject_class = _TellingSSLObject
    made.load_cert_chain(certificate, key)
    made.load_verify_locations(authority)
    return made
