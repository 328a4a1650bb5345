import pytest

from kernel.errors import Unavailable
from kernel.secrets import PIN_HASHER, Secrets


def test_digests_are_keyed_and_apart_by_purpose() -> None:
    one, two = Secrets.of(b"one"), Secrets.of(b"two")
    assert one.digest("alias", "x") == Secrets.of(b"one").digest("alias", "x")
    assert len(one.digest("alias", "x")) == 64
    assert len({one.digest("alias", "x"), one.digest("order", "x"), two.digest("alias", "x")}) == 3


def test_sealing() -> None:
    one, two = Secrets.of(b"one"), Secrets.of(b"two")
    sealed = one.seal(b"PIN 482913")
    assert b"482913" not in sealed
    assert one.unseal(sealed) == b"PIN 482913"
    for wrong in (two.seal(b"x"), sealed[:-4] + b"abc=", b""):
        with pytest.raises(Unavailable):
            one.unseal(wrong)


def test_pin_hashes_cost_what_owasp_asks() -> None:
    assert (PIN_HASHER.memory_cost, PIN_HASHER.time_cost, PIN_HASHER.parallelism) == (19 * 1024, 2, 1)
    hashed = Secrets.of(b"one").hash_pin("482913")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not Secrets.of(b"one").is_pin("not a hash", "482913")
