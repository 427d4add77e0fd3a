"""What one run of a service brought: counted in Postgres, weighed by the system, from the first article on."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from ground.family import Family, busy_s, processors
from ground.newspapers import Newspapers
from psycopg.rows import dict_row

FIRST_S = 300.0  # within which the first article must be there
LOOK_S = 0.5
WEIGH_S = 8.0  # between two readings of memory
WINDOW_S = 30.0
LEAST = 10  # articles; no rate can be told from fewer
SERVER = "newspapers"  # the role that is not the service's own


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one run; bytes and milliseconds are those of an article."""

    articles: int
    copies: int
    pages: int  # that the newspapers answered with, from the start
    published: int  # stories, from the start
    rate: float  # articles a second
    windows: list[float]  # articles a second in each half minute
    cpu_ms: dict[str, float]  # by role
    others: float  # processors that all else had in use
    memory: dict[str, int]  # bytes: the peak of each role (PSS), and of all at once as PSS and RSS
    delays_s: dict[str, float]  # from publication to storage
    database_bytes: float
    archive_bytes: float  # of these, pages as they came
    wal_bytes: float
    answer_ms: float  # CPU of the newspapers for one answer
    shortest_gap_s: float  # between two requests to one host

    @property
    def own_cpu_ms(self) -> float:
        """Of all that is the service's own."""
        return sum(spent for role, spent in self.cpu_ms.items() if role != SERVER)


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that is counted, as of one moment."""

    at: float
    cpu: dict[str, float]
    busy_s: float
    rows: dict[str, Any]


COUNTS = """
    select count(*) as articles, clock_timestamp() as now, pg_database_size(current_database()) as size,
           (select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint from pg_class
             where relname like 'archive\\_%' and relkind = 'r') as archive,
           pg_current_wal_lsn() - '0/0'::pg_lsn as wal
      from article
"""
WINDOWS = """
    select floor(extract(epoch from first_seen - %(since)s) / %(window)s)::int as number, count(*) as n
      from article where first_seen between %(since)s and %(until)s group by 1 order by 1
"""


def measured(family: Family, url: str, newspapers: Newspapers, seconds: float, queries: Mapping[str, str]) -> Figures:
    """Wait for the first article, then for so many seconds, and count. `queries`: `copies`, and `delays` since a time.

    Raises SystemExit if articles do not come.
    """
    family.roots.append(newspapers.process)
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as conn:
        deadline = time.monotonic() + FIRST_S
        while not (first := _reading(family, conn)).rows["articles"]:
            if time.monotonic() > deadline:
                raise SystemExit("No article was stored.")
            time.sleep(LOOK_S)
        answers = sum(newspapers.log().answers.values())
        last = _watched(family, conn, first.at + seconds)
        log = newspapers.log()
        since = {"since": first.rows["now"], "until": last.rows["now"], "window": WINDOW_S}
        windows = conn.execute(WINDOWS, since).fetchall()
        copies = conn.execute(queries["copies"]).fetchone()
        delays = conn.execute(queries["delays"], since).fetchone()
    articles, took = last.rows["articles"] - first.rows["articles"], last.at - first.at
    if articles < LEAST:
        raise SystemExit(f"Only {articles} articles were stored.")
    spent = {role: seconds - first.cpu.get(role, 0) for role, seconds in last.cpu.items()}
    grown = {name: float(last.rows[name] - first.rows[name]) / articles for name in ("size", "archive", "wal")}
    return Figures(
        articles=articles,
        copies=(copies or {})["n"],
        pages=log.answers.get("page", 0),
        published=log.published,
        rate=articles / took,
        windows=[row["n"] / size for row in windows if (size := _window_s(row["number"], took)) > WINDOW_S / 2],
        cpu_ms={role: s / articles * 1000 for role, s in sorted(spent.items(), key=lambda item: -item[1])},
        others=(last.busy_s - first.busy_s - sum(spent.values())) / took,
        memory=family.peak,
        delays_s={name: value for name, value in (delays or {}).items() if value is not None},
        database_bytes=grown["size"],
        archive_bytes=grown["archive"],
        wal_bytes=grown["wal"],
        answer_ms=spent[SERVER] * 1000 / max(1, sum(log.answers.values()) - answers),
        shortest_gap_s=log.shortest_gap_s,
    )


def _window_s(number: int, took: float) -> float:
    """How long a window is; the last one may be cut short."""
    return min(WINDOW_S, took - number * WINDOW_S)


def _watched(family: Family, conn: psycopg.Connection[dict[str, Any]], until: float) -> Reading:
    """Look on until then."""
    weigh_at = time.monotonic()
    while (now := time.monotonic()) < until:
        time.sleep(min(LOOK_S, until - now))
        family.look()
        if now >= weigh_at:
            family.memory()
            weigh_at = now + WEIGH_S
    return _reading(family, conn)


def _reading(family: Family, conn: psycopg.Connection[dict[str, Any]]) -> Reading:
    family.look()
    rows = conn.execute(COUNTS).fetchone()
    return Reading(time.monotonic(), family.cpu_by_role(), busy_s(), rows or {})


def lines(figures: Figures) -> list[str]:
    """The figures for people."""
    memory = figures.memory
    roles = ", ".join(f"{role} {size / 1e6:.0f}" for role, size in memory.items() if role not in ("PSS", "RSS", SERVER))
    own = memory.get("PSS", 0) - memory.get(SERVER, 0)
    delays = ", ".join(f"{name} {value:.1f} s" for name, value in figures.delays_s.items()) or "none"
    return [
        f"{figures.articles} articles ({figures.copies} copies) of {figures.pages} pages asked for,"
        f" {figures.published} published",
        f"articles a second: {figures.rate:.1f}; by half minutes {', '.join(f'{n:.1f}' for n in figures.windows)}",
        f"CPU ms an article: {figures.own_cpu_ms:.1f} in all; "
        + ", ".join(f"{role} {spent:.2f}" for role, spent in figures.cpu_ms.items())
        + f" ({figures.answer_ms:.2f} an answer)",
        f"processors in use by all else, of {processors()}: {figures.others:.2f} (disturbed if much above 0.1)",
        f"memory at most: {own / 1e6:.0f} MB (PSS; peak of each: {roles})",
        f"from publication to storage: {delays}",
        f"Postgres, kB an article: {figures.database_bytes / 1e3:.1f} on disk, {figures.archive_bytes / 1e3:.1f} of it"
        f" the page as it came; {figures.wal_bytes / 1e3:.1f} of write-ahead log",
        f"shortest time between two requests to one host: {figures.shortest_gap_s:.3f} s",
    ]
