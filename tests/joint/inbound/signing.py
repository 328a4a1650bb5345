"""Mails signed as mail hosts sign them, and a name server on loopback that has their keys."""

import base64
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from socketserver import BaseRequestHandler, ThreadingUDPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

import dkim
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

ANN = "ann@ship.example"
ORDER = "call@door.test"
HOUR_S = 3600
SHORT_PUBLIC = (
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALIbBGEu6FfKCuITWLcKi4EGy9kH488W"
    "ot4nCseKQs/TRKsnhs/J3G11Z7Y/PdmQjPK9se5psCsCtZeqDWWvK08CAwEAAQ=="
)
SHORT_PRIVATE = (
    "MIIBOQIBAAJBALIbBGEu6FfKCuITWLcKi4EGy9kH488Wot4nCseKQs/TRKsnhs/J3G11Z7Y/PdmQjPK9se5psCsCtZ"
    "eqDWWvK08CAwEAAQJATmSR4uywm6N0ctmtHLPpf1ssclSEsuv1t+5bUkTK74oDfrSrmOUe3XJv/7N1RLoTU7qiWZ9i"
    "rmfaE0EFlWDCwQIhAOfG7IvhZHLivV/PkQ2vA1NShZ1LW02guzhlyxAGYiUxAiEAxLgjrCnC+L09bDg54qKUQN6OLr"
    "DZj1dwrmLrtWmcOH8CICjYEEVSMd5hAJhKvrgXmFFtoGgoqG1UnsmAfrlTNqZxAiBCJoGoZSqxJkG/YHDmqzEbVzuM"
    "q9+c+hRkL9N/X5Iu1QIgAYM13U1BRrQ0/++/rnsytsqiIKZQP7HBvScdmHzv4EI="
)
"""Of 512 bits, which can't be made any more, and are nobody's."""
SIGNED = ["from", "to", "subject", "date", "message-id"]


@lru_cache(maxsize=4)
def key(bits: int = 1024) -> RSAPrivateKey:
    """Made once a run: it takes its time."""
    return generate_private_key(65537, bits)


@lru_cache(maxsize=4)
def pem(bits: int = 1024) -> bytes:
    if bits == 512:
        marks = ("-----BEGIN RSA PRIVATE " + "KEY-----", "-----END RSA PRIVATE " + "KEY-----")
        return f"{marks[0]}\n{SHORT_PRIVATE}\n{marks[1]}\n".encode()
    return key(bits).private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


@lru_cache(maxsize=4)
def record(bits: int = 1024, tags: str = "v=DKIM1; k=rsa") -> str:
    if bits == 512:
        return f"{tags}; p={SHORT_PUBLIC}"
    der = key(bits).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"{tags}; p={base64.b64encode(der).decode()}"


def mail(text: str = "CALL mum", **headers: str | None) -> bytes:
    """Ann's, of now; headers by their names in lower case, None to leave one out."""
    named: dict[str, str | None] = {
        "from": ANN, "to": ORDER, "subject": "an order", "date": formatdate(), "message-id": f"<{time.time_ns()}@s.e>",
    }  # fmt: skip
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name.title()}: {value}" for name, value in named.items() if value is not None]
    return "\r\n".join([*lines, "", *text.split("\n"), ""]).encode()


class _Signer(dkim.DKIM):  # type: ignore[misc] # dkimpy has no types
    """Adds tags that dkimpy would not."""

    extra: tuple[tuple[bytes, bytes], ...] = ()

    def gen_header(self, fields: list[tuple[bytes, bytes]], *args: Any, **named: Any) -> Any:
        ours = dict(self.extra)
        kept = [(name, ours.pop(name, value)) for name, value in fields]
        return super().gen_header(kept[:-1] + list(ours.items()) + kept[-1:], *args, **named)


def sign(
    raw: bytes, domain: str = "ship.example", *, headers: list[str] | None = None, bits: int = 1024,
    length: bool = False, selector: str = "s1", body: str = "relaxed", **tags: str,
) -> bytes:  # fmt: skip
    """With one more signature, on top. `tags` are put in as they are (`x`, `t`)."""
    signer = _Signer(raw)
    signer.extra = tuple((name.encode(), value.encode()) for name, value in tags.items())
    there = {line.partition(b":")[0].decode().lower() for line in raw.split(b"\r\n\r\n")[0].split(b"\r\n")}
    chosen = headers or [name for name in [*SIGNED, "cc"] if name in there]
    header: bytes = signer.sign(
        selector.encode(), domain.encode(), pem(bits), canonicalize=(b"relaxed", body.encode()),
        include_headers=[name.encode() for name in chosen], length=length,
    )  # fmt: skip
    return header + raw


@dataclass
class Zone:
    """A name server. `texts` by name; `broken` names fail, `mute` ones are never answered. Counts what it was asked."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    mute: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        zone = self

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                data, socket = self.request
                answer = zone.answer(dns.message.from_wire(data))
                if answer is not None:
                    socket.sendto(answer.to_wire(), self.client_address)

        self._server = ThreadingUDPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name = question.name.to_text(True).lower()
        self.asked.append(name)
        if name in self.mute:
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if name in self.broken:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif question.rdtype == dns.rdatatype.TXT and name in self.texts:
            parts = [" ".join(f'"{text[i : i + 200]}"' for i in range(0, len(text), 200)) for text in self.texts[name]]
            reply.answer.append(dns.rrset.from_text(question.name, 300, "IN", "TXT", *parts))
        elif question.rdtype == dns.rdatatype.A and name in self.addresses:
            reply.answer.append(dns.rrset.from_text(question.name, 300, "IN", "A", self.addresses[name]))
        elif name not in self.texts and name not in self.addresses:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply


def published(**more: list[str]) -> dict[str, list[str]]:
    """What ship.example has: a key and a policy; `evil.example` has a key of its own."""
    return {
        "s1._domainkey.ship.example": [record()],
        "s1._domainkey.evil.example": [record()],
        "_dmarc.ship.example": ["v=DMARC1; p=reject"],
    } | more
