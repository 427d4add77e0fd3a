"""The live view of `dateline up`: what is going on, as a picture on a terminal and as plain lines elsewhere."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from worker import db, workers
from worker.cli import output
from worker.db import Pool

HEADLINES = 12
RECENT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Picture:
    """One look at the service."""

    health: workers.Health
    visits: int
    pages_due: int
    articles: int
    copies: int
    per_minute: float  # articles stored, over the last five minutes
    failures: dict[str, int]  # of the last five minutes, by reason
    headlines: list[dict[str, Any]]  # id, source, title, first_seen; newest first
    unreachable: dict[str, str]  # host of feeds -> why its last visit failed as a whole
    reachable: int  # hosts of feeds that answer, or were not asked yet
    down: list[str]  # processes that do not run


def look(pool: Pool, down: list[str]) -> Picture:
    """Ask the database what is going on."""
    with pool.connection() as conn:
        counts = db.one(
            conn.execute(
                """
            select (select count(*) from host where leased_until > now())::int as visits,
                   (select count(*) from page where due_at <= now())::int as pages_due,
                   (select count(*) from article)::int as articles,
                   (select count(*) from article where copy_of is not null)::int as copies,
                   (select count(*) from article where first_seen > now() - %(recent)s)::float8
                       / extract(epoch from %(recent)s)::float8 * 60 as per_minute""",
                {"recent": RECENT},
            )
        )
        failures = conn.execute(
            "select reason, count(*)::int as n from fetch_log where weight > 0 and at > now() - %s"
            " group by 1 order by 2 desc",
            (RECENT,),
        ).fetchall()
        headlines = conn.execute(
            "select id, source_id as source, title, first_seen from article order by first_seen desc, id desc limit %s",
            (HEADLINES,),
        ).fetchall()
        hosts = conn.execute(
            """
            select distinct h.name, h.trouble from feed f join host h on h.name = f.host
             where f.enabled order by h.name"""
        ).fetchall()
    return Picture(
        workers.health(pool),
        **counts,
        failures={row["reason"]: row["n"] for row in failures},
        headlines=headlines,
        unreachable={row["name"]: row["trouble"] for row in hosts if row["trouble"]},
        reachable=sum(row["trouble"] is None for row in hosts),
        down=down,
    )


def figures(picture: Picture) -> str:
    """The figures in one line."""
    failed = ", ".join(f"{reason} {count}" for reason, count in picture.failures.items()) or "none"
    return (
        f"{picture.articles} articles ({picture.copies} copies), {picture.per_minute:.1f} a minute;"
        f" {picture.visits} visits, {picture.pages_due} pages due; failures: {failed}"
    )


def warnings(picture: Picture) -> list[str]:
    """What a person should know: processes that are down, sources that cannot be reached."""
    found = [f"{name} ended and is being started again; see its log" for name in picture.down]
    if picture.unreachable:
        named = ", ".join(f"{host} ({reason})" for host, reason in picture.unreachable.items())
        if picture.reachable:
            found.append(f"Cannot be reached at the moment: {named}. It is tried again, ever less often.")
        else:
            found.append(
                f"No source can be reached: {named}. Is this machine connected to the internet, or does it need"
                " DATELINE_HTTP_PROXY? `make demo` shows the service at work without internet."
            )
    return found


def draw(picture: Picture) -> RenderableType:
    """The picture for a terminal."""
    now = datetime.now(UTC)
    words = output.words
    parts: list[RenderableType] = [words("Dateline", "bold"), words(figures(picture))]
    parts += [words(line, "yellow") for line in warnings(picture)]
    table = Table(box=None, pad_edge=False, show_header=False)
    for row in picture.headlines:
        table.add_row(output.ago(row["first_seen"], now), words(row["source"], "cyan"), words(row["title"]))
    return Group(*parts, words(""), table)


class Lines:
    """The same as plain lines: each article once, each warning once, the figures now and then."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._shown_at = time.monotonic()
        self._last_id: int | None = None
        self._warned: set[str] = set()

    def show(self, picture: Picture) -> None:
        """Print what is new since the last call."""
        fresh = [row for row in reversed(picture.headlines) if self._last_id is None or row["id"] > self._last_id]
        for row in sorted(fresh, key=lambda row: row["id"]):
            output.line(f"{row['source']}: {row['title']}")
            self._last_id = row["id"]
        for warning in warnings(picture):
            if warning not in self._warned:
                output.line(warning)
        self._warned = set(warnings(picture))
        if time.monotonic() - self._shown_at >= self._every_s:
            self._shown_at = time.monotonic()
            output.line(figures(picture))
