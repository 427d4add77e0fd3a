"""dateline status: is it up, is it fresh, what fails."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import psycopg
import typer

from worker import local, sources, workers
from worker.cli import output, session
from worker.db import Pool, SchemaError
from worker.settings import settings

LATE = timedelta(days=1)  # that a registered consumer of the change feed has not read


def status(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing; only the exit code.")] = False,
    here: Annotated[
        bool, typer.Option("--here", help="Whether a worker of this machine or container gets and does its tasks.")
    ] = False,
) -> None:
    """Show whether the service works: workers, clock, sources, failures. Exit code 0 if it is up and well, else 1."""
    config = settings()
    if not config.database_url and not local.is_running(config):
        if json:
            output.print_json({"up": False, "reason": "not running"})
        elif not quiet:
            output.complain(f"Not running: no service in {config.data_dir}. Start it with `dateline up`.")
        raise typer.Exit(1)
    try:
        with session.running() as pool:
            if here:
                is_alive = workers.is_alive_here(pool)
                if not is_alive and not quiet:
                    output.complain("No worker of this machine has done a task within 30 s.")
                raise typer.Exit(0 if is_alive else 1)
            health, found = workers.health(pool), figures(pool)
    except (psycopg.Error, SchemaError) as error:
        if json:
            output.print_json({"up": False, "reason": str(error).strip()})
        elif not quiet:
            raise
        raise typer.Exit(1) from None
    if json:
        output.print_json({"up": health.is_up, **asdict(health), **found})
    elif not quiet:
        _print(health, found)
    if not health.is_up:
        raise typer.Exit(1)


def figures(pool: Pool) -> dict[str, Any]:
    """What the service holds and how it fares: counts, sources, and the failures of the last hour by reason."""
    with pool.connection() as conn:
        counts = conn.execute(
            """
            select (select count(*) from article) as articles,
                   (select count(*) from article where copy_of is not null) as copies,
                   (select count(*) from article where first_seen > now() - interval '1 hour') as articles_last_hour,
                   (select count(*) from page where due_at <= now()) as pages_due,
                   (select count(*) from host where leased_until > now()) as visits,
                   (select count(*) from host where cooldown_until > now()) as hosts_cooling_down,
                   (select count(*) from dead_letter where settled_at is null) as dead_letters,
                   (select count(*) from crawl where finished_at is null) as crawls_open"""
        ).fetchone()
        failures = conn.execute(
            """
            select reason, count(*) as attempts from fetch_log
             where weight > 0 and at > now() - interval '1 hour' group by reason order by attempts desc"""
        ).fetchall()
        troubles = conn.execute(
            "select name, trouble from host where trouble is not null order by name limit 20"
        ).fetchall()
        late = conn.execute(
            "select name from dateline.consumers where has_missed or unread_since < now() - %s order by name", (LATE,)
        ).fetchall()
        listed = sources.overview(conn)
    return {
        **(counts or {}),
        "failures_last_hour": {row["reason"]: row["attempts"] for row in failures},
        "hosts_in_trouble": {row["name"]: row["trouble"] for row in troubles},
        "late_consumers": [row["name"] for row in late],
        "sources": listed,
    }


def _print(health: workers.Health, found: dict[str, Any]) -> None:
    now = datetime.now(UTC)
    tick = "never" if health.tick_age_s is None else f"{health.tick_age_s:.0f} s ago"
    word = "up" if health.is_up else "NOT WORKING"
    output.line(f"Dateline is {word}: {health.workers} workers with room for {health.slots} visits, last tick {tick}.")
    output.line(
        f"{found['articles']} articles ({found['copies']} copies), {found['articles_last_hour']} in the last hour;"
        f" {found['pages_due']} pages due, {found['visits']} visits under way, {found['dead_letters']} dead letters."
    )
    if found["failures_last_hour"]:
        reasons = ", ".join(f"{reason} {count}" for reason, count in found["failures_last_hour"].items())
        output.line(f"Failures in the last hour: {reasons}.")
    if found["hosts_in_trouble"]:
        output.line("Hosts in trouble: " + ", ".join(f"{k} ({v})" for k, v in found["hosts_in_trouble"].items()) + ".")
    if found["late_consumers"]:
        names = ", ".join(found["late_consumers"])
        output.line(f"Consumers that are late: {names}; see dateline events consumers.")
    output.line("")
    columns = ("source", "feeds", "articles", "last answer", "last new")
    output.table(
        columns,
        [
            (
                row["id"] + ("" if row["enabled"] else " (paused)"),
                *(row["feeds"], row["articles"], output.ago(row["last_answer"], now), output.ago(row["last_new"], now)),
            )
            for row in found["sources"]
        ],
    )
    if not health.is_up:
        output.complain("No worker is alive or no tick ran lately: are `dateline worker` and `dateline beat` running?")
