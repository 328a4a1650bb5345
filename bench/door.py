"""The door: mails a second, and the times from final dot to 250, from 250 to the switch, from hang-up to bill."""

import asyncio
from pathlib import Path

from bench import null_worker, watch
from bench.clients import Sent, crowd, paced, rate
from bench.processes import listens, running, until
from bench.street import Street
from bench.table import Table
from cordboard.lab.ports import free_port

CONNECTIONS = 20
WARM_UP = 40
PACE = 20.0
WORKERS = 2
DOOR_ONLY = [f"--without={part}" for part in ("exchange", "cel", "conductor", "worker", "sweeper")]
"""Redis and the door."""


def accept(table: Table, street: Street, mails: int) -> None:
    """The door alone, no worker and no conductor beside it, and what it accepts is handled behind the 250."""
    house = street.house
    with running("bench.null_smtp", str(port := free_port())):
        until(lambda: listens(port))
        asyncio.run(crowd(port, street.mails(WARM_UP), CONNECTIONS))
        floors = [rate(asyncio.run(crowd(port, street.mails(mails), CONNECTIONS)))]
        with running("cordboard", "--config", str(house.file), "serve", *DOOR_ONLY):
            until(lambda: listens(house.smtp_port))
            asyncio.run(crowd(house.smtp_port, street.mails(WARM_UP), CONNECTIONS))
            until(lambda: not street.stored(), 60)
            stored = rate(asyncio.run(crowd(house.smtp_port, street.of_strangers(mails), CONNECTIONS)))
            until(lambda: not street.stored(), 60)
            ordered = rate(asyncio.run(crowd(house.smtp_port, street.mails(mails), CONNECTIONS)))
            until(lambda: not street.stored(), 60)
        floors.append(rate(asyncio.run(crowd(port, street.mails(mails), CONNECTIONS))))
    floor = sum(floors) / 2
    table.add("SMTP accept, orders handled behind it", ordered, "/s", floor)
    table.add("SMTP accept, strangers' mails", stored, "/s", floor)


def latency(table: Table, street: Street, folder: Path, mails: int) -> None:
    """Evenly spaced mails to a running house with two workers; first to the secret alias, then with a PIN."""
    house = street.house
    with running("bench.null_smtp", str(port := free_port())):
        until(lambda: listens(port))
        null_dots = [each.ok - each.dot for each in asyncio.run(paced(port, street.mails(mails), PACE))]
    bill_floor = watch.floor(folder)
    street.start(WORKERS)
    url = house.settings.redis_url.get_secret_value()
    with running("bench.null_worker", url):
        null_rings = asyncio.run(null_worker.ring_evenly(url, mails, PACE))
    for how, pin in (("secret alias", False), ("PIN", True)):
        before = street.cpu()
        with watch.Watch(house.settings.home / "cordboard.db") as seen:
            sent = asyncio.run(paced(house.smtp_port, street.mails(mails, pin=pin), PACE))
            house.until(street.settled, 60)
        table.percentiles(f"'.' to 250, {how}", [each.ok - each.dot for each in sent], null_dots, 50, 95)
        table.percentiles(f"250 to first switch request, {how}", _launches(street, sent), null_rings, 50, 95)
        if not pin:
            bills = bill_times(street, sent, seen.seen)
            table.percentiles(f"hang-up to readable bill, {PACE:.0f} calls/s", bills, bill_floor, 50, 99)
        table.cpu(f"{PACE:.0f} mails/s, {how}", street.cpu_since(before), mails)
    house.stop()


def _launches(street: Street, sent: list[Sent]) -> list[float]:
    """From each 250 to the create request of its leg A, by the switch's own time."""
    made, ok = street.log_times("CHAN_START"), {each.number: each.ok for each in sent}
    return [made[each.id] - ok[each.number_b] for each in street.legs(sent) if each.role == "A"]


def bill_times(street: Street, sent: list[Sent], seen: dict[str, float]) -> list[float]:
    """From the switch's time of the last hang-up of each call to when its receipt could be read."""
    ended = street.log_times("HANGUP")
    last: dict[str, float] = {}
    for each in street.legs(sent):
        last[each.order_id] = max(last.get(each.order_id, 0.0), ended[each.id])
    return [seen[f"receipt:{order_id}"] - at for order_id, at in last.items()]
