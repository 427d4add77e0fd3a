"""The texts that an article had: an earlier one is kept when another takes its place, and flips between two are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from worker import substance
from worker.db import Connection

FLIPS_WITHIN = timedelta(days=7)  # a text that was replaced longer ago and is back was put back by somebody
SETTLES_AFTER = timedelta(days=1)  # so long without another text in between, and the flip was a change after all
LOOK_AGAIN = timedelta(hours=25)  # while it flips: the next look then knows
MANY_FLIPS = 10  # after which an article that flips is no longer looked at for that reason
RECENT = 10  # earlier texts that are compared


def keep(conn: Connection, known: Mapping[str, Any], values: Mapping[str, Any], changed: Sequence[str]) -> None:
    """Copy the stored text to the revisions and count it; `values` and `changed` are what takes its place."""
    conn.execute(
        """
        insert into revision (article_id, number, seen_from, seen_until, last_seen, title, subtitle, authors, published,
               modified, kind, body, changed, share)
        select id, revision, revised_at, now(),
               greatest(revised_at, (select max(fetched_at) from page where article_id = a.id)),
               title, subtitle, authors, published, modified, kind, body, %s, %s
          from article a where id = %s""",
        (list(changed), substance.share_changed(known, values), known["id"]),
    )
    conn.execute("update article set revision = revision + 1, revised_at = now() where id = %s", (known["id"],))


def note_flip(conn: Connection, known: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether the text merely flips back to one that the article had a few days ago (a cache, a tested headline).

    The stored text then stays, and the earlier revision counts one flip more. Once nothing but the earlier text was
    seen for a day, it is no flip: somebody put it back.
    """
    number = _equal_revision(conn, known["id"], values)
    if number is None:
        return False
    if known["flipped_to"] == number:
        row = conn.execute("select now() - %s >= %s as is_settled", (known["flipped_at"], SETTLES_AFTER)).fetchone()
        return not (row and row["is_settled"])
    conn.execute(
        "update article set flipped_to = %s, flipped_at = now(), gone_at = null, missing_looks = 0 where id = %s",
        (number, known["id"]),
    )
    conn.execute("update revision set flips = flips + 1 where article_id = %s and number = %s", (known["id"], number))
    return True


def _equal_revision(conn: Connection, article_id: int, values: Mapping[str, Any]) -> int | None:
    rows = conn.execute(
        """
        select number, title, subtitle, authors, published, kind, body from revision
         where article_id = %s and seen_until > now() - %s order by number desc limit %s""",
        (article_id, FLIPS_WITHIN, RECENT),
    ).fetchall()
    return next((row["number"] for row in rows if not substance.changed(row, values)), None)


def look_again(conn: Connection, page_id: int, article_id: int) -> None:
    """While an article flips, let its page be read in full at the next look, which comes within a day or so."""
    conn.execute(
        """
        with flipped as (select coalesce(sum(flips), 0) as times from revision where article_id = %(article)s)
        update page set etag = null, last_modified = null, body_hash = null,
               due_at = case when times <= %(many)s then least(due_at, now() + %(wait)s) else due_at end
          from flipped where id = %(page)s""",
        {"page": page_id, "article": article_id, "many": MANY_FLIPS, "wait": LOOK_AGAIN},
    )
