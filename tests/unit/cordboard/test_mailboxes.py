"""`[[mailboxes]]` of the settings, and what the door is told of them."""

import ssl
import sys
from pathlib import Path

import pytest

from cordboard.configure import load_settings
from cordboard.wiring.mailboxes import box_of
from inbound.imap import login
from kernel.errors import Misconfigured, Unavailable

ONE = 'name = "calls"\nhost = "imap.provider.example"\nuser = "u"\n'


def write(here: Path, *tables: str) -> None:
    (here / "cordboard.toml").write_text("".join(f"[[mailboxes]]\n{table}\n" for table in tables))


def test_what_is_usual_need_not_be_said(here: Path) -> None:
    write(here, ONE + 'password = "hunter2"')
    settings = load_settings()
    box = box_of(settings.mailboxes[0], settings.home, "call@provider.example")
    assert (box.port, box.folder, box.done_folder, box.address) == (993, "INBOX", "Cordboard", "call@provider.example")
    assert box.tls is not None
    assert box.tls.verify_mode is ssl.CERT_REQUIRED
    assert box.tls.check_hostname
    assert (box.secret(), box.oauth, box.starttls) == ("hunter2", False, False)
    assert "hunter2" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_starttls_is_on_the_other_port(here: Path) -> None:
    write(here, ONE + 'password = "x"\ntls = "starttls"\naddress = "ann@door.test"')
    settings = load_settings()
    box = box_of(settings.mailboxes[0], settings.home, "call@door.test")
    assert (box.port, box.starttls, box.address) == (143, True, "ann@door.test")


SECOND = ONE.replace("calls", "more")


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        ([ONE], "mailbox calls needs one of password, password_file, token_file, token_command"),
        ([ONE + 'password = "x"\ntoken_file = "y"'], "mailbox calls needs one of password"),
        ([ONE + 'password = "x"\ntls = "none"'], 'with tls = "none" the password goes in the clear'),
        ([ONE + 'password = "x"\nfolder = ""'], "needs a folder, and another one as done_folder"),
        ([ONE + 'password = "x"\nfolder = "Cordboard"'], "needs a folder, and another one as done_folder"),
        ([ONE + 'password = "x"\nidle_s = 1800'], "must be less than or equal to 1740, not 1800"),
        ([ONE + 'password = "x"\nfolder = "a*"'], "is not what belongs there"),
        ([ONE + 'password = "x"\npasword = "x"'], "mailboxes.0.pasword in cordboard.toml is not one that Cordboard"),
        ([ONE + 'password = "x"', ONE + 'password = "x"'], "two mailboxes have the same name"),
        ([ONE + 'password = "x"', SECOND + 'password = "x"'], "two mailboxes are the same folder"),
        (
            [ONE + 'password = "x"', SECOND + 'password = "x"\nfolder = "Cordboard"\ndone_folder = "y"'],
            "handled mail of one mailbox would come into another",
        ),
    ],
)
def test_what_does_not_fit_is_one_sentence(here: Path, tables: list[str], sentence: str) -> None:
    write(here, *tables)
    with pytest.raises(Misconfigured, match=r"^[^\n]*$") as caught:
        load_settings()
    assert sentence in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_password_that_does_not_fit_is_not_told(here: Path) -> None:
    write(here, ONE + 'password = ["hunter2"]')
    with pytest.raises(Misconfigured) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


def test_a_certificate_that_cannot_be_read_is_one_sentence(here: Path) -> None:
    write(here, ONE + 'password = "x"\ntls_ca = "nope.pem"')
    settings = load_settings()
    with pytest.raises(Misconfigured, match="tls_ca of mailbox calls can't be used"):
        box_of(settings.mailboxes[0], settings.home, "call@door.test")


@pytest.mark.parametrize("written", ["", " \n", None])
def test_a_file_without_a_secret(here: Path, written: str | None) -> None:
    if written is not None:
        (here / "secret").write_text(written)
    with pytest.raises(Unavailable, match="secret"):
        login.from_file(here / "secret")()


@pytest.mark.parametrize(
    "code", ["print()", "import sys; sys.exit('hunter2')", "import sys; sys.stdout.buffer.write(b'hunter2\\xff')"]
)
def test_a_command_without_a_token_tells_nothing_of_what_it_said(code: str) -> None:
    with pytest.raises(Unavailable) as caught:
        login.from_command([sys.executable, "-c", code])()
    assert "hunter2" not in f"{caught.value}{caught.value.__cause__}"


def test_no_such_command() -> None:
    with pytest.raises(Unavailable, match=r"gave no token \(FileNotFoundError\)"):
        login.from_command(["/no/such/command"])()


def test_a_command_is_asked_each_time(here: Path) -> None:
    file = here / "token"
    secret = login.from_command([sys.executable, "-c", f"print(open({str(file)!r}).read())"])
    for token in ("first", "second"):
        file.write_text(token)
        assert secret() == token
