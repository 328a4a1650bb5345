#!/usr/bin/env python3
"""Write docs/stories/*.md anew, each from a run of its story on real parts: `scripts/stories_doc.py --write`.

Without `--write` the stories run, and fail where a page tells something else. Names choose some: `skipper`.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(words: list[str]) -> int:
    """Run the stories; pytest's exit status."""
    names = [word for word in words if not word.startswith("-")]
    environment = os.environ | ({"CORDBOARD_WRITE_STORIES": "1"} if "--write" in words else {})
    chosen = ["-k", " or ".join(names)] if names else []
    command = [sys.executable, "-m", "pytest", "tests/parts/scenarios", *chosen]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603 our own words


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
