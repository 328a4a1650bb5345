"""What CONTRIBUTING says of adding a command and a door, done word for word in a copy of the tree."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
FOLDERS = (
    "kernel",
    "accounts",
    "satellite",
    "orders",
    "parsers",
    "billing",
    "gate",
    "replies",
    "inbound",
    "dispatcher",
    "cordboard",
    "tests",
)
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
COMMAND, DOOR = (
    PAGE.partition(f"\n## {title}, by example\n")[2].partition("\n## ")[0] for title in ("A command", "A door")
)
BLOCK = re.compile(r"^```(?:python|text) (\S+)(?: (\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WRITES = """
from pathlib import Path
from tests.unit.inbound.house import House, build, unsynced
user, alias = build(Path("x.db"))
house = House(unsynced(Path("x.db")), user, alias + "@door.test")
for text, to in (("Who am I", house.alias), ("who am i", "call@door.test")):
    house.send(house.mail(text), to=to)
print(house.said())
"""
DIFF = re.compile(r"^```diff (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TEXTS = """
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs
from accounts import manage
from cordboard import schema
from cordboard.configure import settings_from
from cordboard.wiring import Parts
from inbound.sms import relay
from inbound.web.server import STILL_THERE
from replies import outbox
from tests.unit.inbound.house import NOW, enrolled

class Relay(BaseHTTPRequestHandler):
    def do_POST(self):
        print("sent", parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass

listening = HTTPServer(("127.0.0.1", 0), Relay)
relay.OUT = f"http://127.0.0.1:{listening.server_port}/send"
settings = settings_from({"home": str(Path.cwd())})
schema.upgrade(settings.database_url.get_secret_value())
parts = Parts(settings)
user, _ = enrolled(parts.db)
with parts.db.write() as conn:
    manage.add_device(conn, NOW, user, "+12025550177")
asks = parts.web_app.test_client()
for id_, text in (("1", "BALANCE"), ("1", "BALANCE"), ("2", "CALL Mum")):
    said = asks.post("/sms/relay", query_string={"from": "+12025550177", "id": id_}, data=text,
                     environ_overrides={STILL_THERE: lambda: True})
    print(said.status_code, said.get_data(as_text=True))
    said.close()
print(asks.post("/sms/relay", query_string={"from": "ann", "id": "3"}, data="BALANCE").get_data())
elsewhere = asks.post("/sms/relay", environ_overrides={"REMOTE_ADDR": "192.0.2.1"}, data="BALANCE")
print(elsewhere.status_code)
with parts.db.write() as conn:
    to = outbox.Envelope("+12025550177", "", way="relay").sealed(parts.secrets)
    outbox.put(conn, "later", to, "K7 is over.", parts.clock.ms())
threading.Thread(target=listening.handle_request).start()
print(parts.sender.send_by("relay"))
"""


def copied(tree: Path) -> None:
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__", "messages"))


def ran(tree: Path, code: str) -> list[str]:
    """What a program in the copy prints."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tree)!r})\n{code}"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def changed(tree: Path, page: str) -> set[str]:
    """Make the changes of the page's ```diff blocks: each stands once in its file."""
    touched = set()
    for name, block in DIFF.findall(page):
        lines = block.splitlines(keepends=True)
        before, after = ("".join(line[1:] for line in lines if line[0] != sign) for sign in "+-")
        text = (tree / name).read_text("utf-8")
        assert text.count(before) == 1, before
        (tree / name).write_text(text.replace(before, after), "utf-8")
        touched.add(name)
    return touched


def followed(tree: Path, page: str) -> set[str]:
    """Do what the page says; the files that it touched."""
    touched = set()
    for name, table, code in BLOCK.findall(page):
        file = tree / name
        touched.add(name)
        if not file.exists():
            file.write_text(code, "utf-8")
            continue
        text = file.read_text("utf-8")
        if table:  # a row, at the table's end; what it names is imported
            begin = text.index(f"{table}: Final")
            end = re.compile(r"^[)}]$", re.MULTILINE).search(text, begin)
            assert end is not None
            text = text[: end.start()] + code + text[end.start() :]
        else:
            text = text.replace("\nCOMMANDS: Final", f"\n{code}\n\nCOMMANDS: Final")
        file.write_text(text, "utf-8")
    return touched


def imported(tree: Path) -> None:
    """The import lines, which the page leaves to whoever writes."""
    table = tree / "parsers/table.py"
    table.write_text(
        table.read_text("utf-8").replace("    RateCommand,\n", "    RateCommand,\n    Spoken,\n", 1), "utf-8"
    )
    doings = tree / "inbound/commands/__init__.py"
    lines = "from inbound.commands.who import who\nfrom parsers.table import WhoCommand\n"
    doings.write_text(
        doings.read_text("utf-8").replace("from parsers import results\n", f"from parsers import results\n{lines}")
    )


def test_the_example_of_a_command_works_and_touches_three_files(tmp_path: Path) -> None:
    copied(tmp_path)
    assert followed(tmp_path, COMMAND) == {
        "parsers/table.py",
        "inbound/commands/who.py",
        "inbound/commands/__init__.py",
    }
    imported(tmp_path)
    assert ran(tmp_path, WRITES) == ["[('ann@ship.example', 'You are Ann, on the account Ship.')]"]


def test_the_example_of_a_door_works_and_touches_three_files(tmp_path: Path) -> None:
    copied(tmp_path)
    new = followed(tmp_path, DOOR)
    assert new | changed(tmp_path, DOOR) == {
        "inbound/sms/relay.py",
        "cordboard/wiring/texts.py",
        "cordboard/wiring/__init__.py",
    }
    assert ran(tmp_path, TEXTS) == [
        "200 Balance $20.00. One call may cost $5.00 at most.",
        "200 Balance $20.00. One call may cost $5.00 at most.",
        "200 A1 Ringing +1 2..0101. Press 1, then Mum. About $0.04/min.",
        "b''",
        "403",
        "sent {'to': ['+12025550177'], 'text': ['K7 is over.']}",
        "1",
    ]
