"""Keys of the fleet in files: made once, private halves readable by their owner alone."""

import base64
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from fleet.identity import IdentityError
from loket.files import write_atomically


def write_certificate_key(path: Path) -> EllipticCurvePrivateKey:
    """Make an EC P-256 key for a certificate and write it to `path` (PKCS #8 PEM)."""
    key = generate_private_key(SECP256R1())
    write_private_key(path, key)
    return key


def write_private_key(path: Path, key: EllipticCurvePrivateKey | Ed25519PrivateKey) -> None:
    """Write `key` to `path` (PKCS #8 PEM) for its owner alone."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_atomically(path, pem, mode=0o600)


def write_statement_keys(*, private: Path, public: Path) -> None:
    """Make the Ed25519 pair that signs commands and stored-acknowledgements (PEM)."""
    key = Ed25519PrivateKey.generate()
    write_private_key(private, key)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    write_atomically(public, pem)


def write_intake_keys(*, private: Path, public: Path) -> None:
    """Make the X25519 pair that citizens' words are sealed to (base64 of the 32 bytes, one line)."""
    key = X25519PrivateKey.generate()
    write_atomically(private, base64.b64encode(key.private_bytes_raw()) + b"\n", mode=0o600)
    write_atomically(public, base64.b64encode(key.public_key().public_bytes_raw()) + b"\n")


def load_statement_key(path: Path) -> Ed25519PrivateKey:
    """The key that signs statements. Raises IdentityError."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise IdentityError(f"{path}: no such file (run: fleet init)") from None
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise IdentityError(f"{path}: cannot be read: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise IdentityError(f"{path}: not an Ed25519 key")
    return key
