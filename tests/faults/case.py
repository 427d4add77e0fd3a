"""One fault test: a service, a newspaper that it follows, and what must be in the database afterwards."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from tests.faults.ledger import Ledger, Line
from tests.faults.newsroom import Newsroom
from tests.faults.service import Service
from tests.waiting import WITHIN_S, until
from worker import invariants, sources
from worker.sourcefile import FeedSpec, SourceSpec


@dataclass
class Case:
    """One fault test: the service, a newspaper that it follows, and what is to be found in the end."""

    service: Service
    newsroom: Newsroom
    ledger: Ledger
    dead: set[str] = field(default_factory=set)  # addresses that are expected to end as dead letters
    injected: int = 0
    ended_at: float | None = None

    def follow(self) -> None:
        """Let the service follow the newspaper, from now on."""
        self._add("paper-" + self.newsroom.host.rpartition(":")[2], self.newsroom.feed)

    def follow_also(self, feed: str) -> None:
        """Let the service follow another feed."""
        self._add(feed.split("/")[2], feed)

    def _add(self, name: str, feed: str) -> None:
        with self.service.conn() as conn:
            sources.add(conn, SourceSpec(name, name, None, (FeedSpec(feed),)), "added")

    def struck(self, times: int = 1) -> None:
        """Note that the fault was injected."""
        self.injected += times

    def over(self) -> None:
        """Note that the fault is over: the time to recover counts from here."""
        self.ended_at = time.monotonic()

    @property
    def expected(self) -> set[str]:
        """Addresses of the stories that must be stored."""
        return {story.url for story in self.newsroom.stories} - self.dead

    def stored(self) -> list[str]:
        """Addresses of the newspaper's articles, as stored."""
        pattern = f"http://{self.newsroom.host}/%"
        return [row["url"] for row in self.service.rows("select url from article where url like %s", pattern)]

    def settle(self, fault: str, within_s: float = WITHIN_S) -> None:
        """Wait until everything is stored; then see that it is there once, and told once to the reader of the feed."""
        service, expected = self.service, self.expected
        try:
            until(f"all stories are stored after: {fault}", lambda: len(self.stored()) >= len(expected), within_s)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self._history()}") from None
        recovered_s = None if self.ended_at is None else time.monotonic() - self.ended_at
        until("the newspaper is left alone", self._is_quiet, within_s)
        newest = service.count("select coalesce(max(id), 0) from dateline.events")
        until("the reader has read all", lambda: service.reader.cursor >= newest)
        stored = self.stored()
        doubled, lost = len(stored) - len(set(stored)), len(expected - set(stored))
        line = Line(fault, self.injected, len(expected), len(stored), doubled, lost, recovered_s)
        self.ledger.lines.append(line)
        assert sorted(stored) == sorted(expected)
        with service.conn() as conn:
            assert invariants.broken(conn) == []
        self._compare_events(newest)

    def _history(self) -> str:
        """The last attempts at the newspaper, its host and its pages: what a failure is understood by."""
        host = self.newsroom.host
        queries = (
            "select at, reason, left(detail, 200) as detail from fetch_log where host = %s order by id desc limit 9",
            "select due_at, leased_until::text, leased_by, cooldown_until::text, trouble from host where name = %s",
            "select due_at, attempts, failures, outcome, interval_s from feed where host = %s",
            "select url, due_at, attempts, failures, outcome from page where host = %s order by id limit 20",
        )
        return "\n".join(str(row) for query in queries for row in self.service.rows(query, host))

    def _is_quiet(self) -> bool:
        query = """
            select not exists (select from page where host = %(host)s and due_at <= now())
               and not exists (select from host where name = %(host)s and token is not null) as is_quiet"""
        with self.service.conn() as conn:
            row = conn.execute(query, {"host": self.newsroom.host}).fetchone()
        return row is not None and row["is_quiet"]

    def _compare_events(self, newest: int) -> None:
        service, reader = self.service, self.service.reader
        assert reader.error is None
        told = [number for number in list(reader.ids) if number <= newest]
        assert told == [
            row["id"] for row in service.rows("select id from dateline.events where id <= %s order by id", newest)
        ]
        pattern = f"http://{self.newsroom.host}/%"
        created = service.rows("select url from dateline.events where kind = 'created' and url like %s", pattern)
        assert sorted(row["url"] for row in created) == sorted(self.expected)
        rows = service.rows("select id, url, title, body, revision from dateline.articles where url like %s", pattern)
        copy = [row for row in list(reader.copy.values()) if row["url"].startswith(pattern[:-1])]
        assert sorted(copy, key=lambda row: row["id"]) == sorted(rows, key=lambda row: row["id"])
        dead = service.rows(
            "select p.url from dead_letter d join page p on p.id = page_id where p.host = %s", self.newsroom.host
        )
        assert {row["url"] for row in dead} == self.dead
