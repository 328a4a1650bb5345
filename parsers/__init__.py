"""From what a person wrote to a command: mail, numbers, the command table. Pure: no I/O, no clock of its own."""
