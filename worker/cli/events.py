"""dateline events: the change feed, and who reads it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import psycopg
import typer

from worker import db
from worker.cli import output, session
from worker.db import Connection, Pool, one

app = typer.Typer(help="The change feed: what happened to articles, in order.", no_args_is_help=True)

BATCH = 1000
SHOWN = 10  # of the newest events, where no cursor is given
WAIT_S = 30.0  # between two looks where nobody was woken: a connection that went silent is noticed

Name = Annotated[str, typer.Argument(help="What the consumer calls itself.")]


@app.command()
def tail(
    after: Annotated[
        int | None, typer.Option(min=0, max=db.MAX_ID, help="Print all events after this id; unset: the newest.")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as events come, until Ctrl-C.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, one event a line.")] = False,
) -> None:
    """Print events in their order; fails if those after the cursor are no longer kept."""
    with session.database() as pool, pool.connection() as conn, _told_plainly():
        conn.autocommit = True
        try:
            conn.execute("listen dateline")
            cursor = _newest(conn) if after is None else after
            while True:
                for event in _after(conn, cursor):
                    cursor = event["id"]
                    _print(event, json)
                if not follow:
                    return
                list(conn.notifies(timeout=WAIT_S, stop_after=1))
        finally:
            conn.close()  # what it listens to is not for the next one who takes it from the pool


@app.command()
def consumers(
    json: Annotated[bool, typer.Option("--json", help="Print JSON, one consumer a line.")] = False,
) -> None:
    """List the registered consumers, who lags first; exit code 1 if one has missed events that are no longer kept."""
    with session.database() as pool, pool.connection() as conn:
        rows = conn.execute("select * from dateline.consumers order by behind desc, name").fetchall()
    now = datetime.now(UTC)
    if json:
        for row in rows:
            output.print_json(row)
    elif rows:
        output.table(
            ("name", "has read", "behind", "unread since", "last heard of"),
            [
                (
                    row["name"],
                    row["last_id"],
                    "has missed events" if row["has_missed"] else row["behind"],
                    f"{output.ago(row['unread_since'], now)} ago" if row["unread_since"] else "",
                    f"{output.ago(row['acknowledged_at'], now)} ago",
                )
                for row in rows
            ],
        )
    else:
        output.note("No consumers. One registers with: dateline events register NAME")
    if any(row["has_missed"] for row in rows):
        raise typer.Exit(1)


@app.command()
def register(
    name: Name,
    after: Annotated[
        int | None, typer.Option(min=0, max=db.MAX_ID, help="The last event it has read; unset: the newest.")
    ] = None,
) -> None:
    """Note how far a consumer has read, so that what it has not read is kept longer and its lag is seen."""
    with session.database() as pool, pool.connection() as conn, _told_plainly():
        newest = one(conn.execute("select coalesce(max(id), 0) as id from dateline.events"))["id"]
        conn.execute("select dateline.acknowledge(%s, %s)", (name, newest if after is None else after))


@app.command()
def forget(name: Name) -> None:
    """Forget a consumer: nothing is kept for it any more."""
    with session.database() as pool:
        if not _forget(pool, name):
            output.fail(f"No consumer is called {name}; those known: dateline events consumers")


def _forget(pool: Pool, name: str) -> bool:
    with pool.connection() as conn:
        return conn.execute("delete from consumer where name = %s", (name,)).rowcount > 0


def _newest(conn: Connection) -> int:
    """A cursor before the newest few events."""
    rows = conn.execute("select id from event order by id desc limit %s", (SHOWN + 1,)).fetchall()
    return int(rows[SHOWN]["id"]) if len(rows) > SHOWN else _floor(conn)


def _floor(conn: Connection) -> int:
    row = conn.execute("select id from event_floor").fetchone()
    return int(row["id"]) if row else 0


def _after(conn: Connection, cursor: int) -> Iterator[dict[str, Any]]:
    """All events after a cursor that are there now, some at a time."""
    events: list[dict[str, Any]] = [{"id": cursor}]
    while events:
        events = conn.execute("select * from dateline.events_since(%s, %s)", (events[-1]["id"], BATCH)).fetchall()
        yield from events


def _print(event: dict[str, Any], json: bool) -> None:
    if json:
        output.print_json(event)
    else:
        changed = f" ({', '.join(event['changed'])})" if event["changed"] else ""
        what = f"{event['kind']:9} {event['source']}  {event['title']}{changed}"
        output.line(f"{event['id']:>8}  {event['at']:%Y-%m-%d %H:%M:%S}  {what}")


@contextmanager
def _told_plainly() -> Iterator[None]:
    """A cursor that cannot be used, or a name, is the reader's error: tell it with the database's own hint."""
    try:
        yield
    except (psycopg.errors.NoDataFound, psycopg.errors.InvalidParameterValue) as error:
        output.fail(" ".join(filter(None, (error.diag.message_primary, error.diag.message_hint))))
    except psycopg.errors.CheckViolation:
        output.usage("A consumer's name has 1 to 100 characters, without space at either end.")
