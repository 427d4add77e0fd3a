"""Runs a one-off crawl from this process: takes its hosts and visits them, alone or beside the workers."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from worker import crawls, db, frontier, workers
from worker.db import Pool
from worker.fetch import Fetcher
from worker.settings import Settings
from worker.targets import Lease
from worker.visit import Limits, visit

POLL_S = 0.2  # between two looks for hosts that have become due
NO_ARTICLE = frozenset(
    ("home", "listing", "paywall", "other", "robots_disallowed", "redirected", "not_modified", "same")
)
STORED = {"new": "new", "revised": "revised", "copied": "copies", "unchanged": "unchanged", "known": "known"}


@dataclass(slots=True)
class Summary:
    """What a crawl came to; `done` of `total` pages are settled, lists included."""

    crawl_id: int
    total: int = 0
    done: int = 0
    finished: bool = False
    refused: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)  # new, revised, copies, unchanged, known, lists
    no_article: Counter[str] = field(default_factory=Counter)  # reasons
    failed: Counter[str] = field(default_factory=Counter)  # reasons

    @property
    def found(self) -> int:
        """Pages met, without lists and redirects."""
        return self.total - self.counts["lists"] - self.no_article["redirected"]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "crawl": self.crawl_id,
            "finished": self.finished,
            "found": self.found,
            **{name: self.counts[name] for name in STORED.values()},
            "no_article": dict(self.no_article),
            "failed": dict(self.failed),
            "refused": self.refused,
        }


def run(
    pool: Pool, config: Settings, crawl_id: int, stopping: threading.Event, progress: Callable[[Summary], None]
) -> Summary:
    """Visit the crawl's hosts until its last page is settled or `stopping` is set; reports progress as it goes."""
    name = workers.process_name("crawl")
    busy = threading.Semaphore(config.concurrency)

    def make(lease: Lease) -> None:
        try:
            with Fetcher.configured(config) as client:
                visit(pool, client, lease, Limits.configured(config), stopping, crawl_id)
        finally:
            busy.release()

    with ThreadPoolExecutor(config.concurrency, thread_name_prefix="visit") as threads:
        visits = []
        while True:
            crawls.open_requested(pool)
            crawls.finish(pool)
            summary = summarise(pool, crawl_id)
            progress(summary)
            if summary.finished or stopping.is_set():
                break
            while busy.acquire(blocking=False):
                lease = frontier.take_for_crawl(pool, crawl_id, config.lease_for, name)
                if lease is None:
                    busy.release()
                    break
                visits.append(threads.submit(make, lease))
            for ended in [visit for visit in visits if visit.done()]:
                visits.remove(ended)
                ended.result()  # a visit that failed as a whole ends the command with its error
            stopping.wait(POLL_S)
    return summarise(pool, crawl_id)


def summarise(pool: Pool, crawl_id: int) -> Summary:
    """How far a crawl is, and what it brought."""
    with pool.connection() as conn:
        crawl = db.one(conn.execute("select finished_at, refused from crawl where id = %s", (crawl_id,)))
        rows = conn.execute(
            "select outcome, count(*)::int as pages from crawl_page where crawl_id = %s group by outcome", (crawl_id,)
        ).fetchall()
    summary = Summary(crawl_id, finished=crawl["finished_at"] is not None, refused=crawl["refused"])
    for row in rows:
        outcome, pages = row["outcome"], row["pages"]
        summary.total += pages
        summary.done += pages if outcome else 0
        if outcome == "listing":
            summary.counts["lists"] += pages
        elif outcome in STORED:
            summary.counts[STORED[outcome]] += pages
        elif outcome in NO_ARTICLE:
            summary.no_article[outcome] += pages
        elif outcome:
            summary.failed[outcome] += pages
    return summary


def newly_done(pool: Pool, crawl_id: int, seen: set[int]) -> list[dict[str, Any]]:
    """The pages that were settled since the last call; `seen` remembers them."""
    with pool.connection() as conn:
        rows = conn.execute(
            """
            select c.page_id, c.outcome, c.detail, p.url, a.title from crawl_page c
              join page p on p.id = c.page_id left join article a on a.id = c.article_id
             where c.crawl_id = %s and c.outcome is not null and c.page_id <> all(%s) order by c.done_at""",
            (crawl_id, list(seen)),
        ).fetchall()
    seen.update(row["page_id"] for row in rows)
    return rows
