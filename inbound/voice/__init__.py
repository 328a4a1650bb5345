"""The door of calls: what a switch asks over HTTP while a call goes on."""
