"""A throw-away IMAP server: Debian's Dovecot with mailboxes, ports and a folder of its own, gone at the end.

    with Dovecot() as server:
        server.deliver("calls", raw_mail)

Any user it is asked for is there; all have the password `PASSWORD`, or a token that `server.token(user)` makes. It runs
as a user of no rights, and ends with the process that started it, even when that is killed.
"""

import base64
import grp
import hashlib
import hmac
import json
import os
import pwd
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

from imapclient import IMAPClient

from cordboard.lab.certificate import make_certificate
from cordboard.lab.child import NOWHERE, Child
from cordboard.lab.ports import HOST, free_port
from cordboard.lab.unprivileged import somebody_else, words_as
from kernel.errors import Unavailable

PASSWORD = "let-me-read-it"  # noqa: S105 - of a server on this machine's loopback
_BOOT_SECONDS = 60
_CONFIG = """
protocols = imap
listen = 127.0.0.1, 127.0.0.2
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain xoauth2
auth_failure_delay = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u:LAYOUT=fs
mail_plugins = acl
mail_max_userip_connections = 50
{extra}
namespace inbox {{
  inbox = yes
  separator = /
}}
plugin {{
  acl = vfile
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""
_OAUTH = """introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = sub
"""


def why_not() -> str:
    """Say in a sentence what keeps Dovecot from being had here; empty when nothing does."""
    if _program() is None:
        return "Dovecot is not installed (Debian: dovecot-imapd)."
    if os.geteuid() == 0 and somebody_else() is None:
        return "There is no user but root, or no setpriv, to run Dovecot as."
    return ""


class Dovecot:
    """One running server. Use as a context manager. `extra` are lines for its configuration."""

    def __init__(self, extra: str = "") -> None:
        if reason := why_not():
            raise Unavailable(reason)
        self.port, self.tls_port, self.extra = free_port(), free_port(), extra
        self.folder = Path(tempfile.mkdtemp(prefix="cordboard-imap-"))
        self._key = base64.b64encode(os.urandom(32)).decode()
        self._child: Child | None = None
        self._lay_out()

    def _lay_out(self) -> None:
        key = self.folder / "keys" / "default" / "HS256" / "default"
        for folder in (key.parent, self.folder / "mail", self.folder / "home", self.folder / "state"):
            folder.mkdir(parents=True)
        key.write_text(self._key, encoding="ascii")
        (self.folder / "oauth2.conf").write_text(_OAUTH.format(folder=self.folder), encoding="ascii")
        make_certificate(self.certificate, self.folder / "key.pem")
        self.configure(self.extra)
        if user := somebody_else():
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, user.pw_uid, user.pw_gid)

    def configure(self, extra: str) -> None:
        """Write the configuration, with these lines; it is so from the next start on."""
        user = somebody_else()
        uid, gid = (user.pw_uid, user.pw_gid) if user else (os.geteuid(), os.getegid())
        text = _CONFIG.format(
            folder=self.folder, user=pwd.getpwuid(uid).pw_name, group=grp.getgrgid(gid).gr_name,
            uid=uid, gid=gid, port=self.port, tls_port=self.tls_port, password=PASSWORD, extra=extra,
        )  # fmt: skip
        (self.folder / "dovecot.conf").write_text(text, encoding="utf-8")

    @property
    def certificate(self) -> Path:
        """Whom it is by: itself."""
        return self.folder / "certificate.pem"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- the process -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start it, on the same mailboxes as before, and wait until it answers. Unavailable if it never does."""
        program = _program()
        assert program is not None
        words = words_as(somebody_else(), program, "-F", "-c", str(self.folder / "dovecot.conf"))
        child = self._child = Child(words, self.folder, NOWHERE, orphaned=signal.SIGTERM)
        if not child.comes_up(self._answers, _BOOT_SECONDS):
            self.stop()
            raise Unavailable(f"Dovecot did not start: {self.log()[-500:] or 'it said nothing'}")

    def stop(self) -> None:
        """End it, and every connection with it."""
        child, self._child = self._child, None
        if child:
            child.end(signal.SIGTERM)

    def log(self) -> str:
        """What it wrote."""
        path = self.folder / "dovecot.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def _answers(self) -> bool:
        try:
            with self.client("nobody"):
                return True
        except (OSError, IMAPClient.Error):
            return False

    # -- mailboxes -------------------------------------------------------------------------------------------------

    @contextmanager
    def client(self, user: str) -> Iterator[IMAPClient]:
        """A logged-in connection, as a person's mail program has it."""
        with IMAPClient(HOST, self.port, ssl=False, timeout=30) as client:
            client.login(user, PASSWORD)
            yield client

    def deliver(self, user: str, raw: bytes, folder: str = "INBOX", arrived: datetime | None = None) -> None:
        """Put a mail into a folder, as having come now or then."""
        with self.client(user) as client:
            client.append(folder, raw, msg_time=arrived)

    def mails(self, user: str, folder: str = "INBOX") -> dict[int, tuple[bytes, ...]]:
        """The mails of a folder: by UID, their flags. None at all if there is no such folder."""
        with self.client(user) as client:
            if not client.folder_exists(folder):
                return {}
            client.select_folder(folder, readonly=True)
            said = client.fetch(client.search("ALL"), ["FLAGS"])
            return {uid: tuple(each[b"FLAGS"]) for uid, each in said.items()}

    def token(self, user: str, lives_s: int = 600) -> str:
        """An OAuth token that this server takes for the user: a JWT signed with its key."""
        claims = {"sub": user, "exp": int(time.time()) + lives_s, "iat": int(time.time()) - 5}
        parts = [_base64(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
        signed = hmac.new(base64.b64decode(self._key), b".".join(parts), hashlib.sha256).digest()
        return b".".join([*parts, _base64(signed)]).decode()

    def renumber(self, user: str) -> None:
        """Have the user's inbox made anew: its mails are still there, under other UIDs of another UIDVALIDITY."""
        for pattern in ("dovecot-uidlist*", "dovecot.index*", "dovecot.list.index*"):
            for file in (self.folder / "mail" / user).glob(pattern):
                file.unlink()


def _program() -> str | None:
    return shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
