"""A real Asterisk 22 in a folder of its own, fetched once and kept: Debian's packages of the `sid` suite.

Debian 12 has no asterisk package. The folder is built by debootstrap, which checks Debian's signatures; nothing of
it is installed into this machine. What is in the folder is run by the folder's own loader, so running it needs no
root, no chroot and no mount.
"""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cordboard.lab.apt_sources import Mirror, debian_mirror
from kernel.errors import Unavailable

PACKAGES = "asterisk,asterisk-core-sounds-en-gsm"
SUITE = "sid"
LINE = "22"
"""The major version of Asterisk that all was tried on; its current long-term line."""
_SCRIPTS = Path("/usr/share/debootstrap/scripts")
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def default_cache() -> Path:
    """Give the folder that keeps the installed switch between runs, outside of any source tree."""
    own = os.environ.get("CORDBOARD_CACHE")
    xdg = os.environ.get("XDG_CACHE_HOME")
    base = Path(own) if own else (Path(xdg) if xdg else Path.home() / ".cache") / "cordboard"
    return base / f"asterisk-{LINE}"


def why_not(cache: Path | None = None) -> str:
    """Say in a sentence what keeps Asterisk from being had here; empty when it is there or can be fetched."""
    if _is_there(cache or default_cache()):
        return ""
    if os.geteuid() != 0:
        return "Asterisk is not in the cache, and fetching it needs root (debootstrap)."
    if not shutil.which("debootstrap"):
        return "Asterisk is not in the cache, and debootstrap, which fetches it, is not installed."
    return ""


def install(cache: Path | None = None, say: Callable[[str], None] = print) -> Path:
    """Give the folder of an installed Asterisk 22; fetch it if it is not there (about a minute, 0.5 GB).

    Safe when several processes ask at once: one fetches, the others wait. Raises Unavailable with a sentence.
    """
    cache = cache or default_cache()
    if _is_there(cache):
        return _checked(cache)
    if reason := why_not(cache):
        raise Unavailable(reason)
    cache.parent.mkdir(parents=True, exist_ok=True)
    with _alone(cache.with_name(f"{cache.name}.lock")):
        if not _is_there(cache):
            _build(cache, say)
    return _checked(cache)


def command(root: Path) -> list[str]:
    """Give the words that start the Asterisk in a folder, to be followed by its own options."""
    loader = _only(root, "usr/lib*/ld-linux-*.so.*", "lib/ld-linux-*.so.*")
    return [str(loader), "--library-path", str(libraries(root)), str(root / "usr/sbin/asterisk")]


def libraries(root: Path) -> Path:
    """Give the folder that holds the libraries, and below it the modules."""
    return _only(root, "usr/lib/*-linux-gnu*")


def version(root: Path) -> str:
    """Ask the Asterisk in a folder for its version, such as 22.10.1."""
    done = subprocess.run([*command(root), "-V"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 our own words
    found = re.match(r"Asterisk (\d+[.\d]*)", done.stdout)
    if not found:
        raise Unavailable(f"The Asterisk in {root} does not start: {(done.stderr or done.stdout).strip()[-200:]}")
    return found[1]


def _is_there(cache: Path) -> bool:
    return (cache / "usr/sbin/asterisk").exists()


def _build(cache: Path, say: Callable[[str], None]) -> None:
    mirror = debian_mirror()
    fresh = cache.with_name(f"{cache.name}.new")
    _remove(fresh)
    say("Fetching Asterisk 22 (once, about a minute) ...")
    try:
        _debootstrap(fresh, mirror)
        _checked(fresh)
        for waste in ("var/cache/apt", "var/lib/apt/lists"):
            shutil.rmtree(fresh / waste, ignore_errors=True)
        fresh.rename(cache)
    except BaseException:
        _remove(fresh)
        raise
    say(f"Asterisk {version(cache)} is in {cache}")


def _checked(root: Path) -> Path:
    """Debian's sid moves on: the next major version may differ in what all our promises stand on."""
    found = version(root)
    if not found.startswith(f"{LINE}."):
        raise Unavailable(f"{root} holds Asterisk {found}; Cordboard is tried on {LINE}.x only.")
    return root


def _debootstrap(target: Path, mirror: Mirror) -> None:
    keyring = mirror.keyring or _KEYRING
    if not keyring.exists():
        raise Unavailable("Debian's signatures cannot be checked: the package debian-archive-keyring is missing.")
    script = next((_SCRIPTS / name for name in (SUITE, "unstable", "trixie") if (_SCRIPTS / name).exists()), None)
    options = ["--variant=minbase", f"--include={PACKAGES}", f"--keyring={keyring}", "--force-check-gpg"]
    words = ["debootstrap", *options, SUITE, str(target), mirror.uri, *([str(script)] if script else [])]
    done = subprocess.run(  # noqa: S603 our own words
        [*_own_mounts(), *words], capture_output=True, text=True, check=False, env=os.environ | mirror.proxies
    )
    if done.returncode:
        last = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith(("E:", "W:"))]
        raise Unavailable(f"debootstrap could not fetch Asterisk: {' '.join(last[-3:]) or 'no reason given'}")


def _own_mounts() -> list[str]:
    """What debootstrap mounts into its target goes away with it, also when it is killed."""
    words = ["unshare", "--mount"]
    if not shutil.which("unshare"):
        return []
    works = subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0  # noqa: S603 our own words
    return words if works else []


def _remove(folder: Path) -> None:
    """Remove a half-built folder, never through a mount into the live machine."""
    for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines()[::-1]:
        if Path(line.split()[4]).is_relative_to(folder):
            subprocess.run(["/bin/umount", "--lazy", line.split()[4]], check=True)  # noqa: S603 our own words
    if folder.exists():
        shutil.rmtree(folder)


def _only(root: Path, *patterns: str) -> Path:
    found = next((path for pattern in patterns for path in sorted(root.glob(pattern))), None)
    if found is None:
        raise Unavailable(f"{root} does not hold an installed Asterisk; remove it to have it fetched again.")
    return found


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
