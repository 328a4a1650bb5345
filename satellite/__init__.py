"""Satellite systems, pure: which numbers are theirs, what a number can carry. Imports nothing but kernel."""
