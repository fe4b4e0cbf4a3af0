"""Amazon's store of certificates: a root of its own, chains for any host and day, bodies signed."""

import json
from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from flask import Blueprint, Response

HOST = "echo-api.amazon.com"
DAY = timedelta(days=1)
AGE = timedelta(days=3650)
blueprint = Blueprint("amazon", __name__)
chains: dict[str, bytes] = {}
"""What lies in the store, by file name."""


def launched(at: datetime) -> bytes:
    """The body with which a skill is opened at that moment."""
    request = {"type": "LaunchRequest", "requestId": "r-1", "timestamp": at.isoformat()}
    session = {"new": True, "sessionId": "s-1", "user": {"userId": "u-1"}}
    return json.dumps({"version": "1.0", "session": session, "request": request}).encode()


def signature(raw: bytes) -> bytes:
    """The signer's signature of a body."""
    return _key("signer").sign(raw, PKCS1v15(), SHA256())


def root() -> bytes:
    """The root certificate, PEM."""
    return _root().public_bytes(Encoding.PEM)


def chain(now: datetime, host: str = HOST) -> str:
    """The file name of a chain for the host, valid a day before and after."""
    signer = (
        x509.CertificateBuilder()
        .subject_name(_name(host))
        .issuer_name(_root().subject)
        .public_key(_key("signer").public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_authority(), critical=False)
        .sign(_key("root"), SHA256())
    )
    name = f"{signer.serial_number}.pem"
    chains[name] = signer.public_bytes(Encoding.PEM) + root()
    return name


@blueprint.get("/<name>")
def stored(name: str) -> Response:
    """A chain of the store."""
    found = chains.get(name)
    return Response(found, content_type="application/x-pem-file") if found else Response(status=404)


@cache
def _key(owner: str) -> rsa.RSAPrivateKey:  # noqa: ARG001 - what the cache tells the keys apart by
    return rsa.generate_private_key(65537, 2048)


@cache
def _root() -> x509.Certificate:
    born = datetime.fromisoformat("2020-01-01T00:00:00+00:00")
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    name = _name("Sandbox root")
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key("root").public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(born)
        .not_valid_after(born + AGE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(_key("root").public_key()), critical=False)
        .sign(_key("root"), SHA256())
    )


def _authority() -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(_key("root").public_key())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
