"""What the pages say of the code is there: every `path.py::name`, every arrow of the way, every link, every number."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from billing.quotes import Quote, cost, plan
from billing.rating import Terms, charge, explain, tax
from cordboard.lab import kannel
from kernel.money import MICRO, parse_amount, plain

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
REFERENCE = re.compile(r"\b([\w-]+(?:/[\w.-]+)*\.py)::([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|md|toml|sh|conf))`")
ARROWS = (
    "door → message",
    "message → command",
    "command → gate",
    "gate → order",
    "order → RQ",
    "RQ → dispatcher",
    "dispatcher → route",
    "route → switch",
    "switch → conductor (events)",
    "switch → conductor (log)",
    "conductor → settle",
    "settle → charge + CDR",
    "charge + CDR → receipt",
    "receipt → reply",
    "reply → sender",
)
"""The way through, one step after the other."""
BAD_INPUTS = 120
TESTED_BY_NUMBER = (
    "SMTP wire", "MIME and what the person wrote", "Numbers", "Where text could become something else",
    "Money and concurrency",
)  # fmt: skip
"""Sections of the bad inputs, each entry of which has a test with its number in its name."""
PLANNED = frozenset({112})
"""For these there is nothing yet that they could harm."""
NUMBERED = re.compile(r"def test_(\d+)(?:_(to|and)_(\d+))?_")


def read(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def references(text: str) -> list[tuple[str, str]]:
    return [(path, name) for path, name in REFERENCE.findall(text)]


@cache
def names_in(path: str) -> frozenset[str]:
    """Functions, classes, methods and module-level tables of a file, a member as `Class.member`."""
    return frozenset(_names(ast.parse((ROOT / path).read_text("utf-8")).body, ""))


def _names(body: list[ast.stmt], above: str) -> set[str]:
    found: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(above + node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {above + node.name} | _names(node.body, f"{above}{node.name}.")
        elif isinstance(node, ast.Assign):
            found |= {above + target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(above + node.target.id)
    return found


def rows(text: str) -> list[list[str]]:
    """The cells of every table row of a page."""
    lines = (line.strip() for line in text.splitlines() if line.startswith("| "))
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


ALL_REFERENCES = sorted({reference for page in PAGES for reference in references(page.read_text("utf-8"))})


def test_there_is_something_to_look_at() -> None:
    assert len(references(read("architecture.md"))) >= len(ARROWS)
    assert len(ALL_REFERENCES) >= len(ARROWS)


def test_what_a_page_names_is_in_the_code() -> None:
    assert [(path, name) for path, name in ALL_REFERENCES if not is_there(path, name)] == []


def is_there(path: str, name: str) -> bool:
    return (ROOT / path).is_file() and name in names_in(path)


@pytest.mark.parametrize("name", ["tests/unit/test_docs.py::nobody", "no/such.py::thing", "kernel/db.py::Database.fly"])
def test_what_is_not_there_would_be_found_out(name: str) -> None:
    [(path, wanted)] = references(f"see `{name}`.")
    assert not is_there(path, wanted)


@pytest.mark.parametrize("arrow", ARROWS)
def test_each_arrow_of_the_way_has_its_function(arrow: str) -> None:
    of_arrow = [row for row in rows(read("architecture.md")) if row[0] == arrow]
    assert len(of_arrow) == 1
    assert references(of_arrow[0][1])


def test_no_arrow_is_left_over() -> None:
    assert [row[0] for row in rows(read("architecture.md")) if "→" in row[0]] == list(ARROWS)


def test_every_bad_input_has_its_entry_once_and_says_what_happens() -> None:
    entries = [row for row in rows(read("bad-inputs.md")) if row[0].isdigit()]
    assert [int(row[0]) for row in entries] == list(range(1, BAD_INPUTS + 1))
    assert all(len(row) == 3 and row[1] and row[2] for row in entries)


@cache
def numbers_in_names_of_tests() -> frozenset[int]:
    """`test_7_x` is for 7, `test_7_and_9_x` for both, `test_7_to_9_x` for 8 too."""
    found: set[int] = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        for first, between, last in NUMBERED.findall(file.read_text("utf-8")):
            found |= set(range(int(first), int(last) + 1)) if between == "to" else {int(first), int(last or first)}
    return frozenset(found)


def section(title: str) -> list[list[str]]:
    """The entries of one section of the bad inputs."""
    text = read("bad-inputs.md").partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return [row for row in rows(text) if row[0].isdigit()]


@pytest.mark.parametrize("title", TESTED_BY_NUMBER)
def test_every_entry_of_these_has_a_test_by_its_number_or_is_planned(title: str) -> None:
    entries = {int(row[0]): row[2] for row in section(title)}
    assert len(entries) >= 8
    assert set(entries) - numbers_in_names_of_tests() == set(entries) & PLANNED
    assert all(entries[number].startswith("planned") for number in set(entries) & PLANNED)
    assert not [n for n in set(entries) - PLANNED if entries[n].startswith("planned")]


def guarantees(name: str) -> dict[int, str]:
    """The number of each guarantee of a page, and its heading without what is said of its state."""
    headings = re.findall(r"^##+ (\d+)\. (.+?)(?: \[.*\])?$", read(name), re.MULTILINE)
    assert len({number for number, _ in headings}) == len(headings)
    return {int(number): heading for number, heading in headings}


def mechanisms(number: int) -> list[list[str]]:
    """The rows of one guarantee in the index: mechanism, where, broken by."""
    text = re.split(r"^## ", read("guarantees.md"), flags=re.MULTILINE)
    (found,) = [part for part in text if part.startswith(f"{number}. ")]
    return [row for row in rows(found) if row[0] != "mechanism"]


def test_the_index_has_the_guarantees_of_the_design() -> None:
    assert guarantees("guarantees.md") == guarantees("design.md")
    assert list(guarantees("guarantees.md")) == list(range(1, 11))


@pytest.mark.parametrize("number", range(1, 11))
def test_every_guarantee_has_its_mechanisms_and_tests(number: int) -> None:
    found = mechanisms(number)
    assert found
    for mechanism, where, broken_by in found:
        code, tests = references(where), references(broken_by)
        assert mechanism
        assert code
        assert tests
        assert not [path for path, _ in code if path.startswith("tests/")]
        assert all(path.startswith("tests/") and name.split(".")[-1].startswith("test_") for path, name in tests)


def test_every_link_between_pages_leads_somewhere() -> None:
    links = [(page, target) for page in PAGES for target in LINK.findall(page.read_text("utf-8"))]
    assert len(links) >= 10
    broken = [(page.name, target) for page, target in links if not (page.parent / target).exists()]
    assert broken == []


def test_every_file_that_a_page_names_is_there() -> None:
    files = {(page.name, file) for page in PAGES for file in FILE.findall(page.read_text("utf-8"))}
    assert len(files) >= 20
    assert sorted((page, file) for page, file in files if not (ROOT / file).exists()) == []


WORKED = re.compile(
    r"^(?P<s>[\d.]+) s, billed \d+ s \((?P<first>\d+)/(?P<next>\d+)\) "
    r"at (?P<rate>[\d.]+) a minute(?: \+ (?P<fee>[\d.]+))? = .*$",
    re.MULTILINE,
)
EXAMPLES = [found.groupdict() | {"line": found[0]} for found in WORKED.finditer(read("rating.md"))]


def terms(rate: str, fee: str | None, first: str, following: str) -> Terms:
    return Terms("1", "x", parse_amount(rate), parse_amount(fee or "0"), int(first), int(following), "USD", "d", "r")


def test_the_worked_examples_are_what_the_code_says() -> None:
    assert len(EXAMPLES) >= 7
    for each in EXAMPLES:
        row = terms(each["rate"], each["fee"], each["first"], each["next"])
        assert explain(round(float(each["s"]) * 1000), row) == each["line"]


def test_the_worked_call_and_its_hold_are_what_the_code_says() -> None:
    page = " ".join(read("rating.md").split())
    france, kingdom = terms("0.08", "0.01", "1", "1"), terms("0.06", None, "30", "6")
    quote = Quote(france, kingdom, 0, ring_b_s=60, confirm_s=20)
    held = plan(quote, MICRO, max_talk_s=7200)
    assert held is not None
    leg_a, leg_b = charge(97, france), charge(72, kingdom)
    for said in (
        f"A pays {plain(leg_a)}, B {plain(leg_b)}, together {plain(leg_a + leg_b)}",
        f"rounded up to {plain(tax(leg_a, MICRO // 5))}",
        f"so {plain(charge(35, terms('0.0822', None, '1', '1')))}0.",
        f"a minute of talk needs {plain(cost(quote, 60))}.",
        f"pays for {held.talk_s} s of talk: {plain(held.amount)} is held",
        f"A is cut {held.limit_a_ms / 1000} s after its answer and B {held.limit_b_ms / 1000} s",
        f"One second more would need {plain(cost(quote, held.talk_s + 1))}.",
    ):
        assert said in page
    assert plan(quote, MICRO // 5, max_talk_s=7200) is None


def test_the_kannel_group_of_its_page_is_the_one_that_is_tried() -> None:
    door = "http://127.0.0.1:8080/sms/kannel/kannel-secret-0123456789"
    assert kannel.SERVICE.format(door=door, host="127.0.0.1", password='"another secret"') in read("kannel.md")
