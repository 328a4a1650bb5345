"""The doors for texts, a gateway each, and what they have in common."""
