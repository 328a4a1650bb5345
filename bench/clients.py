"""Senders of mail: a crowd on so many connections, or one mail after the other at an even pace."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from cordboard.lab.ports import HOST

SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Mail:
    """What a sender sends; `number` is the telephone number it asks for."""

    sender: str
    to: str
    number: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """When a mail began, when its final dot left, when 250 was read; seconds since the epoch."""

    number: str
    began: float
    dot: float
    ok: float


def compose(
    sender: str, to: str, number: str, message_id: str, more: str = "", signed: Callable[[bytes], bytes] = bytes
) -> Mail:
    """A mail that orders a call to a number, with what `signed` puts on top of it."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Message-ID"], mail["Date"] = sender, to, message_id, formatdate()
    mail.set_content(f"CALL {number}{more}\n")
    return Mail(sender, to, number, signed(mail.as_bytes()))


async def deliver(port: int, mail: Mail) -> Sent:
    """Send one mail on a connection of its own. RuntimeError if it is not taken."""
    async with asyncio.timeout(SECONDS):
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            await _reply(reader, b"220")
            await _say(reader, writer, b"EHLO bench.example\r\n", b"250")
            began = time.time()
            await _say(reader, writer, b"MAIL FROM:<" + mail.sender.encode() + b">\r\n", b"250")
            await _say(reader, writer, b"RCPT TO:<" + mail.to.encode() + b">\r\n", b"250")
            await _say(reader, writer, b"DATA\r\n", b"354")
            writer.write(mail.raw)
            dot = time.time()
            await _say(reader, writer, b".\r\n", b"250")
            ok = time.time()
            await _say(reader, writer, b"QUIT\r\n", b"221")
        finally:
            writer.close()
    return Sent(mail.number, began, dot, ok)


async def _say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes, wanted: bytes) -> None:
    writer.write(line)
    await _reply(reader, wanted)


async def _reply(reader: asyncio.StreamReader, wanted: bytes) -> None:
    while (line := await reader.readline())[3:4] == b"-":
        pass
    if not line.startswith(wanted):
        raise RuntimeError(f"{wanted.decode()} was wanted, this came: {line.decode('utf-8', 'replace').strip()}")


async def crowd(port: int, mails: Iterable[Mail], connections: int) -> list[Sent]:
    """Send all as fast as so many connections at once can, one mail a connection."""
    waiting, sent = iter(mails), list[Sent]()

    async def one_after_the_other(waiting: Iterator[Mail]) -> None:
        for mail in waiting:
            sent.append(await deliver(port, mail))

    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(one_after_the_other(waiting))
    return sent


async def paced(port: int, mails: Iterable[Mail], per_second: float) -> list[Sent]:
    """Begin one mail every so often, however long the earlier ones take."""
    loop, tasks = asyncio.get_running_loop(), list[asyncio.Task[Sent]]()
    start = loop.time()
    async with asyncio.TaskGroup() as group:
        for number, mail in enumerate(mails):
            await asyncio.sleep(start + number / per_second - loop.time())  # the pace
            tasks.append(group.create_task(deliver(port, mail)))
    return [task.result() for task in tasks]


def rate(sent: list[Sent]) -> float:
    """Mails a second, from the first MAIL to the last 250."""
    return len(sent) / (max(each.ok for each in sent) - min(each.began for each in sent))
