"""The certificate authority: an EC P-256 root that signs devices' requests and the fleet's own certificates.

The profile follows RFC 5280 as OpenSSL's X509_V_FLAG_X509_STRICT checks it: critical basic constraints and
key usage, subject and authority key identifiers, an extended key usage of exactly one purpose.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fleet.identity import IdentityError, RefusedRequest

RESERVED_PREFIX = "fleet-"
"""Names of the fleet's own processes and readers; no device may have one."""

BACKDATED = timedelta(hours=1)
"""How far a certificate's begin lies in the past, for clocks that are a little behind."""

_ROOT_YEARS = 20
PublicKey = EllipticCurvePublicKey | Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when a certificate holds, UTC."""

    begin: datetime
    end: datetime

    @classmethod
    def days(cls, days: float, *, now: datetime | None = None) -> "Validity":
        """From a little before `now` for `days`."""
        now = now or datetime.now(UTC)
        return cls(begin=now - BACKDATED, end=now + timedelta(days=days))


@dataclass(frozen=True, slots=True)
class Authority:
    """A root certificate with its key."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey

    def issue_to_client(self, public_key: PublicKey, *, name: str, validity: Validity) -> x509.Certificate:
        """A certificate by which `name` (a device, or a process of the fleet) connects as a client."""
        return self._issue(public_key, name=name, validity=validity, purpose=ExtendedKeyUsageOID.CLIENT_AUTH)

    def issue_to_server(
        self, public_key: PublicKey, *, hosts: Collection[str], validity: Validity
    ) -> x509.Certificate:
        """A certificate for a server that is reached by any of `hosts` (DNS names and IP addresses)."""
        names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        purpose = ExtendedKeyUsageOID.SERVER_AUTH
        return self._issue(public_key, name="fleet-server", validity=validity, purpose=purpose, hosts=names)

    def sign_request(
        self, request: x509.CertificateSigningRequest, *, name: str, validity: Validity
    ) -> x509.Certificate:
        """The certificate that a device asks for. Raises RefusedRequest; see `check_request`."""
        return self.issue_to_client(check_request(request, name=name), name=name, validity=validity)

    def _issue(
        self,
        public_key: PublicKey,
        *,
        name: str,
        validity: Validity,
        purpose: x509.ObjectIdentifier,
        hosts: x509.SubjectAlternativeName | None = None,
    ) -> x509.Certificate:
        builder = (
            _builder(public_key, subject=_named(name), issuer=self.certificate.subject, validity=validity)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
        )
        if hosts is not None:
            builder = builder.add_extension(hosts, critical=False)
        return builder.sign(self.key, hashes.SHA256())


def create_authority(*, now: datetime | None = None) -> Authority:
    """A new root; it may sign leaf certificates only."""
    key = generate_private_key(SECP256R1())
    subject = _named("Loket fleet root")
    validity = Validity.days(_ROOT_YEARS * 365.25, now=now)
    certificate = (
        _builder(key.public_key(), subject=subject, issuer=subject, validity=validity)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(certificate=certificate, key=key)


def load_authority(*, certificate: Path, key: Path) -> Authority:
    """The authority in two PEM files. Raises IdentityError."""
    try:
        root = x509.load_pem_x509_certificate(certificate.read_bytes())
        private = load_pem_private_key(key.read_bytes(), password=None)
    except FileNotFoundError as error:
        raise IdentityError(f"{error.filename}: no such file (run: fleet init)") from None
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise IdentityError(f"{key.parent}: the authority cannot be read: {error}") from error
    if not isinstance(private, EllipticCurvePrivateKey) or private.public_key() != root.public_key():
        raise IdentityError(f"{key}: not the key of {certificate.name} (restore both from one backup)")
    return Authority(certificate=root, key=private)


def read_request(path: Path) -> x509.CertificateSigningRequest:
    """The certificate request in a PEM file. Raises RefusedRequest."""
    try:
        return x509.load_pem_x509_csr(path.read_bytes())
    except FileNotFoundError:
        raise RefusedRequest(f"{path}: no such file (the device makes it)") from None
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise RefusedRequest(f"{path}: not a certificate request in PEM: {error}") from error


def check_request(request: x509.CertificateSigningRequest, *, name: str) -> PublicKey:
    """The public key of a request that `name` may have signed. Raises RefusedRequest.

    The request must be signed by its own key (proof of possession), be for exactly `name`, and bring an
    EC P-256 or an Ed25519 key. Nothing else of it is taken over.
    """
    if name.startswith(RESERVED_PREFIX):
        raise RefusedRequest(f'"{name}": names with {RESERVED_PREFIX} are the fleet\'s own; choose another')
    names = [
        str(attribute.value) for attribute in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    ]
    if names != [name]:
        found = f'is for "{names[0]}"' if len(names) == 1 else f"has {len(names)} common names"
        raise RefusedRequest(f'request {found}, not for "{name}" (make the request on that device)')
    try:
        public_key = request.public_key()
        proven = request.is_signature_valid
    except (ValueError, UnsupportedAlgorithm) as error:
        raise RefusedRequest(f'"{name}": the request\'s key cannot be read: {error}') from error
    if not proven:
        raise RefusedRequest(f'"{name}": the request is not signed by its own key')
    match public_key:
        case EllipticCurvePublicKey(curve=SECP256R1()) | Ed25519PublicKey():
            return public_key
        case _:
            raise RefusedRequest(f'"{name}": the key must be EC P-256 or Ed25519')


def serial_text(certificate: x509.Certificate) -> str:
    """The serial number in hexadecimal, as it stands in the table of devices."""
    return f"{certificate.serial_number:x}"


def _builder(
    public_key: PublicKey, *, subject: x509.Name, issuer: x509.Name, validity: Validity
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.begin)
        .not_valid_after(validity.end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
