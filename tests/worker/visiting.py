"""Makes visits to the newspapers of the press, as a worker would."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from tests.site.press import Press
from tests.worker.builders import LEASE, take_all
from worker import frontier, sources
from worker.archive import Keeper
from worker.db import Pool
from worker.fetch import Fetcher
from worker.fetch import Limits as FetchLimits
from worker.sourcefile import FeedSpec, SourceSpec
from worker.targets import Lease
from worker.visit import Limits, Report, visit

FETCH = FetchLimits(connect_s=2, read_s=2, total_s=4)


@dataclass
class Visitor:
    """Visits hosts through the press, with hardly a pause."""

    pool: Pool
    press: Press
    limits: Limits = field(
        default_factory=lambda: Limits(
            requests=100, seconds=30, delay_s=0.01, agent="Dateline/test", keeper=Keeper(None)
        )
    )

    def follow(
        self, source_id: str, *feed_urls: str, link_pattern: str | None = None, homepage: str | None = None
    ) -> None:
        """Add a source with feeds that are due."""
        specs = tuple(FeedSpec(url, "section" if link_pattern else None, link_pattern) for url in feed_urls)
        with self.pool.connection() as conn:
            sources.add(conn, SourceSpec(source_id, source_id, homepage, specs), "added")

    def make_due(self, *, pages: bool = False) -> None:
        """Let every feed be due now, or every page that is planned at all."""
        with self.pool.connection() as conn:
            if pages:
                conn.execute("update page set due_at = now() where due_at is not null")
            else:
                conn.execute("update feed set due_at = now()")
            conn.execute("update host set due_at = now(), cooldown_until = '-infinity'")

    def visit(self, host: str, crawl_id: int | None = None) -> Report | None:
        """Make one visit to each host that is due; the report of the one to `host`, if there was one."""
        found = None
        for lease in self._take(crawl_id):
            with Fetcher(FETCH, self.limits.agent, self.press.proxy_url, allow_private_hosts=True) as fetcher:
                report = visit(self.pool, fetcher, lease, self.limits, threading.Event(), crawl_id)
            if lease.host == host:
                found = report
        return found

    def _take(self, crawl_id: int | None) -> list[Lease]:
        if crawl_id is None:
            return take_all(self.pool)
        return list(iter(lambda: frontier.take_for_crawl(self.pool, crawl_id, LEASE, "test"), None))

    def reasons(self, host: str) -> Counter[str]:
        """What the attempts of one visit came to."""
        report = self.visit(host)
        return report.reasons if report else Counter()

    def rows(self, query: str, *values: object) -> list[dict[str, object]]:
        """What the database says."""
        with self.pool.connection() as conn:
            return conn.execute(query, values).fetchall()
