"""Amazon's signature on a call of Alexa: a certificate chain from Amazon's store, the raw bytes signed, the time fresh.

Source: Alexa Skills Kit, «Host a custom skill as a web service», the checks every public skill must make.
"""

import base64
import posixpath
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import certifi
import httpx
import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate, DNSName, load_pem_x509_certificates
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from skill.channels.body import NotABody, parse, text
from skill.channels.channel import Call
from skill.settings import Settings

SIGNER = "echo-api.amazon.com"
FRESH = timedelta(seconds=150)
CHAINS_KEPT = 8
log = structlog.get_logger()


def signed_by_amazon(call: Call, settings: Settings) -> bool:
    """Whether Amazon signed these bytes just now, with a certificate that a root of ours vouches for."""
    address = call.headers.get("SignatureCertChainUrl", "")
    if not _is_of_the_store(address, settings.alexa_certificates) or not _is_fresh(call):
        return False
    try:
        given = base64.b64decode(call.headers.get("Signature-256", ""), validate=True)
        signer = _signer(_chain(address), settings.alexa_roots, call.now)
        key = signer.public_key()
        if not isinstance(key, RSAPublicKey):
            return False
        key.verify(given, call.raw, PKCS1v15(), SHA256())
    except (ValueError, VerificationError, InvalidSignature):
        return False
    except httpx.HTTPError as error:
        log.error("certificates not fetched", channel="alexa", reason=type(error).__name__)
        return False
    return True


def _is_of_the_store(address: str, store: str) -> bool:
    """Whether the address, its `..` resolved, lies in Amazon's store: same scheme, host and port, path below."""
    wanted = urlsplit(store)
    try:
        given = urlsplit(address)
        same_place = (given.scheme, given.hostname, _port(given.scheme, given.port)) == (
            wanted.scheme,
            wanted.hostname,
            _port(wanted.scheme, wanted.port),
        )
    except ValueError:
        return False
    return same_place and not given.username and posixpath.normpath(unquote(given.path)).startswith(wanted.path)


def _port(scheme: str, port: int | None) -> int:
    return port or {"https": 443, "http": 80}.get(scheme, 0)


def _is_fresh(call: Call) -> bool:
    try:
        told = text(parse(call.raw), "request", "timestamp")
        sent = datetime.fromisoformat(told)
        return sent.tzinfo is not None and abs(call.now - sent) <= FRESH
    except (NotABody, ValueError, OverflowError):
        return False


@lru_cache(CHAINS_KEPT)
def _chain(address: str) -> tuple[Certificate, ...]:
    """The certificates at the address, the signer's first. Raises httpx.HTTPError, ValueError."""
    answer = httpx.get(address, timeout=10).raise_for_status()
    return tuple(load_pem_x509_certificates(answer.content))


def _signer(chain: tuple[Certificate, ...], roots: str, now: datetime) -> Certificate:
    """The signer's certificate: valid now, of Amazon's signing host, trusted. Raises VerificationError."""
    policy = PolicyBuilder().store(_roots(roots or certifi.where())).time(now)
    return policy.build_server_verifier(DNSName(SIGNER)).verify(chain[0], list(chain[1:]))[0]


@lru_cache(1)
def _roots(file: str) -> Store:
    return Store(load_pem_x509_certificates(Path(file).read_bytes()))
