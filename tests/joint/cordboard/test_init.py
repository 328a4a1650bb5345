import os
import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from cordboard.cli import main
from cordboard.configure import settings_from
from cordboard.settings import Calls, Settings
from cordboard.settings.mail import Dns
from cordboard.settings.switch import Carrier
from cordboard.settings.texts import Kannel, Sms
from cordboard.settings.web import Web


def test_init_twice(here: Path) -> None:
    first = CliRunner().invoke(main, ["init", "--yes", "--domain", "calls.example.org", "--human", 'Bob "the Cook" \\'])
    assert first.exit_code == 0, first.output
    data = tomllib.loads((here / "cordboard.toml").read_text())
    assert data["mail"]["domain"] == "calls.example.org"
    assert data["human_contact"] == 'Bob "the Cook" \\'
    for name in ("cordboard.toml", "var/secret.key"):
        assert (here / name).stat().st_mode & 0o077 == 0
    key = (here / "var/secret.key").read_text()
    second = CliRunner().invoke(main, ["init", "--domain", "other.example.org"])  # asks nothing: there are settings
    assert second.exit_code == 0, second.output
    assert "kept     cordboard.toml" in second.output
    assert (here / "var/secret.key").read_text() == key
    assert CliRunner().invoke(main, ["decks", "import", "deck.csv"]).exit_code == 0
    assert "ExecStart=" in (here / "cordboard.service").read_text()


def test_init_asks_again_and_writes_asterisk_files(here: Path) -> None:
    typed = [
        "nonsense",
        "calls.example.org",
        "smtp.example.org:26",
        "",
        "http://127.0.0.1:8088/ari",
        "",
        "+442079460018",
        "",
    ]
    result = CliRunner().invoke(main, ["init"], input="\n".join(typed) + "\n")
    assert result.exit_code == 0, result.output
    assert "'nonsense' is not what belongs there" in result.output
    assert (here / "asterisk" / "ari.conf").stat().st_mode & 0o077 == 0
    assert (here / "asterisk" / "extensions.conf").exists()
    assert tomllib.loads((here / "cordboard.toml").read_text())["mail"]["smarthost_port"] == 26


def test_the_settings_in_comments_can_be_used_and_those_of_calls_are_all_there(here: Path) -> None:
    CliRunner().invoke(main, ["init", "--yes"])
    text = re.sub(r"(?m)^# (?=[a-z_]+ = |\[\[)", "", (here / "cordboard.toml").read_text())
    data = tomllib.loads(text.replace('"redis://..."', '"redis://r"').replace('"postgresql://..."', '"sqlite://"'))
    assert data["switch"].pop("nodes")[0].keys() == {"name", "ari_url", "cel_file"}
    assert data["switch"].pop("carriers")[0].keys() == Carrier.model_fields.keys() - {"endpoint"}
    usual = Settings().model_dump(include={"calls", "routing", "web", "log", "dns", "language"}, mode="json")
    shown = settings_from(data).model_dump(include={"calls", "routing", "web", "log", "dns", "language"}, mode="json")
    shown["web"]["trusted_proxy"] = ""  # an example of one
    shown["dns"]["nameservers"] = []  # the same
    assert shown == usual
    assert data["calls"].keys() == Calls.model_fields.keys()
    assert data["dns"].keys() == Dns.model_fields.keys()
    assert data["sms"].keys() == Sms.model_fields.keys()
    assert data["sms"]["kannel"].keys() == Kannel.model_fields.keys() - {"timeout_s"}
    assert Web.model_fields.keys() - data["web"].keys() == set()
    assert data.keys() == Settings.model_fields.keys() - {"secret_key"}


def test_init_tells_of_every_door(here: Path) -> None:
    told = CliRunner().invoke(main, ["init", "--yes"]).output
    for door in ("http://127.0.0.1:8080/m", "[[mailboxes]]", "[sms.twilio]", "[sms.kannel]", "cordboard tokens add"):
        assert door in told


def test_each_switch_of_a_pool_has_its_files(here: Path) -> None:
    nodes = "".join(
        f'[[switch.nodes]]\nname = "{name}"\nari_url = "http://127.0.0.1:{port}/ari"\nsip_port = {port + 1}\n'
        f'cel_file = "/var/log/asterisk/cel-custom/{name}.csv"\n'
        for name, port in (("newyork", 8088), ("toronto", 9088))
    )
    (here / "cordboard.toml").write_text(f'[switch]\nkind = "asterisk"\ncaller_id = "+12025550100"\n{nodes}')
    result = CliRunner().invoke(main, ["init"])
    assert result.exit_code == 0, result.output
    assert "asterisk/toronto/ (" in result.output
    assert "copy asterisk/NAME/*.conf to /etc/asterisk of each switch" in result.output
    for name, port in (("newyork", 8088), ("toronto", 9088)):
        files = here / "asterisk" / name
        assert f"bindport = {port}" in (files / "http.conf").read_text()
        assert f":{port + 1}" in (files / "pjsip.conf").read_text()
        assert f"{name}.csv" in (files / "cel_custom.conf").read_text()
        assert (files / "sounds").is_dir()


def test_another_folder_than_ones_own_is_told_as_that(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.startswith("CORDBOARD_")]:
        monkeypatch.delenv(variable)
    result = CliRunner().invoke(main, ["accounts", "list"])
    assert result.exit_code == 2
    assert "There is no cordboard.toml here" in result.output
    assert not (here / "var").exists()
