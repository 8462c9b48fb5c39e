"""The authority: whom it signs for, and that its certificates pass the strictest reader."""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fleet.identity import IdentityError, RefusedRequest
from fleet.identity.authority import (
    Authority,
    Validity,
    check_request,
    create_authority,
    load_authority,
    read_request,
    serial_text,
)
from fleet.identity.keys import write_private_key
from fleet.settings import Fleet
from tests.fleet.conftest import Papers, expired, issue, request_for


@pytest.fixture(scope="module")
def authority() -> Authority:
    return create_authority()


def handshake(fleet: Fleet, papers: Papers | None, *, host: str = "localhost") -> str | None:
    """A TLS handshake between our server certificate and a client, both strict; returns the client's name."""
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(fleet.layout.root_certificate))
    server.load_cert_chain(fleet.layout.certificate("server"), fleet.layout.key("server"))
    server.verify_mode = ssl.CERT_REQUIRED
    client = ssl.create_default_context(cafile=str(fleet.layout.root_certificate))
    for context in (server, client):
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    if papers is not None:
        client.load_cert_chain(papers.certificate, papers.key)
    here, there = socket.socketpair()
    here.settimeout(10)
    there.settimeout(10)
    names: list[str | None] = []

    def serve() -> None:
        try:
            with server.wrap_socket(there, server_side=True) as stream:
                names.append(dict(part[0] for part in stream.getpeercert()["subject"])["commonName"])
                stream.sendall(b"hello")
        except OSError:
            names.append(None)
        finally:
            there.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(here, server_hostname=host) as stream:
            stream.recv(5)  # with TLS 1.3 a refusal shows only now
    finally:
        here.close()
        thread.join(10)
    return names[0]


def test_device_and_server_trust_each_other(fleet: Fleet, tmp_path: Path) -> None:
    authority = load_authority(certificate=fleet.layout.root_certificate, key=fleet.layout.root_key)
    papers = issue(authority, "lebong-001", tmp_path)
    assert handshake(fleet, papers) == "lebong-001"
    assert handshake(fleet, papers, host="127.0.0.1") == "lebong-001"


def test_strict_reader_refuses(fleet: Fleet, tmp_path: Path) -> None:
    authority = load_authority(certificate=fleet.layout.root_certificate, key=fleet.layout.root_key)
    for papers in (
        issue(create_authority(), "lebong-001", tmp_path / "other"),
        issue(authority, "lebong-001", tmp_path / "expired", validity=expired()),
        Papers(fleet.layout.certificate("server"), fleet.layout.key("server")),  # not for clients
        None,
    ):
        with pytest.raises(OSError, match=r"alert|EOF|reset"):
            handshake(fleet, papers)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(fleet, issue(authority, "lebong-001", tmp_path / "good"), host="example.org")


def test_certificate_says_what_it_is_for(authority: Authority) -> None:
    request, key = request_for("lebong-001")
    until = datetime.now(UTC) + timedelta(days=60)
    certificate = authority.sign_request(request, name="lebong-001", validity=Validity.days(60))
    assert certificate.subject == x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lebong-001")])
    assert certificate.public_key() == key.public_key()
    assert abs((certificate.not_valid_after_utc - until).total_seconds()) < 60
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert int(serial_text(certificate), 16) == certificate.serial_number


def test_accepts_ed25519(authority: Authority) -> None:
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lebong-001")]))
        .sign(Ed25519PrivateKey.generate(), None)
    )
    authority.sign_request(request, name="lebong-001", validity=Validity.days(1)).verify_directly_issued_by(
        authority.certificate
    )


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (rsa.generate_private_key(65537, 2048), "must be EC P-256 or Ed25519"),
        (generate_private_key(SECP384R1()), "must be EC P-256 or Ed25519"),
    ],
)
def test_refuses_other_keys(key: Any, said: str) -> None:
    request, _ = request_for("lebong-001", key=key)
    with pytest.raises(RefusedRequest, match=said):
        check_request(request, name="lebong-001")


def test_refuses_request_of_another_name() -> None:
    request, _ = request_for("lebong-002")
    with pytest.raises(RefusedRequest, match='is for "lebong-002", not for "lebong-001"'):
        check_request(request, name="lebong-001")


def test_refuses_two_names() -> None:
    name = [x509.NameAttribute(NameOID.COMMON_NAME, each) for each in ("lebong-001", "lebong-002")]
    key = generate_private_key(SECP384R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(name)).sign(key, hashes.SHA256())
    with pytest.raises(RefusedRequest, match="has 2 common names"):
        check_request(request, name="lebong-001")


@pytest.mark.parametrize("name", ["fleet-ingest", "fleet-north-x"])
def test_refuses_reserved_names(name: str) -> None:
    request, _ = request_for(name)
    with pytest.raises(RefusedRequest, match="fleet's own"):
        check_request(request, name=name)


def test_refuses_request_that_its_key_did_not_sign() -> None:
    request, _ = request_for("lebong-001")
    forged = bytearray(request.public_bytes(Encoding.DER))
    forged[-1] ^= 1
    with pytest.raises(RefusedRequest, match="not signed by its own key"):
        check_request(x509.load_der_x509_csr(bytes(forged)), name="lebong-001")


def test_refuses_file_that_is_no_request(tmp_path: Path) -> None:
    (tmp_path / "a.csr").write_text("-----BEGIN NONSENSE-----")
    with pytest.raises(RefusedRequest, match=r"a\.csr: not a certificate request in PEM"):
        read_request(tmp_path / "a.csr")
    with pytest.raises(RefusedRequest, match=r"b\.csr: no such file"):
        read_request(tmp_path / "b.csr")


def test_refuses_key_of_another_root(fleet: Fleet) -> None:
    write_private_key(fleet.layout.root_key, create_authority().key)
    with pytest.raises(IdentityError, match=r"root\.key: not the key of root\.pem"):
        load_authority(certificate=fleet.layout.root_certificate, key=fleet.layout.root_key)
