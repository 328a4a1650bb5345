"""The door that reads mailboxes over IMAP. docs/imap.md."""
