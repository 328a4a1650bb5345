"""Keyed digests, sealing and PIN hashes: everything that needs the installation's one secret."""

import base64
import hashlib
import hmac
from typing import Self

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kernel.errors import Unavailable

PIN_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
"""argon2id, 19 MiB, t=2, p=1 (OWASP Password Storage Cheat Sheet)."""


class Secrets:
    """Holds the pepper of digests and PINs (32 bytes) and the key of sealed things (32 bytes)."""

    def __init__(self, pepper: bytes, seal_key: bytes, hasher: PasswordHasher = PIN_HASHER) -> None:
        self._pepper = pepper
        self._box = Fernet(base64.urlsafe_b64encode(seal_key))
        self._hasher = hasher

    @classmethod
    def of(cls, secret: bytes, hasher: PasswordHasher = PIN_HASHER) -> Self:
        """Both keys derived (HKDF, RFC 5869) from the installation's one secret."""
        return cls(_derive(secret, b"pepper"), _derive(secret, b"seal"), hasher)

    def digest(self, purpose: str, text: str) -> str:
        """HMAC-SHA256 in hex; digests of different purposes never meet."""
        return self._mac(purpose, text).hex()

    def seal(self, data: bytes) -> bytes:
        """Encrypted and authenticated."""
        return self._box.encrypt(data)

    def unseal(self, sealed: bytes) -> bytes:
        """What was sealed. Raises Unavailable if it was sealed with another key or is damaged."""
        try:
            return self._box.decrypt(sealed)
        except InvalidToken as e:
            raise Unavailable("This was sealed with another secret key than the one in the settings.") from e

    def hash_pin(self, pin: str) -> str:
        """A hash to store; the same PIN gives another one each time."""
        return self._hasher.hash(self._mac("pin", pin))

    def is_pin(self, pin_hash: str, pin: str) -> bool:
        """Whether `pin_hash` was made of `pin`; takes the same time when it wasn't."""
        try:
            return self._hasher.verify(pin_hash, self._mac("pin", pin))
        except (VerificationError, InvalidHashError):
            return False

    def _mac(self, purpose: str, text: str) -> bytes:
        return hmac.new(self._pepper, f"{purpose}\0{text}".encode(), hashlib.sha256).digest()


def _derive(secret: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"cordboard " + info).derive(secret)
