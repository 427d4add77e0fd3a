"""What people build instead: Scrapy reads feeds and stories, trafilatura extracts, psycopg inserts, the URL is unique.

    python -m ground.spider DATABASE_URL DELAY_S POLL_S FEEDS_FILE

One crawl that looks at every feed again each POLL_S seconds, until it is told to stop. The settings are what Scrapy's
documentation advises for broad crawls, but for what politeness asks: robots.txt is obeyed, and a host gets one request
at a time, as from Dateline.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import psycopg
import scrapy
from scrapy.crawler import CrawlerProcess
from trafilatura import bare_extraction

TABLE = """
    create table if not exists article (
        url        text primary key,
        title      text,
        authors    text,
        published  text,
        body       text not null,
        listed_at  timestamptz,
        first_seen timestamptz not null default clock_timestamp())
"""
INSERT = """
    insert into article (url, title, authors, published, body, listed_at)
    values (%(url)s, %(title)s, %(authors)s, %(published)s, %(body)s, %(listed_at)s) on conflict do nothing
"""
BATCH = 20  # rows a commit: its share of the time is nothing beside the rest


class News(scrapy.Spider):
    """Reads feeds again and again, and each story that is new in them."""

    name = "news"

    def __init__(self, feeds: list[str], poll_s: float, **named: Any) -> None:
        super().__init__(**named)
        self.feeds, self.poll_s = feeds, poll_s

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """All feeds, every `poll_s` seconds; a story that was asked for is not asked for again."""
        while True:
            for feed in self.feeds:
                yield scrapy.Request(feed, self.parse, dont_filter=True, priority=1)
            await asyncio.sleep(self.poll_s)

    def parse(self, response: Any) -> Iterator[scrapy.Request]:
        """A feed."""
        for item in response.xpath("//item"):
            listed_at = parsedate_to_datetime(item.xpath("pubDate/text()").get())
            yield scrapy.Request(item.xpath("link/text()").get(), self.parse_story, cb_kwargs={"listed_at": listed_at})

    def parse_story(self, response: Any, listed_at: datetime) -> Iterator[dict[str, Any]]:
        """A story."""
        yield {"url": response.url, "html": response.text, "listed_at": listed_at}


class Extract:
    """The item pipeline: trafilatura's record into Postgres, some at a time."""

    def __init__(self, crawler: Any) -> None:
        self.database = crawler.settings["DATABASE_URL"]
        self.rows: list[dict[str, Any]] = []

    @classmethod
    def from_crawler(cls, crawler: Any) -> Extract:
        """Called by Scrapy."""
        return cls(crawler)

    def open_spider(self) -> None:
        """Called by Scrapy."""
        self.conn = psycopg.connect(self.database)

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        """Called by Scrapy."""
        found: Any = bare_extraction(item.pop("html"), url=item["url"], with_metadata=True, include_comments=False)
        if found is not None and found.text:
            record = {"title": found.title, "authors": found.author, "published": found.date, "body": found.text}
            self.rows.append({**item, **record})
        if len(self.rows) >= BATCH:
            self._write()
        return item

    def close_spider(self) -> None:
        """Called by Scrapy."""
        self._write()
        self.conn.close()

    def _write(self) -> None:
        with self.conn.transaction(), self.conn.cursor() as cursor:
            cursor.executemany(INSERT, self.rows)
        self.rows = []


def main(database: str, delay_s: float, poll_s: float, feeds: list[str]) -> None:
    """Crawl."""
    process = CrawlerProcess(
        {
            "AUTOTHROTTLE_ENABLED": False,
            "CONCURRENT_REQUESTS": 64,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "COOKIES_ENABLED": False,
            "DATABASE_URL": database,
            "DOWNLOAD_DELAY": delay_s,
            "DOWNLOADER_MIDDLEWARES": {"scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None},
            "ITEM_PIPELINES": {Extract: 100},
            "LOG_LEVEL": "WARNING",
            "DOWNLOAD_DELAY_JITTER": 0,
            "REACTOR_THREADPOOL_MAXSIZE": 20,
            "ROBOTSTXT_OBEY": True,
            "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.DownloaderAwarePriorityQueue",
            "TELNETCONSOLE_ENABLED": False,
            "USER_AGENT": "news-spider (+https://example.org/bot)",
        }
    )
    process.crawl(News, feeds=feeds, poll_s=poll_s)
    process.start()


if __name__ == "__main__":
    _, url, delay_s, poll_s, listing = sys.argv
    main(url, float(delay_s), float(poll_s), Path(listing).read_text("utf-8").split())
