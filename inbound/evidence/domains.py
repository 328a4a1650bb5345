"""Domains as they are compared: in A-labels, and by the organisation that registered them."""

from functools import lru_cache

from publicsuffixlist import PublicSuffixList


def a_label(domain: str) -> str | None:
    """Lower case, ASCII, no dot at the end; None for what can't be a domain."""
    try:
        plain = domain.strip().rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return plain if "." in plain and ".." not in plain and not plain.startswith(".") else None


def organisational(domain: str) -> str:
    """The registered domain above this one (RFC 7489, 3.2), or itself: nobody owns a public suffix."""
    return str(_suffixes().privatesuffix(domain) or domain)


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    """The list is read once: it takes longer than all else."""
    return PublicSuffixList()
