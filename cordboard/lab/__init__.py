"""Throw-away real parts for the demo, the tests and the bench: an Asterisk, telephones, all on loopback."""
