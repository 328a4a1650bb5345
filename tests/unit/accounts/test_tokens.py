"""Tokens: shown once, known by digest alone, one taken back is nobody's."""

import pytest
from sqlalchemy import Connection, select

from accounts import tokens
from accounts.manage import ALIAS_LETTERS
from accounts.tables import tokens as table
from tests.unit import factory
from tests.unit.inbound.house import SECRETS

NOW = factory.NOW


@pytest.fixture
def conn() -> Connection:
    return factory.database().engine.connect()


@pytest.fixture
def ann(conn: Connection) -> str:
    return factory.user(conn, factory.account(conn))


def test_it_is_recognised_and_holds_160_bits(conn: Connection, ann: str) -> None:
    made = {tokens.new_token(conn, NOW, SECRETS, ann) for _ in range(50)}
    assert len(made) == 50
    assert {(token[:4], len(token)) for token in made} == {("cbt_", 36)}
    assert len(set(ALIAS_LETTERS)) ** tokens.LENGTH >= 2**160


def test_only_its_digest_is_kept(conn: Connection, ann: str) -> None:
    token = tokens.new_token(conn, NOW, SECRETS, ann)
    (row,) = conn.execute(select(table))
    assert token not in str(row)
    assert token[8:] not in str(row)
    assert (row.digest, row.hint) == (SECRETS.digest("token", token), token[4:8])


def test_whose_it_is(conn: Connection, ann: str) -> None:
    token = tokens.new_token(conn, NOW, SECRETS, ann)
    bearer = tokens.by_token(conn, SECRETS, token)
    assert bearer is not None
    assert (bearer.user.id, bearer.account.id, bearer.hint) == (ann, bearer.user.account_id, token[4:8])
    assert tokens.by_id(conn, bearer.token_id) == bearer


@pytest.mark.parametrize(
    "other", ["", "cbt_", "{}x", "x{}", "{} ", "{}\n", "%", "cbt_" + "a" * 32, "cbt_" + "\u0662" * 32]
)
def test_what_is_no_token_is_nobodys(conn: Connection, ann: str, other: str) -> None:
    token = tokens.new_token(conn, NOW, SECRETS, ann)
    assert tokens.by_token(conn, SECRETS, other.format(token)) is None
    assert tokens.by_token(conn, SECRETS, token.upper()) is None


def test_with_another_secret_key_it_is_nobodys(conn: Connection, ann: str) -> None:
    token = tokens.new_token(conn, NOW, SECRETS, ann)
    assert tokens.by_token(conn, type(SECRETS)(b"q" * 32, b"s" * 32), token) is None


def test_taken_back_it_is_nobodys_and_the_others_stay(conn: Connection, ann: str) -> None:
    first, second = (tokens.new_token(conn, NOW, SECRETS, ann) for _ in range(2))
    bob = tokens.new_token(conn, NOW, SECRETS, factory.user(conn, factory.account(conn)))
    assert tokens.revoke_tokens(conn, NOW + 1, ann, first[:8]) == 1
    assert tokens.revoke_tokens(conn, NOW + 2, ann, first[4:8]) == 0
    assert tokens.by_token(conn, SECRETS, first) is None
    assert tokens.by_token(conn, SECRETS, second)
    assert [(each.hint, each.revoked_ms) for each in tokens.tokens_of(conn, ann)] in (
        [(first[4:8], NOW + 1), (second[4:8], None)],
        [(second[4:8], None), (first[4:8], NOW + 1)],
    )
    assert tokens.revoke_tokens(conn, NOW + 3, ann) == 1
    assert tokens.by_token(conn, SECRETS, second) is None
    assert tokens.by_token(conn, SECRETS, bob)
