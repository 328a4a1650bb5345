#!/usr/bin/env python3
"""Keeps the catalogues of replies/locale in step with the sentences that the product says.

scripts/catalogues.py            what each catalogue lacks, and what it has too much; exit 1 if there is any
scripts/catalogues.py --write    write them anew: new sentences without a translation, those that are no more left out
scripts/catalogues.py --add pt   begin one for another language (ISO 639-1)
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "replies" / "locale"
TABLES = ("replies/refusals.py", "replies/sentences.py")
"""Whatever these say by a constant is said to senders; elsewhere it is what stands in `Words("...")`."""
FOLDERS = ("replies", "inbound", "dispatcher", "gate", "cordboard")


def sentences() -> dict[str, str]:
    """Every sentence, and the file that says it."""
    found: dict[str, str] = {}
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            name, tree = file.relative_to(ROOT).as_posix(), ast.parse(file.read_text("utf-8"))
            texts = [*_marked(tree), *(_constants(tree) if name in TABLES else ())]
            found |= {text: found.get(text, name) for text in texts}
    return found


def _marked(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Words":
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant))


def _constants(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        for part in value.values if isinstance(value, ast.Dict) else [value]:
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value


def catalogues() -> dict[str, Catalog]:
    """Those that there are, by language."""
    found = {}
    for file in sorted(LOCALE.glob("*/LC_MESSAGES/cordboard.po")):
        with file.open("rb") as stream:
            found[file.parents[1].name] = read_po(stream, locale=file.parents[1].name)
    return found


def differences() -> list[str]:
    """What is to be done, a line each."""
    wanted = set(sentences())
    found = []
    for language, catalogue in catalogues().items():
        there = {str(message.id): str(message.string) for message in catalogue if message.id}
        found += [f"{language}: not translated: {text}" for text in sorted(wanted) if not there.get(text)]
        found += [f"{language}: said no more: {text}" for text in sorted(set(there) - wanted)]
    return found


def write(language: str, before: Catalog | None) -> None:
    """One catalogue, its sentences by the files that say them."""
    catalogue = Catalog(locale=language, project="cordboard", header_comment=f"# Cordboard, {language}.", fuzzy=False)
    for text, file in sorted(sentences().items(), key=lambda each: (each[1], each[0])):
        kept = before.get(text) if before is not None else None
        catalogue.add(text, kept.string if kept else "", locations=[(file, None)])
    path = LOCALE / language / "LC_MESSAGES" / "cordboard.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        write_po(stream, catalogue, width=120, omit_header=True)


def main(arguments: list[str]) -> int:
    """As the first lines of this file say."""
    if arguments[:1] == ["--add"]:
        write(arguments[1], None)
    elif arguments == ["--write"]:
        for language, catalogue in catalogues().items():
            write(language, catalogue)
    for line in differences():
        print(line)
    return 1 if differences() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
