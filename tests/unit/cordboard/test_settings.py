from pathlib import Path

import pytest

from cordboard.configure import load_settings, settings_from
from cordboard.keys import ari_password, secrets_of
from kernel.errors import Misconfigured

TWILIO = f"""[switch]
kind = "twilio"
[switch.twilio]
account_sid = "AC{"0" * 32}"
auth_token = "a token"
numbers = ["+12025550109"]
public_url = "https://calls.example.com/voice/twilio"
"""


def test_twilio_as_the_switch_is_its_own_carrier_to_everywhere(here: Path) -> None:
    file = here / "cordboard.toml"
    file.write_text(TWILIO)
    switch = load_settings(file).switch
    assert switch.caller_id == "+12025550109"
    (carrier,) = switch.carriers
    assert (carrier.name, carrier.uplink, len(carrier.prefixes)) == ("twilio", True, 9)


def test_nothing_set_is_one_machine(here: Path) -> None:
    settings = load_settings()
    assert settings.home == here / "var"
    assert settings.database_url.get_secret_value() == f"sqlite:///{here}/var/cordboard.db"
    assert settings.redis_is_embedded
    assert settings.mail.order_address == "call@cordboard.example"
    assert (settings.smtp.port, settings.switch.kind) == (2525, "exchange")
    assert (settings.maildir, settings.cel_file) == (here / "var/mail", here / "var/cel.csv")
    assert settings.switch.carriers[0].endpoint_for("33140001234") == "PJSIP/carrier/sip:33140001234@127.0.0.1:5080"


def test_variable_outdoes_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "sub").mkdir()
    file = here / "sub" / "my.toml"
    file.write_text('home = "data"\n[smtp]\nport = 25\nhost = "0.0.0.0"\n[mail]\ndomain = "Calls.Example.ORG"\n')
    monkeypatch.setenv("CORDBOARD_CONFIG", str(file))
    monkeypatch.setenv("CORDBOARD_SMTP__PORT", "26")
    monkeypatch.setenv("CORDBOARD_REDIS_URL", "")
    settings = load_settings()
    assert (settings.smtp.port, settings.smtp.host) == (26, "0.0.0.0")
    assert settings.mail.order_address == "call@calls.example.org"
    assert settings.home == here / "sub" / "data"  # as the file sees it
    assert settings.redis_is_embedded
    assert load_settings(file).home == settings.home


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ('[smtp]\nport = "x"', "The setting smtp.port in cordboard.toml must be a valid integer, not 'x'."),
        ("[smtp]\nport = 0", "The setting smtp.port in cordboard.toml must be greater than or equal to 1, not 0."),
        ("[smtp]\nprot = 1", "smtp.prot in cordboard.toml is not one that Cordboard knows; did you mean smtp.port?"),
        ("[smpt]\nport = 1", "smpt in cordboard.toml is not one that Cordboard knows; did you mean smtp?"),
        ("smtp = 1", "The setting smtp in cordboard.toml must be a table, not 1."),
        ("home = 1", "The setting home in cordboard.toml must be a path, not 1."),
        ('[mail]\nway = "fax"', "mail.way in cordboard.toml must be 'maildir' or 'smarthost', not 'fax'."),
        ('[mail]\nway = "smarthost"', 'way = "smarthost" needs smarthost_host.'),
        ('[mail]\ndomain = "foo"', "'foo' is not what belongs there (a domain like calls.example.com)."),
        ('[switch]\nkind = "asterisk"', 'switch.kind = "asterisk" needs switch.caller_id'),
        ('[switch]\nkind = "twilio"', 'kind = "twilio" needs switch.twilio: account_sid'),
        (f'{TWILIO}[[switch.nodes]]\nname = "a"\nari_url = "http://a"', "and no nodes"),
        ('[switch.twilio]\npublic_url = "https://call_s.example/x"', "switch.twilio.public_url"),
        ('[switch]\ncaller_id = "0123"', "(a number like +12025550100)"),
        ('[switch]\ncarriers = [{name = "x"}]', "The setting switch.carriers.0.host in cordboard.toml is missing."),
        ('[switch]\ncarriers = [{name="x", host="h", endpoint="{y}"}]', "endpoint may hold {name}, {digits}"),
        (
            '[switch]\nnodes = [{name = "a", ari_url = "http://a"}, {name = "b"}]',
            "each of the nodes needs its own ari_url",
        ),
        (
            '[switch]\nnodes = [{name = "a", ari_url = "http://a"}, {name = "b", ari_url = "http://a"}]',
            "the same ari_url",
        ),
        ('[switch]\nnodes = [{name = "a", ari_url = "http://a"}, {name = "a", ari_url = "http://b"}]', "the same name"),
        (
            '[switch]\nname = "x"\nnodes = [{name = "a", ari_url = "http://a"}]',
            "name must be said of each node instead",
        ),
        ("[switch]\ncarriers = []", "carriers must name at least one carrier"),
        ('[sms.twilio]\naccount_sid = "AC1"', "The setting sms.twilio.account_sid in cordboard.toml is wrong"),
        ('[sms.twilio]\nnumbers = ["+12025550109"]', "account_sid, auth_token, numbers and public_url go together"),
        ('[sms.twilio]\npublic_url = "https://x.example/sms?a=1"', "is not what belongs there"),
        ('[sms.kannel]\ntoken = "short"', "token must have 16 to 100 letters, digits, - or _"),
        ('[sms.kannel]\nallow = ["all"]', "sms.kannel.allow.0"),
        ('[sms.kannel]\nsendsms_url = "http://127.0.0.1:13013/cgi-bin/sendsms"', "needs username, password and number"),
        ("[smtp", "cordboard.toml is not valid TOML"),
    ],
)
def test_what_is_wrong_is_one_sentence(here: Path, toml: str, sentence: str) -> None:
    (here / "cordboard.toml").write_text(toml)
    with pytest.raises(Misconfigured) as caught:
        load_settings()
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("CORDBOARD_SMTP__PORT", "x", "The variable CORDBOARD_SMTP__PORT must be a valid integer, not 'x'."),
        ("CORDBOARD_SMTP_PORT", "25", "There is no setting CORDBOARD_SMTP_PORT; did you mean CORDBOARD_SMTP__PORT?"),
        ("CORDBOARD_SWITCH__CARRIERS", "[{", "holds a list or table that is not JSON"),
        ("CORDBOARD_SECRET_KEY_FILE", "/nope", "CORDBOARD_SECRET_KEY_FILE names /nope, which can't be read"),
        ("CORDBOARD_CONFIG", "/nope", "There is no settings file /nope."),
    ],
)
def test_wrong_variables(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(Misconfigured, match=r"^[^\n]*$") as caught:
        load_settings()
    assert sentence in str(caught.value)


def test_variables_of_others_are_none_of_our_business(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORDBOARD_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("CORDBOARD_PORT", "tcp://10.0.0.1:80")
    assert load_settings().smtp.port == 2525


def test_secrets_from_files_are_never_shown(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "SWITCH__ARI_PASSWORD", "MAIL__SMARTHOST_PASSWORD", "DATABASE_URL"):
        (here / name).write_text("sqlite:///hunter2hunter2.db\n")
        monkeypatch.setenv(f"CORDBOARD_{name}_FILE", str(here / name))
    settings = load_settings()
    assert settings.switch.ari_password.get_secret_value() == "sqlite:///hunter2hunter2.db"
    assert settings.database_url.get_secret_value() == "sqlite:///hunter2hunter2.db"
    assert "hunter2" not in repr(settings) + str(settings) + settings.model_dump_json()
    monkeypatch.setenv("CORDBOARD_SECRET_KEY", "also given")
    with pytest.raises(Misconfigured, match="Both CORDBOARD_SECRET_KEY and CORDBOARD_SECRET_KEY_FILE"):
        load_settings()


def test_secret_key_is_made_once(here: Path) -> None:
    settings = load_settings()
    first, second = secrets_of(settings), secrets_of(settings)
    key = here / "var" / "secret.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_text().strip()) == 64
    assert [path.name for path in key.parent.iterdir()] == ["secret.key"]
    assert second.unseal(first.seal(b"x")) == b"x"
    assert ari_password(settings.node(), first) == ari_password(settings.node(), second)
    key.write_text("short")
    with pytest.raises(Misconfigured, match="is too short"):
        secrets_of(settings)
    key.write_text("")
    with pytest.raises(Misconfigured, match="is too short"):
        secrets_of(settings)


def test_secrets_of_the_gateways_may_have_files_and_are_never_told(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "token").write_text("a-long-enough-secret\n")
    monkeypatch.setenv("CORDBOARD_SMS__KANNEL__TOKEN_FILE", str(here / "token"))
    (here / "cordboard.toml").write_text('[sms.kannel]\nallow = ["192.0.2.0/24"]')
    kannel = load_settings().sms.kannel
    assert kannel.is_open
    assert kannel.token.get_secret_value() == "a-long-enough-secret"
    assert "secret" not in repr(kannel)
    monkeypatch.setenv("CORDBOARD_SMS__TWILIO__AUTH_TOKEN", "hunter2")
    with pytest.raises(Misconfigured) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("toml", "way"),
    [
        ("", "twilio"),
        ('[sms]\nway = "kannel"', "kannel"),
        ('[sms.kannel]\nsendsms_url = "http://k/s"\nusername = "u"\nnumber = "12345"', "kannel"),
    ],
)
def test_texts_leave_by_what_is_set_up(here: Path, toml: str, way: str) -> None:
    (here / "cordboard.toml").write_text(toml)
    assert load_settings().sms.texts_by == way


def test_one_switch_or_a_pool_of_them(here: Path) -> None:
    alone = settings_from({"switch": {"name": "newyork", "ari_url": "http://ny:8088"}})
    assert [node.name for node in alone.nodes] == ["newyork"]
    assert (alone.node().ari_url, alone.cel_file_of(alone.node())) == ("http://ny:8088", here / "var/cel.csv")
    nodes = [{"name": "newyork", "ari_url": "http://ny"}, {"name": "toronto", "ari_url": "http://to", "ari_user": "t"}]
    pool = settings_from({"switch": {"ari_user": "all", "ari_app": "calls", "nodes": nodes}})
    assert [(node.name, node.ari_user, node.ari_app) for node in pool.nodes] == [
        ("newyork", "all", "calls"), ("toronto", "t", "calls"),
    ]  # fmt: skip
    assert pool.cel_file_of(pool.node("toronto")) == here / "var/cel-toronto.csv"
    with pytest.raises(Misconfigured, match="say which by --switch: newyork, toronto"):
        pool.node()
    with pytest.raises(Misconfigured, match="no switch 'paris'; there is newyork, toronto"):
        pool.node("paris")
