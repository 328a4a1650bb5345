"""Servers that should not, or will not, run as root: as whom they run then."""

import os
import pwd
import shutil

_USERS = ("postgres", "nobody")
"""The first of these that is there."""


def somebody_else() -> pwd.struct_passwd | None:
    """Who runs a server instead of root; None if we are not root, or there is nobody, or no way to."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    return next((known[name] for name in _USERS if name in known), None)


def words_as(user: pwd.struct_passwd | None, *words: str) -> list[str]:
    """The command that runs these words as that user, or as we are."""
    if user is None:
        return list(words)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *words]
