"""What CONTRIBUTING says of adding a command, done word for word in a copy of the tree."""

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


def followed(tree: Path) -> set[str]:
    """Do what the page says; the files that it touched."""
    touched = set()
    for name, table, code in BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text("utf-8")):
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
    for folder in (*FOLDERS, "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "messages"))
    assert followed(tmp_path) == {"parsers/table.py", "inbound/commands/who.py", "inbound/commands/__init__.py"}
    imported(tmp_path)
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{WRITES}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[('ann@ship.example', 'You are Ann, on the account Ship.')]"
