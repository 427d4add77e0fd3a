"""What must be true of the database is true after real visits, and every way to break it is noticed and named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.site.press import Press
from tests.worker.visiting import Visitor
from worker import invariants
from worker.db import Connection, Pool

GAZETTE, WIRE = "harbour-gazette.test", "wire.test"

BREAKS = [
    ("A host wakes no later", "update host set due_at = now() + interval '1 day'"),
    ("A host wakes no later", "update host set due_at = null"),
    ("A host is leased to somebody", "update host set leased_by = 'w1'"),
    ("A host is leased to somebody", "update host set leased_until = now() + interval '1 hour'"),
    ("A page that was found", "update page set due_at = null, outcome = null"),
    ("A page that failed", "update page set due_at = null, failures = 1, article_id = null"),
    ("A page is at the host", "update page set host = 'wire.test' where host <> 'wire.test'"),
    ("A feed that is followed", "update feed set due_at = null"),
    ("What came of a page last", "update page set outcome = 'gone'"),
    (
        "A page that a crawl waits for",
        """
        with crawl as (insert into crawl (requested_by, targets, finished_at) values ('sql', '{x}', now()) returning id)
        insert into crawl_page (crawl_id, page_id) select crawl.id, page.id from crawl, page""",
    ),
    ("The revisions of an article", "delete from revision"),
    ("The revisions of an article", "update revision set number = 7"),
    (
        "The original of a copy",
        """
        update article set copy_of = (select id from article where copy_of is not null), similarity = 1,
               method = 'exact' where id = (select copy_of from article where copy_of is not null)""",
    ),
    ("each article once that it was created", "delete from event where kind = 'created'"),
    (
        "each article once that it was created",
        "insert into event (kind, article_id, source_id, url, title)"
        " select kind, article_id, source_id, url, title from event where kind = 'created' limit 1",
    ),
    ("each revision once", "delete from event where kind = 'updated'"),
    ("which articles are copies", "update article set copy_of = null, similarity = null, method = null"),
    ("which articles are copies", "update article set gone_at = now()"),
    (
        "No two events have one number",
        "insert into event overriding system value"
        " select id, at + interval '1 s', kind, article_id, source_id, url, title, changed from event"
        " where kind = 'copied'",
    ),
    ("The bytes of a page", "update archive set body = null, store_id = gen_random_uuid(), location = 'x'"),
    ("Every index is complete", "update pg_index set indisvalid = false where indexrelid = 'article_text'::regclass"),
    ("Numbers that were given", "select setval('event_id_seq', 1)"),  # the last: it is not rolled back
]


@pytest.fixture
def press() -> Iterator[Press]:
    with Press() as press:
        yield press


@pytest.fixture
def archive(pool: Pool, press: Press, conn: Connection) -> Connection:
    """A database in which everything has happened: stories, a revision, a copy."""
    visitor = Visitor(pool, press)
    story, _ = press.gazette.publish(), press.gazette.publish()
    press.wire.syndicate(story)
    visitor.follow("gazette", press.gazette.url("/feed.xml"))
    visitor.follow("wire", press.wire.url("/feed.json"))
    visitor.visit(GAZETTE)
    visitor.visit(WIRE)
    press.gazette.edit(press.gazette.stories[0], title="Another headline, which nobody else has")
    visitor.make_due(pages=True)
    visitor.visit(GAZETTE)
    assert invariants.broken(conn) == []
    counts = "select kind, count(*) from event group by 1"
    assert {row["kind"] for row in conn.execute(counts)} == {"created", "copied", "updated"}
    return conn


def test_whatever_breaks_an_invariant_is_noticed_and_its_rows_are_named(archive: Connection) -> None:
    noticed = set()
    for says, statement in BREAKS:
        with archive.transaction(force_rollback=True):
            archive.execute(statement.encode())
            found = {broken.says: broken for broken in invariants.found(archive)}
            [named] = [broken for sentence, broken in found.items() if says in sentence] or [None]
            assert named is not None, (says, statement)
            assert named.count > 0
            assert all(named.rows)
            noticed.add(named.says)
    assert noticed == {invariant.says for invariant in invariants.INVARIANTS}


def test_no_more_rows_are_named_than_a_person_reads(archive: Connection) -> None:
    archive.execute(
        "insert into page (url, host) select 'http://wire.test/' || n, 'wire.test' from generate_series(1, 50) n"
    )
    [broken] = [one for one in invariants.broken(archive) if "never looked at" in one.says]

    assert broken.count == 50
    assert len(broken.rows) == invariants.SHOWN
