"""Weighs what a mail is known to be from, outside any transaction: it may take seconds."""

import logging
import re
from dataclasses import dataclass
from typing import Final

from accounts.messengers import is_shared
from inbound.evidence.dmarc import Policy, policy_of
from inbound.evidence.domains import a_label, organisational
from inbound.evidence.lookups import Lookups, Nameservers
from inbound.evidence.signatures import Header, Signature, head_of, headers_of, is_signed, look_at
from inbound.evidence.spf_check import spf_result
from kernel.clock import Clock

log = logging.getLogger(__name__)

LONGEST_TO: Final = 10_000
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
MOST_TOLD: Final = 5
SPF_SECONDS: Final = 1.0
"""It proves nothing, and whoever forges a mail chooses whose servers it asks."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it came. `address` is the one mailbox in its From, which is an enrolled device's."""

    raw: bytes
    address: str
    recipients: tuple[str, ...]
    sender: str  # of the envelope
    peer: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whether it is proven that the mail is from its address, and what was found, in words for `cordboard why`.

    `later`: it is not, but name servers were silent that may yet prove it.
    """

    proven: bool
    said: dict[str, str]
    later: bool = False


@dataclass(frozen=True, slots=True)
class Weigher:
    """Looks up what proves a mail. `seconds` and `lookups` are what one mail may cost."""

    servers: Nameservers
    clock: Clock
    seconds: float = 3.0
    lookups: int = 20

    def weigh(self, letter: Letter) -> Evidence:
        """Never raises: what can't be found out proves nothing."""
        try:
            return self._weigh(letter)
        except ValueError as e:
            return Evidence(False, {"dkim": f"not looked at: {e}"})
        except Exception:
            log.exception("a mail's evidence could not be weighed")
            return Evidence(False, {"dkim": "not looked at: something went wrong here"})

    def _weigh(self, letter: Letter) -> Evidence:
        lookups = Lookups(self.servers, self.seconds, self.lookups)
        domain = a_label(letter.address.rpartition("@")[2])
        if domain is None:
            return Evidence(False, {"dkim": "not looked at: no domain"})
        headers = headers_of(letter.raw) if is_signed(letter.raw) else []
        looked = look_at(letter.raw, headers, domain, lookups, self.clock.ms() // 1000) if headers else []
        standing = [each for each in looked if not each.why]
        policy = policy_of(domain, lookups) if standing else Policy()
        missed = lookups.missed
        lookups.hurry(SPF_SECONDS)
        spf = spf_result(letter.peer, letter.sender, lookups)
        if spf and not standing:
            policy = policy_of(domain, lookups)
        why = _unproven(letter, headers, standing, policy)
        said = {"dkim": _told(looked, why if standing else "")}
        if standing or spf:
            spf_aligned = spf == "pass" and _is_aligned(letter.sender.rpartition("@")[2], domain)
            passed = bool(standing) or spf_aligned
            said["dmarc"] = policy.unclear or f"{'pass' if passed else 'fail'}, its policy: {policy.wish}"
        if spf:
            said["spf"] = f"{spf} for {letter.sender.rpartition('@')[2]}, which proves nothing"
        if b"\narc-seal:" in b"\n" + head_of(letter.raw).lower():
            said["arc"] = "there, which proves nothing"
        proven = bool(standing) and not why
        return Evidence(proven, said, later=missed and not proven)


def _unproven(letter: Letter, headers: list[Header], standing: list[Signature], policy: Policy) -> str:
    """Why signatures that stand do not prove that this order is from this device; "" if they do."""
    if policy.unclear:
        return f"DMARC: {policy.unclear}"
    if policy.strict and not any(each.exact for each in standing):
        return "not by the sender's very domain"
    if is_shared(letter.address):
        return "but everybody's mails come from that address"
    if not _is_for_us(letter, headers):
        return "but it was written to somebody else"
    return ""


def _is_for_us(letter: Letter, headers: list[Header]) -> bool:
    """Whether To or Cc, which are signed, name where it was brought: a letter to another may be passed on by them."""
    written = [value.decode("utf-8", "replace") for name, value in headers if name in (b"to", b"cc")]
    if sum(map(len, written)) > LONGEST_TO:
        return False
    named = [part.strip().lower() for text in written for part in _QUOTED.sub("", " ".join(text.split())).split(",")]
    return any(_names(part, recipient.lower()) for part in named for recipient in letter.recipients)


def _names(part: str, address: str) -> bool:
    """Whether a part of To is that mailbox, for every reader: a name may look like an address, too."""
    if part.endswith(f"<{address}>"):
        return part.count("<") == 1
    return part == address or part.startswith(f"{address} (")


def _is_aligned(domain: str, from_domain: str) -> bool:
    plain = a_label(domain)
    return plain is not None and organisational(plain) == organisational(from_domain)


def _told(looked: list[Signature], why: str) -> str:
    told = [f"{each.domain} {each.why or 'signed it'}" for each in looked[:MOST_TOLD]]
    return ", ".join([*told, *([why] if why else [])]) or "not signed"
