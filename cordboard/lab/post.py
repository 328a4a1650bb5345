"""A domain of our own for senders: its DNS on a port of this machine, and its signature (DKIM) on their mails."""

import socket
import threading
from typing import Final

import dkim
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from cordboard.lab.ports import HOST

DOMAIN: Final = "ship.example"
SELECTOR: Final = "lab"
SIGNED: Final = (b"from", b"to", b"subject", b"date", b"message-id", b"content-type", b"mime-version")
KEY_BITS: Final = 1024
"""The least that is believed: signing is slow in plain Python, and nobody attacks a bench."""


class PostOffice:
    """Answers for the domain's records from `open` to `close`, and signs."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(65537, KEY_BITS)
        self._private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        record = f"v=DKIM1; k=rsa; p={''.join(public.decode('ascii').splitlines()[1:-1])}"
        half = len(record) // 2
        self._records = {f"{SELECTOR}._domainkey.{DOMAIN}.": f'"{record[:half]}" "{record[half:]}"'}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self._thread = threading.Thread(target=self._serve, name="dns", daemon=True)

    @property
    def nameserver(self) -> str:
        """As the settings have it."""
        return f"{HOST}:{self._socket.getsockname()[1]}"

    def open(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """End: an empty question is how it is told."""
        if self._thread.is_alive():
            self._socket.sendto(b"", self._socket.getsockname())
            self._thread.join()
        self._socket.close()

    def signed(self, mail: bytes) -> bytes:
        """The mail with its signature on top."""
        there = {line.partition(b":")[0].strip().lower() for line in mail.partition(b"\r\n\r\n")[0].splitlines()}
        named = [name for name in SIGNED if name in there]
        return bytes(dkim.sign(mail, SELECTOR.encode(), DOMAIN.encode(), self._private, include_headers=named)) + mail

    def _serve(self) -> None:
        while True:
            question, sender = self._socket.recvfrom(4096)
            if not question:
                return
            try:
                self._socket.sendto(self._answer(question), sender)
            except dns.exception.DNSException:
                continue  # not for us

    def _answer(self, question: bytes) -> bytes:
        asked = dns.message.from_wire(question)
        answer = dns.message.make_response(asked, recursion_available=True)
        (wanted,) = asked.question
        record = self._records.get(str(wanted.name).lower())
        if record is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            answer.answer.append(dns.rrset.from_text(wanted.name, 300, "IN", "TXT", record))
        return answer.to_wire()
