"""Accounts, their users, the users' devices and verified phones, PINs, secret aliases, phone books."""
