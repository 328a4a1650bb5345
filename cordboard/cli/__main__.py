"""`python -m cordboard.cli` is `cordboard`."""

from cordboard.cli import main

main(prog_name="cordboard")
