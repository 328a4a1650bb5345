"""How the door gets in: passwords, tokens that expire, certificates; and that no secret is told."""

import json
import logging
import ssl
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cordboard import logs
from cordboard.configure import load_settings
from cordboard.lab.dovecot import PASSWORD
from cordboard.wiring.mailboxes import box_of
from inbound.imap import watch
from inbound.imap.box import Mailbox
from inbound.imap.session import Refused, connected
from tests.parts.mailboxes.desk import Desk
from tests.unit.inbound.house import ORDER, PIN

pytestmark = pytest.mark.parts


def box_in(desk: Desk, folder: Path, toml: str) -> Mailbox:
    """What settings with these lines make of the user's mailbox."""
    file = folder / "cordboard.toml"
    usual = f'name = "{desk.user}"\nuser = "{desk.user}"\nhost = "127.0.0.1"\ntimeout_s = 5\n'
    file.write_text(f"home = {str(folder)!r}\n[[mailboxes]]\n{usual}{toml}\n", encoding="utf-8")
    settings = load_settings(file)
    return box_of(settings.mailboxes[0], settings.home, ORDER)


def gets_in(box: Mailbox) -> bool:
    with connected(box) as session:
        return session.select().writable


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_over_tls_with_the_servers_own_certificate(desk: Desk, tmp_path: Path, tls: str) -> None:
    port = desk.server.tls_port if tls == "implicit" else desk.server.port
    (tmp_path / "ca.pem").write_bytes(desk.server.certificate.read_bytes())
    (tmp_path / "word").write_text(f"{PASSWORD}\n")
    usual = f'port = {port}\ntls = "{tls}"\npassword_file = "word"\n'
    assert gets_in(box_in(desk, tmp_path, usual + 'tls_ca = "ca.pem"'))
    with pytest.raises(ssl.SSLCertVerificationError):
        gets_in(box_in(desk, tmp_path, usual))
    elsewhere = replace(box_in(desk, tmp_path, usual + 'tls_ca = "ca.pem"'), host="127.0.0.2")
    with pytest.raises(ssl.SSLCertVerificationError, match=r"127\.0\.0\.2"):
        gets_in(elsewhere)


def test_a_token_is_asked_for_anew_at_each_connection(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "REFUSED_WAIT_S", 0.02)
    file, counted = tmp_path / "token", tmp_path / "asked"
    file.write_text(desk.server.token(desk.user, lives_s=-1))
    code = f"open({str(counted)!r}, 'a').write('x'); print(open({str(file)!r}).read())"
    command = f"token_command = {json.dumps([sys.executable, '-c', code])}"
    box = box_in(desk, tmp_path, f'port = {desk.server.port}\ntls = "none"\n{command}')
    assert box.oauth
    desk.watch(secret=box.secret, oauth=True)
    desk.until(lambda: counted.exists() and len(counted.read_text()) >= 2)
    assert not desk.is_open()
    file.write_text(desk.server.token(desk.user))
    desk.until(desk.is_open)
    desk.put(desk.house.mail(f"CALL mum PIN {PIN}"))
    desk.until(lambda: desk.house.orders)
    assert "the server refuses the login" in desk.told("operator")[0]


def test_a_token_from_a_file_and_one_of_somebody_else(desk: Desk, tmp_path: Path) -> None:
    toml = f'port = {desk.server.port}\ntls = "none"\ntoken_file = "token"'
    (tmp_path / "token").write_text(desk.server.token(desk.user) + "\n")
    assert gets_in(box_in(desk, tmp_path, toml))
    (tmp_path / "token").write_text(desk.server.token("somebody-else"))
    with pytest.raises(Refused):
        gets_in(box_in(desk, tmp_path, toml))


def test_neither_password_nor_mail_is_in_the_log(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    try:
        logs.configure("imap", "debug", json_lines=False)
        desk.begin()
        desk.put(desk.house.mail(f"CALL mum PIN {PIN}", subject="a word in confidence"))
        desk.until(lambda: desk.house.orders)
        desk.stack.close()
    finally:
        root.handlers[:] = before
        root.setLevel(logging.WARNING)
    written = capsys.readouterr().err
    assert not any(secret in written for secret in (PASSWORD, PIN, "in confidence"))
