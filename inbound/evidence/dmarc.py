"""What a domain says of mail that names it in From (RFC 7489); of its policy only what tells who may sign is used."""

from dataclasses import dataclass

from authheaders.dmarc_lookup import DMARCException, answer_to_dict

from inbound.evidence.domains import organisational
from inbound.evidence.lookups import DnsAway, Lookups


@dataclass(frozen=True, slots=True)
class Policy:
    """`strict`: only the very domain signs for itself, not its sub-domains or the domain above.

    `unclear` says why nobody can tell: then nothing is proven. A domain without a record never said that others may
    sign, so it is strict.
    """

    strict: bool = True
    wish: str = "none published"
    unclear: str = ""


def policy_of(domain: str, lookups: Lookups) -> Policy:
    """The policy for a From of this domain (in A-labels). Never raises."""
    try:
        for name in dict.fromkeys((domain, organisational(domain))):
            found = [text for text in lookups.texts(f"_dmarc.{name}") if text.startswith(b"v=DMARC1")]
            if found:
                return _read(found)
    except DnsAway as e:
        return Policy(unclear=str(e), wish="unknown")
    return Policy()


def _read(found: list[bytes]) -> Policy:
    if len(found) > 1:
        return Policy(unclear="two records", wish="unknown")
    try:
        tags = answer_to_dict(found[0].decode("ascii"))
    except (DMARCException, UnicodeDecodeError):
        return Policy(unclear="unreadable record", wish="unknown")
    return Policy(strict=tags.get("adkim", "r") != "r", wish=tags.get("p", "none"))
