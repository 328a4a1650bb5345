"""The door for programs: orders and answers over HTTP."""
