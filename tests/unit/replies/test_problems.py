"""Sentences of the web door."""

import ast
import re
from pathlib import Path

import pytest

from replies.problems import PROBLEMS

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("reason", PROBLEMS)
def test_a_problem_is_told_in_one_short_line(reason: str) -> None:
    status, sentence = PROBLEMS[reason]
    said = sentence.format(field="'x'" * 10, longest=4096)
    assert 400 <= status < 600
    assert len(said) <= 160
    assert said.isprintable()
    assert said.endswith((".", "cbt_...", "?"))


@pytest.mark.parametrize("reason", ["away", "pending"])
def test_where_it_may_be_ordered_the_key_is_asked_for(reason: str) -> None:
    """Also of "away": a commit whose answer was lost may have stored the order."""
    assert "with the same Idempotency-Key" in PROBLEMS[reason][1]
    assert "nothing was ordered" not in PROBLEMS[reason][1]


def test_each_is_raised_somewhere_and_none_is_raised_without_words() -> None:
    folders = (ROOT / "inbound" / name for name in ("", "api", "imap", "sms", "smtp", "web"))
    text = "".join(file.read_text("utf-8") for folder in folders for file in folder.glob("*.py"))
    raised = set(re.findall(r'problem\(\s*"(\w+)"', text))
    named = {
        node.value
        for node in ast.walk(ast.parse(text.replace("from __future__", "#")))
        if isinstance(node, ast.Constant)
    }
    assert raised <= set(PROBLEMS)
    assert set(PROBLEMS) <= named
