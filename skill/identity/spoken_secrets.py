"""Short secrets that people can say: kept salted and stretched, compared in constant time."""

import hashlib
import hmac
import secrets


def sealed(said: str) -> tuple[str, str]:
    """Salt and digest to keep instead of the digits."""
    salt = secrets.token_hex(16)
    return salt, _digest(said, salt)


def opens(said: str, salt: str, digest: str) -> bool:
    """Whether these are the digits that were sealed."""
    return bool(digest) and hmac.compare_digest(_digest(said, salt), digest)


def _digest(said: str, salt: str) -> str:
    return hashlib.scrypt(said.encode(), salt=bytes.fromhex(salt), n=2**12, r=8, p=1, dklen=32).hex()
