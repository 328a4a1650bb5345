"""`python -m cordboard`."""

from cordboard.cli import main

main(prog_name="cordboard")
