"""Ratings a second without any database, holds and settlements a second with one."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import insert, select

from bench import past, watch
from bench.quote import QUOTE
from bench.table import Table
from billing import holds
from billing.settle import Leg, close_order, finalise, rate
from cordboard import schema
from cordboard.lab import postgres
from cordboard.lab.house import House
from gate import gate
from kernel.db import Database, metadata
from orders.tables import orders

RATINGS = 50_000
HOLD = 5_000_000


def ratings(table: Table) -> None:
    """Both legs of a call, each of another length, beside a loop that calls a function that does nothing."""

    def two_legs(ms: int) -> None:
        rate(QUOTE, "A", ms + 3_000, HOLD)
        rate(QUOTE, "B", ms, HOLD)

    def nothing(_ms: int) -> None:
        pass

    table.add("two-leg ratings (pure)", _a_second(two_legs), "/s", _a_second(nothing))


def _a_second(work: Callable[[int], None]) -> float:
    began = time.perf_counter()
    for number in range(RATINGS):
        work(number * 7)
    return RATINGS / (time.perf_counter() - began)


def hold_and_settle(table: Table, folder: Path, count: int, past_calls: int) -> None:
    """One by one: a hold in one transaction, both legs and the end of the hold in another."""
    with House(folder / f"money-{past_calls}") as house:
        file = house.settings.home / "cordboard.db"
        people = [house.enrol("Money", balance=50_000_000_000 + past_calls * HOLD)]
        if past_calls:
            table.note(f"{past_calls} past calls filled in {past.fill(file, people, past_calls):.0f} s")
        past.fill(file, people, count, billed=False)
        with sqlite3.connect(file) as db:
            todo = db.execute("SELECT id, account_id FROM orders WHERE state = 'joined'").fetchall()
        rate_ = len(todo) / _settle_all(house.parts.db, todo)
        name = f"hold+settle, SQLite{f', {past_calls} past calls' if past_calls else ''}"
        table.add(name, rate_, "/s", count / _bare_commits(folder / f"bare-{past_calls}.db", 2 * count))
        assert past_calls or not house.problems()


def hold_and_settle_on_postgresql(table: Table, folder: Path, count: int) -> None:
    """The same on a PostgreSQL of the bench's own, against two bare commits there."""
    if why := postgres.why_not():
        table.note(f"hold+settle on PostgreSQL left out: {why}")
        return
    with House(folder / "money-postgresql") as house, postgres.Postgres() as server:
        people = [house.enrol("Money", balance=50_000_000_000)]
        past.fill(house.settings.home / "cordboard.db", people, count, billed=False)
        url = server.database("bench")
        schema.upgrade(url)
        db = schema.open_database(url)
        with house.parts.db.read() as here, db.write() as there:
            for each in metadata.sorted_tables:
                if rows := [dict(row) for row in here.execute(select(each)).mappings()]:
                    there.execute(insert(each), rows)
            todo = [tuple(row) for row in here.execute(select(orders.c.id, orders.c.account_id))]
        rate_ = count / _settle_all(db, todo)
        table.add("hold+settle, PostgreSQL", rate_, "/s", count / _bare_inserts(db, 2 * count))
        db.close()


def _bare_inserts(db: Database, count: int) -> float:
    with db.write() as conn:
        conn.exec_driver_sql("CREATE TABLE bare (told text)")
    driver = db.engine.raw_connection()
    cursor = driver.cursor()
    began = time.perf_counter()
    for number in range(count):
        cursor.execute("INSERT INTO bare VALUES (%s)", (str(number),))
        driver.commit()
    spent = time.perf_counter() - began
    driver.close()
    return spent


def _settle_all(db: Database, todo: list[tuple[str, str]]) -> float:
    began = time.perf_counter()
    now_ms = int(time.time() * 1000)
    for order_id, account_id in todo:
        with db.write() as conn:
            gate.lock(conn, account_id)
            assert holds.available(conn, account_id) >= HOLD
            holds.open_hold(conn, order_id, account_id, HOLD, QUOTE, now_ms)
        a, b = order_id[:-1] + "a", order_id[:-1] + "b"
        with db.write() as conn:
            finalise(conn, Leg(a, now_ms, now_ms + 63_000, second_answered_ms=now_ms + 2_000), now_ms)
            finalise(conn, Leg(b, now_ms + 2_000, now_ms + 62_000), now_ms)
            assert close_order(conn, order_id, now_ms)
    return time.perf_counter() - began


def _bare_commits(file: Path, count: int) -> float:
    db = watch.durable(file)
    began = time.perf_counter()
    for number in range(count):
        watch.commit_one(db, str(number))
    spent = time.perf_counter() - began
    db.close()
    return spent
