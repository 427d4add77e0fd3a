"""What must be true of the database at every moment, in SQL; `dateline db check` says which rows break it."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import IsolationLevel

from worker.db import Connection

SHOWN = 10  # rows of a broken invariant that are named


@dataclass(frozen=True, slots=True)
class Invariant:
    """A sentence that must be true, and a query for the rows that make it false: one text column, `row`."""

    says: str
    query: str


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold: how many rows break it, and the first of them."""

    says: str
    count: int
    rows: tuple[str, ...]


FRONTIER = (
    Invariant(
        "A host wakes no later than something is due there, unless it is left alone for longer.",
        """
        select format('host %s sleeps until %s, but something is due at %s', h.name, coalesce(h.due_at::text, 'ever'),
                      next.due_at) as row
          from host h join (select host, min(due_at) as due_at
                              from (select host, due_at from page where due_at is not null
                                    union all select host, due_at from feed where due_at is not null) as due
                             group by host) as next on next.host = h.name
         where h.due_at is null
            or h.due_at > now() and h.due_at > greatest(next.due_at, h.cooldown_until)""",
    ),
    Invariant(
        "A host is leased to somebody with a token, or to nobody without one.",
        """
        select format('host %s: token %s, leased by %s until %s', name, token, leased_by, leased_until) as row from host
         where (token is null) <> (leased_by is null) or (token is null and leased_until > now())""",
    ),
    Invariant(
        "A page that was found and never looked at is due.",
        "select format('page %s %s', id, url) as row from page where outcome is null and due_at is null",
    ),
    Invariant(
        "A page that failed and led to no article is tried again, or is a dead letter.",
        """
        select format('page %s %s: %s', p.id, p.url, p.outcome) as row from page p
         where p.due_at is null and p.failures > 0 and p.article_id is null
           and not exists (select from dead_letter d where d.page_id = p.id)""",
    ),
    Invariant(
        "A page is at the host of its address.",
        """
        select format('page %s %s at %s', id, url, host) as row from page
         where host <> substring(url from '^https?://(?:[^/?#@]*@)?([^/?#]+)')""",
    ),
    Invariant(
        "A feed that is followed is due at some time.",
        """
        select format('feed %s %s', f.id, f.url) as row from feed f join source s on s.id = f.source_id
         where f.enabled and f.due_at is null and s.enabled and s.removed_at is null""",
    ),
    Invariant(
        "What came of a page last is what the log of fetches says.",
        """
        select format('page %s %s: %s, in the log %s', p.id, p.url, p.outcome, l.reason) as row
          from page p cross join lateral (
               select reason, at from fetch_log where page_id = p.id order by id desc limit 1) as l
         where p.outcome is distinct from l.reason and p.outcome is distinct from 'crashed'""",
    ),
    Invariant(
        "A page that a crawl waits for is due, and a crawl that has ended waits for none.",
        """
        select format('crawl %s, page %s %s', c.crawl_id, p.id, p.url) as row
          from crawl_page c join page p on p.id = c.page_id join crawl on crawl.id = c.crawl_id
         where c.outcome is null and (p.due_at is null or crawl.finished_at is not null)""",
    ),
)

ARTICLES = (
    Invariant(
        "The revisions of an article are numbered from 1 to the one before the current.",
        """
        select format('article %s has revision %s and %s earlier ones, the last %s', a.id, a.revision,
                      coalesce(r.number, 0), r.last) as row
          from article a left join (select article_id, count(*) as number, max(number) as last
                                      from revision group by article_id) as r on r.article_id = a.id
         where coalesce(r.number, 0) <> a.revision - 1 or coalesce(r.last, 0) <> a.revision - 1""",
    ),
    Invariant(
        "The original of a copy is no copy itself.",
        """
        select format('article %s is a copy of %s, which is a copy of %s', c.id, o.id, o.copy_of) as row
          from article c join article o on o.id = c.copy_of where o.copy_of is not null and c.method <> 'moved'""",
    ),
)

# Of an article that is older than the oldest event kept (event_floor) the events may have been dropped.
EVENTS = (
    Invariant(
        "The change feed tells of each article once that it was created.",
        """
        select format('article %s was created %s times', k.id, count(e.id)) as row
          from article k left join event e on e.article_id = k.id and e.kind = 'created'
         where k.first_seen > coalesce((select at from event_floor), '-infinity')
         group by k.id having count(e.id) <> 1""",
    ),
    Invariant(
        "The change feed tells of each revision once.",
        """
        select format('article %s has revision %s and was updated %s times', k.id, k.revision, count(e.id)) as row
          from article k left join event e on e.article_id = k.id and e.kind = 'updated'
         where k.first_seen > coalesce((select at from event_floor), '-infinity')
         group by k.id, k.revision having count(e.id) <> k.revision - 1""",
    ),
    Invariant(
        "The change feed knows which articles are copies, and which are gone.",
        """
        select format('article %s: copy of %s, gone at %s; the feed says %s and %s', k.id, k.copy_of, k.gone_at,
                      joined.kind, left_.kind) as row
          from article k
          left join lateral (select kind from event where article_id = k.id and kind in ('copied', 'separated')
                              order by id desc limit 1) as joined on true
          left join lateral (select kind from event where article_id = k.id and kind in ('gone', 'restored')
                              order by id desc limit 1) as left_ on true
         where k.first_seen > coalesce((select at from event_floor), '-infinity')
           and ((k.copy_of is not null) <> (joined.kind is not distinct from 'copied')
                or (k.gone_at is not null) <> (left_.kind is not distinct from 'gone'))""",
    ),
    Invariant(
        "No two events have one number, and every event that was committed has one.",
        """
        select format('event %s, %s times', id, count(*)) as row from event group by id having count(*) > 1
        union all
        select format('event of article %s (%s), never numbered', article_id, kind) from event_pending""",
    ),
    Invariant(
        "Numbers that were given are not given again.",
        """
        select format('%s has number %s, the last one given is %s', name, newest, given) as row
          from (select name, newest, pg_sequence_last_value(pg_get_serial_sequence('public.' || name, 'id')) as given
                  from (values ('event', (select max(id) from event)), ('article', (select max(id) from article)),
                               ('page', (select max(id) from page))) as numbered (name, newest)) as counted
         where newest > coalesce(given, 0)""",
    ),
)

SCHEMA = (
    Invariant(
        "The bytes of a page are here, or in a store that is known.",
        """
        select format('archived answer %s of %s: in store %s', id, url, store_id) as row from archive
         where store_id is not null and store_id not in (select id from archive_store)""",
    ),
    Invariant(
        "Every index is complete, and every constraint is checked.",
        """
        select format('index %s', indexrelid::regclass) as row from pg_index i join pg_class c on c.oid = i.indrelid
         where not i.indisvalid and c.relnamespace = 'public'::regnamespace
        union all
        select format('constraint %s of %s', conname, conrelid::regclass) from pg_constraint
         where not convalidated and connamespace = 'public'::regnamespace""",
    ),
)

INVARIANTS = (*FRONTIER, *ARTICLES, *EVENTS, *SCHEMA)


def broken(conn: Connection) -> list[Broken]:
    """The invariants that do not hold, all as of one moment: the service may be running. `conn` in autocommit mode."""
    conn.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with conn.transaction():
            return found(conn)
    finally:
        conn.isolation_level = None


def found(conn: Connection) -> list[Broken]:
    """The same as the transaction of the caller sees it."""
    every = []
    for invariant in INVARIANTS:
        rows = conn.execute(invariant.query.encode()).fetchall()
        if rows:
            every.append(Broken(invariant.says, len(rows), tuple(row["row"] for row in rows[:SHOWN])))
    return every
