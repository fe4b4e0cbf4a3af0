"""What messengers have in common on the wire: secrets compared in constant time, downloads, verdicts on an answer."""

import hashlib
import hmac
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from urllib.parse import urlsplit

import certifi
import httpx

from skill.channels.channel import Verdict
from skill.settings import Settings

AGAIN = frozenset({408, 409, 412, 425, 429})
LONGEST_WAIT = 3600.0
LARGEST_RECORDING = 20 * 1024 * 1024


def same(given: str, expected: str) -> bool:
    """Whether a secret is the expected one; never when none is expected."""
    return bool(expected) and hmac.compare_digest(given.encode(errors="replace"), expected.encode())


def signed(raw: bytes, secret: str, given: str) -> bool:
    """Whether the hexadecimal HMAC-SHA256 of the raw bytes is the given one."""
    return bool(secret) and same(given.lower(), hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest())


def verdict(answer: httpx.Response) -> Verdict:
    """What an answer's status says of the message: taken, later (with the wait it asks for), or never."""
    if answer.is_success:
        return Verdict()
    if answer.status_code in AGAIN or answer.is_server_error:
        return Verdict(again_in=_wait(answer.headers.get("Retry-After", "")))
    return Verdict(refused=f"{answer.status_code} {answer.text[:200]}")


@contextmanager
def clients(settings: Settings, seconds: float) -> Iterator[Callable[[str], httpx.Client]]:
    """HTTP clients by channel. The root that MAX's chain ends at (`max_ca_file`) is trusted for MAX only."""
    with ExitStack() as stack:

        @cache
        def of(root: str) -> httpx.Client:
            trusted = ssl.create_default_context(cafile=certifi.where())
            if root:
                trusted.load_verify_locations(cafile=root)
            return stack.enter_context(httpx.Client(timeout=seconds, verify=trusted))

        yield lambda channel: of(settings.max_ca_file if channel == "max" else "")


def download(http: httpx.Client, url: str, *, api: str, headers: dict[str, str] | None = None) -> bytes:
    """A recording of at most 20 MB, by https or from the API itself. Raises httpx.HTTPError."""
    if urlsplit(url).scheme != "https" and urlsplit(url).netloc != urlsplit(api).netloc:
        raise httpx.UnsupportedProtocol("a recording is fetched by https only")
    with http.stream("GET", url, headers=headers) as answer:
        answer.raise_for_status()
        found = bytearray()
        for piece in answer.iter_bytes():
            found += piece
            if len(found) > LARGEST_RECORDING:
                raise httpx.ReadError("the recording is too large")
    return bytes(found)


def rows(titles: tuple[str, ...], width: int = 2) -> list[list[str]]:
    """Button titles in rows of a keyboard."""
    return [list(titles[start : start + width]) for start in range(0, len(titles), width)]


def _wait(asked: str) -> float:
    return min(float(asked), LONGEST_WAIT) if asked.isdecimal() else 0.0
