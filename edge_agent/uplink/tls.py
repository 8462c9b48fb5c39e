"""Mutual TLS whose clock is clamped: a Pi that boots in 1970 must still be able to connect.

OpenSSL would judge certificates by the system's clock. So its check of times is switched off
(X509_V_FLAG_NO_CHECK_TIME), and the peer's certificate is judged after each handshake, before a byte of ours
is sent, by the newest time that can be proven. Chain and host name are OpenSSL's business as ever.
"""

import contextlib
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID

from edge_agent.uplink.settings import UplinkSettings
from loket.settings import SettingsError

_NO_CHECK_TIME = 0x200000  # openssl/x509_vfy.h


class ClampedSocket(ssl.SSLSocket):
    """A TLS socket that judges its peer's certificate by the context's clock."""

    context: "ClampedContext"

    def do_handshake(self, block: bool = False) -> None:
        """Shake hands. Raises ssl.SSLError; SSLCertVerificationError where the peer's time is over."""
        try:
            super().do_handshake(block)
            certificate = self.getpeercert() or {}
            wrong = out_of_time(
                not_before=ssl.cert_time_to_seconds(str(certificate["notBefore"])),
                not_after=ssl.cert_time_to_seconds(str(certificate["notAfter"])),
                now=self.context.now(),
            )
            if wrong:
                raise ssl.SSLCertVerificationError(f"its certificate {wrong}")
        except OSError:
            self.close()
            raise

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """As ssl.SSLSocket; an alert of the peer is kept, for the MQTT library swallows it."""
        try:
            return super().recv(buflen, flags)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except OSError as error:
            self.context.failure = error
            raise


class ClampedContext(ssl.SSLContext):
    """A client's TLS context; `now` tells s since 1970, `failure` is what a peer broke off with."""

    now: Callable[[], float]
    failure: OSError | None = None

    # ssl creates its sockets by this attribute
    sslsocket_class = ClampedSocket


def client_context(settings: UplinkSettings, *, now: Callable[[], float]) -> ClampedContext:
    """The context for the broker and for the fleet's HTTPS. Raises SettingsError for unusable files."""
    context = ClampedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.now = now
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    try:
        context.load_verify_locations(cafile=settings.ca)
    except OSError as error:
        raise SettingsError(f"ca {settings.ca}: {_reason(error)}; copy it from the fleet") from error
    try:
        context.load_cert_chain(settings.certificate, settings.key, password=_no_password)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"certificate {settings.certificate} with key {settings.key}: {_reason(error)}; "
            "enrol the device again, or name the pair that belongs together"
        ) from error
    return context


def read_certificate(path: Path) -> x509.Certificate:
    """The first certificate of a PEM file. Raises SettingsError."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"certificate {path}: {error.strerror}; enrol the device first") from error
    except ValueError as error:
        raise SettingsError(f"certificate {path}: not a certificate in PEM") from error


def check_own(settings: UplinkSettings, *, name: str) -> x509.Certificate:
    """The device's own certificate, proven to carry the device's `name`. Raises SettingsError."""
    certificate = read_certificate(settings.certificate)
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    found = str(names[0].value) if names else ""
    if found != name:
        raise SettingsError(
            f'certificate {settings.certificate} is made out to "{found}", but device.toml says "{name}": '
            "use this device's own certificate, or set name in device.toml"
        )
    return certificate


def own_troubles(settings: UplinkSettings, *, now: float) -> list[str]:
    """What is wrong with our own certificate or the authority at `now`, in words for the log."""
    troubles = []
    own = read_certificate(settings.certificate)
    try:
        authorities = x509.load_pem_x509_certificates(settings.ca.read_bytes())
    except (OSError, ValueError):
        authorities = []
    for what, path, certificate in [
        ("certificate", settings.certificate, own),
        *(("ca", settings.ca, each) for each in authorities[:1]),
    ]:
        wrong = out_of_time(
            not_before=certificate.not_valid_before_utc.timestamp(),
            not_after=certificate.not_valid_after_utc.timestamp(),
            now=now,
        )
        if wrong:
            troubles.append(f"{what} {path} {wrong}: enrol the device again")
    if authorities and not any(_issued(own, authority) for authority in authorities):
        troubles.append(
            f"certificate {settings.certificate} was not issued by the authority in {settings.ca}: "
            "the broker will refuse it; enrol with this fleet"
        )
    return troubles


def out_of_time(*, not_before: float, not_after: float, now: float) -> str | None:
    """Why a certificate with these times (s since 1970) is not valid at `now`; None if it is."""
    if now < not_before:
        return f"is not valid before {_date(not_before)} (the newest time known here is {_date(now)})"
    if now > not_after:
        return f"expired on {_date(not_after)} (the time here is {_date(now)})"
    return None


_ALERTS = {
    "ALERT_UNKNOWN_CA": "it does not know the authority that issued our certificate",
    "ALERT_CERTIFICATE_EXPIRED": "it says that our certificate has expired",
    "ALERT_CERTIFICATE_REVOKED": "it says that our certificate was revoked",
    "ALERT_BAD_CERTIFICATE": "it does not accept our certificate",
    "ALERT_CERTIFICATE_UNKNOWN": "it does not accept our certificate",
    "CERTIFICATE_REQUIRED": "it asks for a certificate and got none",
    "ALERT_DECRYPT_ERROR": "it could not check our certificate's signature",
    "WRONG_VERSION_NUMBER": "it does not speak TLS on this port",
    "RECORD_LAYER_FAILURE": "it does not speak TLS on this port",
    "UNEXPECTED_EOF": "it hung up during the handshake",
}


def explain(error: OSError, *, ca: Path) -> str:
    """Why a connection failed, in words for the log."""
    if isinstance(error, ssl.SSLCertVerificationError):
        why = getattr(error, "verify_message", "") or str(error.args[-1] if error.args else error)
        if "Hostname mismatch" in why or "IP address mismatch" in why:
            return f"its certificate is for another name: {why}"
        if "expired" in why or "not valid" in why:
            return why
        return f"its certificate was not issued by the authority in {ca}: {why}"
    if isinstance(error, ssl.SSLError):
        said = str(error).upper().replace(" ", "_")
        for sign, words in _ALERTS.items():
            if sign in said:
                return f"{words} ({error.reason or error})"
        return f"TLS: {error.reason or error}"
    return _reason(error)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, ssl.SSLError):
        if "KEY_VALUES_MISMATCH" in str(error):
            return "the key does not belong to the certificate"
        return f"not usable PEM ({error.reason or error})"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _no_password() -> str:
    """A locked key must not make a unit wait at a prompt."""
    raise ValueError("the key is locked with a password")


def _issued(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    with contextlib.suppress(ValueError, TypeError, InvalidSignature):
        certificate.verify_directly_issued_by(authority)
        return True
    return False


def _date(time: float) -> Any:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M UTC")
