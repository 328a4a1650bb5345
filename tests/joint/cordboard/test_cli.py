import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cordboard.cli import COMMANDS, main
from cordboard.cli.sentences import SENTENCES, sentence_of
from kernel.errors import Refused, Unavailable
from replies.refusals import REFUSALS

from .conftest import Run


def test_help_of_everything_fits_and_says_something() -> None:
    pages: list[list[str]] = [[], *([name] for section in COMMANDS.values() for name in section)]
    for page in pages:
        result = CliRunner().invoke(main, [*page, "--help"], prog_name="cordboard")
        assert result.exit_code == 0, result.output
        assert max(map(len, result.output.splitlines())) <= 80
        for command in getattr(main.get_command(None, page[0]) if page else None, "commands", ()):  # type: ignore[arg-type]
            inner = CliRunner().invoke(main, [*page, command, "--help"], prog_name="cordboard")
            assert inner.exit_code == 0
            assert len(inner.output.splitlines()) > 4
            assert max(map(len, inner.output.splitlines())) <= 80


def test_help_imports_next_to_nothing() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from cordboard.cli import main;"
        "r = CliRunner().invoke(main, ['--help']); assert r.exit_code == 0;"
        "print([m for m in ('sqlalchemy', 'pydantic', 'rich', 'alembic', 'phonenumbers') if m in sys.modules])"
    )
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True).stdout == "[]\n"


def test_rate_names_both_legs(run: Run, petrel: str) -> None:
    text = run("rate", "+44 20 7946 0018", "--account", "MV Petrel").stdout
    assert "$0.042/min + $0.01 to connect" in text
    assert "France mobile, billed by 30 s, then 6 s" in text
    told = json.loads(run("rate", "+442079460018", "--account", "MV Petrel", "--json").stdout)
    assert told["per_minute"] == "0.055"
    assert [leg["number"] for leg in told["legs"]] == ["+33612345678", "+442079460018"]
    assert "no row for +12025550143" in run("rate", "+12025550143", "--account", "MV Petrel", fails=2).stderr


def test_decks(run: Run, petrel: str, here: Path) -> None:
    run("decks", "export", "standard", "out.csv")
    assert "447" not in (here / "out.csv").read_text()
    assert run("decks", "export", "standard").stdout.count("\n") == 4
    (here / "bad.csv").write_text("prefix,destination,rate\n44,UK,cheap\n33,France,0.02\n")
    wrong = run("decks", "import", "bad.csv", fails=1)
    assert "line 2" in wrong.stderr
    assert "Nothing was imported: 1 wrong line." in wrong.stdout
    assert "France mobile" in run("decks", "show", "standard", "+33612345678").stdout
    run("decks", "show", "none", fails=2)


def test_empty_lists_say_so(run: Run) -> None:
    for command in (("accounts", "list"), ("decks", "list"), ("cdr", "list"), ("mail",)):
        assert run(*command).stdout.strip().startswith("No ")
    assert json.loads(run("cdr", "list", "--json").stdout) == []
    assert run("cdr", "export").stdout.startswith("attempt_id,")


def test_without_init_a_command_says_what_to_do() -> None:
    result = CliRunner().invoke(main, ["accounts", "list"])
    assert result.exit_code == 2
    assert result.stderr == (
        "There is no cordboard.toml here: go to its folder, name it by --config, or make one: `cordboard init`.\n"
    )


def test_what_is_away_exits_75(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise Unavailable("The database did not take a write: locked")

    monkeypatch.setattr("accounts.people.all_accounts", away)
    assert run("accounts", "list", fails=75).stderr == "The database did not take a write: locked\n"


def test_every_refusal_has_a_sentence() -> None:
    class Anything(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return "x"

    for key, sentence in SENTENCES.items():
        assert sentence.format_map(Anything()).endswith((".", "}", "x")), key
    root = Path(__file__).parents[3]
    for folder in ("accounts", "cordboard/cli"):
        for file in (root / folder).glob("*.py"):
            for key in re.findall(r'(?:Refused\(|_must\(.*?), ?"(\w+)"|Refused\("(\w+)"', file.read_text()):
                assert (key[0] or key[1]) in {**SENTENCES, **REFUSALS}, (file.name, key)
    assert sentence_of(Refused("something_new")) == "Refused: something new."
