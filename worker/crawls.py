"""One-off crawls: a request becomes pages that are wanted at once, and ends when the last of them is settled."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from scrapers.urls import host_of
from worker import db, frontier
from worker.db import Connection, Pool
from worker.discover import Link, Listing
from worker.outcome import Outcome
from worker.targets import PageTarget

log = logging.getLogger(__name__)

PATIENCE = 0.75  # weight of failures after which a crawl stops waiting: three temporary ones or a hard one
LONGEST_REST = timedelta(minutes=5)  # of a host, that a crawl waits for
MAX_LISTS = 20  # lists that a home page or an index leads to, the newest first


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked for: addresses or ids of sources, at most so many pages, none older than `since`."""

    targets: Sequence[str]
    max_pages: int | None = None
    since: datetime | None = None
    requested_by: Literal["command", "task"] = "command"
    request_id: UUID | None = None


def parse_since(text: str) -> datetime:
    """A day or a time in ISO 8601; without a zone it is UTC. Raises ValueError."""
    since = datetime.fromisoformat(text)
    return since if since.tzinfo else since.replace(tzinfo=UTC)


def request(pool: Pool, wanted: Request) -> int:
    """Write a request down; returns the crawl's number. The same request_id twice is one crawl."""
    with pool.connection() as conn:
        row = db.one(
            conn.execute(
                """
            insert into crawl (request_id, requested_by, targets, max_pages, since)
            values (%s, %s, %s, %s, %s)
                on conflict (request_id) do update set request_id = excluded.request_id
            returning id""",
                (
                    wanted.request_id or uuid4(),
                    wanted.requested_by,
                    list(wanted.targets),
                    wanted.max_pages,
                    wanted.since,
                ),
            )
        )
    return int(row["id"])


def open_requested(pool: Pool) -> int:
    """Turn the targets of new requests into wanted pages; returns how many requests that were."""
    opened = 0
    while True:
        with pool.connection() as conn:
            crawl = conn.execute(
                """
                select id, targets from crawl where opened_at is null and finished_at is null
                 order by id limit 1 for update skip locked"""
            ).fetchone()
            if crawl is None:
                return opened
            _open(conn, crawl["id"], crawl["targets"])
            opened += 1


def _open(conn: Connection, crawl_id: int, targets: Sequence[str]) -> None:
    links: list[Link] = []
    refused: dict[str, str] = {}
    for target in targets:
        found = _resolve(conn, target)
        if found:
            links += found
        else:
            refused[target] = "neither an http(s) address nor the id of a source that has feeds or a home page"
    frontier.wake(conn, _add(conn, crawl_id, links, is_target=True, source_id=None))
    conn.execute("update crawl set opened_at = now(), refused = %s where id = %s", (Jsonb(refused), crawl_id))


def _resolve(conn: Connection, target: str) -> list[Link]:
    """The addresses that a target stands for: itself, or a source's feeds, or else its home page."""
    if "://" in target:
        link = Link.to(target)
        return [link] if link else []
    row = conn.execute(
        """
        select homepage, array(select location from feed f where f.source_id = s.id and f.parent_id is null) as feeds
          from source s where s.id = %s and s.removed_at is null""",
        (target.lower(),),
    ).fetchone()
    if row is None:
        return []
    return [Link(url) for url in row["feeds"] or [row["homepage"]] if url]


def settle(conn: Connection, page: PageTarget, outcome: Outcome, article_id: int | None) -> set[str]:
    """Tell the crawls that wait for a page what came of it; a list among their targets brings them more pages.

    Returns the hosts to wake. A page that failed stays open for as long as a crawl is patient.
    """
    if outcome.is_failure and page.failures + outcome.weight < PATIENCE:
        return set()
    hosts: set[str] = set()
    if outcome.listing and page.is_target:
        for crawl in _waiting(conn, page):
            hosts |= _expand(conn, crawl, page, outcome.listing, outcome.feeds)
    conn.execute(
        """
        update crawl_page set outcome = %s, detail = %s, article_id = %s, done_at = now()
         where page_id = %s and outcome is null""",
        (outcome.reason, outcome.detail, article_id, page.id),
    )
    if outcome.is_failure:
        conn.execute("update page set wanted = false where id = %s", (page.id,))
    return hosts


def _waiting(conn: Connection, page: PageTarget) -> list[dict[str, Any]]:
    return conn.execute(
        """
        select c.id, c.max_pages, c.since from crawl c
          join crawl_page cp on cp.crawl_id = c.id and cp.page_id = %s and cp.is_target and cp.outcome is null
         order by c.id for update of c""",
        (page.id,),
    ).fetchall()


def _expand(
    conn: Connection, crawl: dict[str, Any], page: PageTarget, listing: Listing, feeds: Sequence[str]
) -> set[str]:
    """Give a crawl the pages that a list among its targets names, and the lists that a home page or an index names."""
    lists = [url for url in (*feeds, *listing.children) if url != page.known_url][:MAX_LISTS]
    links = [link for link in listing.links if not _is_older(link, crawl["since"])]
    if crawl["max_pages"] is not None:
        count = "select count(*) as pages from crawl_page where crawl_id = %s and not is_target"
        row = db.one(conn.execute(count, (crawl["id"],)))
        links = links[: max(0, crawl["max_pages"] - row["pages"])]
    hosts = _add(conn, crawl["id"], [Link(url) for url in lists], is_target=True, source_id=page.source_id)
    return hosts | _add(conn, crawl["id"], links, is_target=False, source_id=page.source_id)


def _is_older(link: Link, since: datetime | None) -> bool:
    published = link.hint and (link.hint.published or link.hint.modified)
    return bool(since and published and published < since)


def _add(
    conn: Connection,
    crawl_id: int,
    links: Sequence[Link],
    *,
    is_target: bool,
    source_id: str | None,
) -> set[str]:
    """Add pages to a crawl: those never read, and all that were asked for by name, are due now, the others are known.

    Returns the hosts that have something due.
    """
    links = list({link.url: link for link in links}.values())
    rows = conn.execute(
        """
        with link as (
            select * from unnest(%(urls)s::text[], %(listed)s::text[], %(hosts)s::text[], %(hints)s::jsonb[],
                                 %(published)s::timestamptz[])
                       as l (url, listed, host, hint, published)),
        named as (insert into host (name) select distinct host from link order by 1 on conflict do nothing),
        wanted as (
            insert into page (url, listed_url, host, source_id, newest_at, wanted, due_at, hint)
            select url, listed, host, %(source)s, least(coalesce(published, now()), now()), true, now(), hint
              from link order by url
                on conflict (url) do update set
                   wanted = page.wanted or %(is_target)s or (page.fetched_at is null and page.redirected_to is null),
                   due_at = case when %(is_target)s or (page.fetched_at is null and page.redirected_to is null)
                                 then now() else page.due_at end,
                   failures = case when %(is_target)s then 0 else page.failures end
            returning id, host, article_id, wanted)
        insert into crawl_page (crawl_id, page_id, is_target, outcome, article_id, done_at)
        select %(crawl)s, id, %(is_target)s, case when not wanted then 'known' end, article_id,
               case when not wanted then now() end
          from wanted
            on conflict do nothing
        returning (select host from wanted where wanted.id = page_id and wanted.wanted) as host""",
        {
            "urls": [link.url for link in links],
            "listed": [link.listed for link in links],
            "hosts": [host_of(link.url) for link in links],
            "hints": [Jsonb(link.hint.as_dict()) if link.hint else None for link in links],
            "published": [link.hint.published if link.hint else None for link in links],
            "source": source_id,
            "crawl": crawl_id,
            "is_target": is_target,
        },
    ).fetchall()
    return {row["host"] for row in rows if row["host"]}


def give_up_host(conn: Connection, host: str, outcome: Outcome) -> None:
    """End the crawls' waiting for pages of a host that cannot be reached; the frontier goes on trying."""
    conn.execute(
        """
        with unread as (
            update page set wanted = false where host = %s and wanted returning id)
        update crawl_page set outcome = %s, detail = %s, done_at = now() from unread
         where page_id = unread.id and crawl_page.outcome is null""",
        (host, outcome.reason, outcome.detail),
    )


def finish(pool: Pool) -> None:
    """Close the crawls whose last page is settled; hosts that want to be left alone for long are not waited for."""
    with pool.connection() as conn:
        conn.execute(
            """
            with recursive asked as (  -- the hosts of wanted pages one after another: a crawl has many pages, few hosts
                select min(host) as host from page where wanted
                union all
                select (select min(host) from page where wanted and host > asked.host) from asked
                 where host is not null),
            resting as materialized (  -- before any page is looked at
                select name, trouble, cooldown_until from asked join host on name = asked.host
                 where cooldown_until > now() + %s),
            let_go as (
                update page set wanted = false from resting where host = name and wanted
                returning page.id, trouble, cooldown_until)
            update crawl_page set outcome = coalesce(trouble, 'resting'), done_at = now(),
                   detail = 'the host is left alone until ' || cooldown_until
              from let_go where page_id = let_go.id and outcome is null""",
            (LONGEST_REST,),
        )
        conn.execute(
            """
            update crawl set finished_at = now()
             where finished_at is null and opened_at is not null
               and not exists (select from crawl_page where crawl_id = crawl.id and outcome is null)"""
        )
