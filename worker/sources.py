"""Sources: the publishers whose feeds are polled, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from psycopg.types.json import Jsonb

from scrapers.selectors import Selectors
from worker import feeds, frontier
from worker.db import Connection
from worker.sourcefile import FeedSpec, SourceSpec

Origin = Literal["file", "catalogue", "added"]


@dataclass(frozen=True, slots=True)
class Added:
    """What adding a source changed: the feeds that are new, and those that another source has already."""

    source_id: str
    new: tuple[str, ...]
    elsewhere: tuple[str, ...]


def sync(conn: Connection, specs: Sequence[SourceSpec]) -> None:
    """Bring what the sources file says into the database.

    A source that was paused or removed by command stays so; one that left the file stays until it is removed.
    """
    for spec in specs:
        add(conn, spec, "file")


def add(conn: Connection, spec: SourceSpec, origin: Origin) -> Added:
    """Add a source with its feeds, or bring a known one up to date. The file does not undo what a command did.

    Of a source without feeds the home page is polled, as a section; the feeds that it names join it at the first poll.
    """
    with conn.transaction():
        row = conn.execute(
            """
            insert into source (id, name, homepage, site, country, language, timezone, selectors, origin, enabled)
            values (%(id)s, %(name)s, %(homepage)s, %(site)s, %(country)s, %(language)s, %(timezone)s, %(selectors)s,
                    %(origin)s, %(enabled)s)
                on conflict (id) do update
               set name = excluded.name, homepage = coalesce(excluded.homepage, source.homepage), site = excluded.site,
                   country = coalesce(excluded.country, source.country),
                   language = coalesce(excluded.language, source.language),
                   timezone = coalesce(excluded.timezone, source.timezone),
                   selectors = coalesce(excluded.selectors, source.selectors),
                   origin = case when source.origin = 'crawl' then excluded.origin else source.origin end,
                   enabled = excluded.enabled
                             and (source.enabled or excluded.origin <> 'file' or source.origin = 'crawl'),
                   removed_at = case when excluded.origin = 'file' then source.removed_at end
            returning enabled and removed_at is null as is_active""",
            {
                **{
                    name: getattr(spec, name)
                    for name in ("id", "name", "homepage", "site", "country", "language", "timezone", "enabled")
                },
                "selectors": None if spec.selectors is None else Jsonb(spec.selectors.as_dict()),
                "origin": origin,
            },
        ).fetchone()
        listed = spec.feeds or [FeedSpec(url, "section") for url in [spec.homepage] if url]
        new = feeds.add(conn, spec.id, listed)
        switch(conn, spec.id, is_on=bool(row and row["is_active"]))
        elsewhere = conn.execute(
            "select url, source_id from feed where url = any(%s) and source_id <> %s",
            ([feed.url for feed in spec.feeds], spec.id),
        ).fetchall()
    return Added(spec.id, tuple(new), tuple(f"{row['url']} ({row['source_id']})" for row in elsewhere))


def switch(conn: Connection, source_id: str, *, is_on: bool) -> None:
    """Start or stop polling a source's feeds."""
    rows = conn.execute(
        """
        update feed set enabled = %(on)s, due_at = case when %(on)s then coalesce(due_at, now()) end
         where source_id = %(id)s and (enabled <> %(on)s or due_at is null or due_at <= now())
        returning host""",
        {"on": is_on, "id": source_id},
    ).fetchall()
    frontier.wake(conn, {row["host"] for row in rows})


def set_enabled(conn: Connection, source_id: str, *, is_on: bool) -> bool:
    """Pause or resume a source; False if there is none of that id."""
    with conn.transaction():
        row = conn.execute(
            "update source set enabled = %s where id = %s and removed_at is null returning id", (is_on, source_id)
        ).fetchone()
        if row:
            switch(conn, source_id, is_on=is_on)
    return row is not None


def remove(conn: Connection, source_id: str) -> bool:
    """Stop following a source and forget its feeds; its articles stay. False if there is none of that id."""
    with conn.transaction():
        row = conn.execute(
            "update source set removed_at = now() where id = %s and removed_at is null returning id", (source_id,)
        ).fetchone()
        if row:
            conn.execute("delete from feed where source_id = %s", (source_id,))
    return row is not None


def specs(conn: Connection) -> list[SourceSpec]:
    """The sources that are followed, as the sources file would name them."""
    rows = conn.execute(
        """
        select s.id, name, homepage, language, country, timezone, selectors, s.enabled,
               (select coalesce(jsonb_agg(jsonb_build_object('url', f.url, 'kind', f.kind,
                                                             'link_pattern', f.link_pattern) order by f.id), '[]')
                  from feed f where f.source_id = s.id and f.parent_id is null
                                and f.url is distinct from s.homepage) as feeds
          from source s where removed_at is null and origin <> 'crawl' order by s.id"""
    ).fetchall()
    return [_spec(**row) for row in rows]


def _spec(feeds: list[dict[str, Any]], selectors: dict[str, str] | None, **values: Any) -> SourceSpec:
    rules = None if selectors is None else Selectors(**selectors)
    return SourceSpec(**values, feeds=tuple(FeedSpec(**feed) for feed in feeds), selectors=rules)


def overview(conn: Connection) -> list[dict[str, Any]]:
    """One line per source that is followed: its feeds, its articles, and when it last answered and brought news."""
    return conn.execute(
        """
        select v.id, v.name, v.homepage, v.country, v.language, v.origin, v.enabled, v.feeds, v.last_answer, v.last_new,
               (select count(*) from article a where a.source_id = v.id) as articles
          from dateline.sources v join source s on s.id = v.id
         where s.removed_at is null and v.origin <> 'crawl' order by v.id"""
    ).fetchall()


def details(conn: Connection, source_id: str) -> dict[str, Any] | None:
    """A source with its feeds, as `sources show` prints it; None if there is none of that id."""
    source = conn.execute("select * from source where id = %s", (source_id,)).fetchone()
    if source is None:
        return None
    listed = conn.execute(
        """
        select url, location, kind, title, link_pattern, outcome, failures, polled_at, answered_at, new_at, due_at,
               interval_s, trusted
          from feed where source_id = %s order by id""",
        (source_id,),
    ).fetchall()
    return {**source, "feeds": listed}
