"""Calls a second of the whole product beside a bare loop on the same switch, and legs held at once."""

import asyncio
import statistics
import time

import aiohttp

from bench import watch
from bench.bare_loop import Target, calls_a_second
from bench.clients import Sent, crowd
from bench.door import CONNECTIONS, bill_times
from bench.street import TALK_S, Street
from bench.table import Table, percentile

SETTLE_SECONDS = 120.0


def product_and_floor(table: Table, street: Street, where: str, calls: int, repeat: int, workers: int) -> None:
    """Bare, product (the median of so many rounds), bare again; first MAIL to last bridge."""
    floors = [asyncio.run(calls_a_second(street.target, calls))]
    street.start(workers)
    before = street.cpu()
    with watch.Watch(street.house.settings.home / "cordboard.db") as seen:
        rounds = [_round(street, calls) for _ in range(repeat)]
    table.cpu(f"{where}, {calls} mails at once", street.cpu_since(before), calls * repeat)
    street.house.stop()
    floors.append(asyncio.run(calls_a_second(street.target, calls)))
    rate = statistics.median(each for each, _ in rounds)
    table.add(f"two-leg calls, {where}", rate, "/s", statistics.mean(floors))
    bills = bill_times(street, [each for _, sent in rounds for each in sent], seen.seen)
    shown = ", ".join(f"p{p} {1000 * percentile(bills, p):.0f} ms" for p in (50, 99))
    table.note(f"{where}: bare before {floors[0]:.1f}/s, after {floors[1]:.1f}/s; hang-up to bill in the burst {shown}")


def _round(street: Street, calls: int) -> tuple[float, list[Sent]]:
    sent = asyncio.run(crowd(street.house.smtp_port, street.mails(calls, signed=True), CONNECTIONS))
    street.house.until(street.settled, SETTLE_SECONDS)
    joined = [each.joined_ms for each in street.legs(sent) if each.role == "B"]
    if len(joined) != calls or not all(joined):
        raise RuntimeError(f"of {calls} calls {sum(map(bool, joined))} were joined")
    return calls / (max(joined) / 1000 - min(each.began for each in sent)), sent


def held(table: Table, street: Street, legs: int, workers: int) -> None:
    """Calls that nobody ends until all are up; then all are cut off at once, and every bill is looked at."""
    street.script(None)
    street.start(workers)
    sent = asyncio.run(crowd(street.house.smtp_port, street.mails(legs // 2, signed=True), CONNECTIONS))
    street.house.until(lambda: _all_joined(street, sent), SETTLE_SECONDS)
    live = int(street.stats()["live_channels"])
    began = time.monotonic()
    asyncio.run(_cut_all(street.target))
    street.house.until(street.settled, SETTLE_SECONDS)
    spent = time.monotonic() - began
    wrong = _wrong_bills(street, sent)
    problems = street.house.problems()
    street.house.stop()
    street.script(TALK_S)
    table.add("live legs held at once", live, "legs", legs)
    table.note(
        f"{live} legs cut off at once were billed in {spent:.1f} s; {wrong} bills wrong, ledger: {problems or 'ok'}"
    )


def _all_joined(street: Street, sent: list[Sent]) -> bool:
    return sum(1 for each in street.legs(sent) if each.joined_ms and each.role == "B") == len(sent)


def _wrong_bills(street: Street, sent: list[Sent]) -> int:
    """Legs whose times are not those of the switch's log, floored to milliseconds."""
    up, ended = street.log_times("ANSWER"), street.log_times("HANGUP")
    return sum(
        (each.answered_ms, each.ended_ms) != (int(up[each.id] * 1000), int(ended[each.id] * 1000))
        for each in street.legs(sent)
    )


async def _cut_all(target: Target) -> None:
    auth = {"Authorization": aiohttp.encode_basic_auth(target.user, target.password)}
    async with aiohttp.ClientSession(headers=auth, connector=aiohttp.TCPConnector(limit=20)) as http:
        async with http.get(f"{target.url}/channels") as answer:
            channels = await answer.json()
        async with asyncio.TaskGroup() as group:
            for channel in channels:
                group.create_task(_cut(http, f"{target.url}/channels/{channel['id']}"))


async def _cut(http: aiohttp.ClientSession, url: str) -> None:
    async with http.delete(url) as answer:  # 404: its peer's end took it along
        await answer.read()
