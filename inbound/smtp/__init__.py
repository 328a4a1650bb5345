"""The door for mail over SMTP."""
