"""The installation's one secret: given by a setting, or made once and kept in `home/secret.key`."""

import os
import secrets as chance
from pathlib import Path

from argon2 import PasswordHasher

from cordboard.settings import Settings
from cordboard.settings.nodes import Node
from kernel.errors import Misconfigured
from kernel.secrets import PIN_HASHER, Secrets

KEY_BYTES = 32
SHORTEST = 16


def secrets_of(settings: Settings, hasher: PasswordHasher = PIN_HASHER) -> Secrets:
    """Digests, seals and PIN hashes with the installation's secret; makes the secret where there is none."""
    return Secrets.of(_secret(settings).encode(), hasher)


def ari_password(node: Node, secrets: Secrets) -> str:
    """A switch's password: the one that is set, else one that follows from the secret key."""
    return node.ari_password.get_secret_value() or secrets.digest("ari password", "")[:32]


def _secret(settings: Settings) -> str:
    given = settings.secret_key.get_secret_value()
    path = settings.home / "secret.key"
    secret = given or _kept(path)
    if len(secret) < SHORTEST:
        named = "secret_key" if given else str(path)
        raise Misconfigured(f"The secret in {named} is too short: {SHORTEST} letters and digits at least.")
    return secret


def _kept(path: Path) -> str:
    try:
        if not path.exists():
            _make(path)
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as e:
        raise Misconfigured(f"The secret key {path} can't be read or made: {e}.") from None


def _make(path: Path) -> None:
    """Written aside and linked into place, so that of several processes one wins and none reads half a key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{chance.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(chance.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
