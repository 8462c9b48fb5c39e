"""The device's key pair: made on the device, never leaving it; a signing request carries its public half."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from loket.files import write_atomically


class IdentityError(Exception):
    """The key pair cannot be made; the text says why and what to do."""


def create_identity(*, name: str, key: Path, request: Path) -> None:
    """Make an EC P-256 key at `key` (0600) and a certificate signing request for `name` at `request`.

    A key that is there is never overwritten: losing it loses the device's identity. Raises IdentityError.
    """
    for path in (key, request):
        if path.exists():
            raise IdentityError(
                f"{path} exists: this device has an identity; keep it, or move the file away to make another"
            )
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signed = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(private, hashes.SHA256())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        write_atomically(key, pem, mode=0o600)
        write_atomically(request, signed.public_bytes(serialization.Encoding.PEM), mode=0o644)
    except OSError as error:
        raise IdentityError(f"{key.parent}: {error.strerror}") from error
