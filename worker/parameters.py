"""What a host's parameters are worth: one that never changes the text stops counting, until it does so once."""

from __future__ import annotations

from typing import Any

from scrapers.canonical import STORY_PARAMETERS, canonical
from scrapers.urls import bare_host, host_of
from worker.db import Connection

ENOUGH = 5  # stories that were met with and without a parameter, or with two of its values, in the same words
LOOKED_AT = 50  # addresses that differ by their parameters alone: more are a site that names its stories by them


def observe(conn: Connection, url: str, value: int | None) -> set[str]:
    """Keep the evidence of an address that is read for the first time; `value` is the hash of the text found there.

    A parameter in which alone it differs from one that was read before made no difference, or did. A story counts once
    for it however many values are met. A text that was updated in between counts as another: rather too careful.
    Returns the parameters of this host that had stopped counting before.
    """
    if value is None:
        return set()
    base, _, query = (canonical(url) or url).partition("?")
    host = bare_host(host_of(url))
    rows = conn.execute(
        """
        select i.names, near.key, near.is_equal
          from (select array(select name from url_parameter where host = %(host)s and equal >= %(enough)s
                                and different = 0) as names) i
          left join (select u.key, a.text_hash = %(value)s as is_equal
                       from article_url u join article a on a.id = u.article_id
                      where (u.key = %(base)s or (u.key >= %(base)s || '?' and u.key < %(base)s || '@'))  -- @ follows ?
                        and u.was_read and a.text_hash is not null
                        and not exists (select from article_url where url = %(url)s and was_read)
                      limit %(limit)s) near on true""",
        {"host": host, "enough": ENOUGH, "base": base, "url": url, "value": value, "limit": LOOKED_AT},
    ).fetchall()
    pairs: dict[str, list[bool]] = {}
    for row in rows:
        names = _names_between(query, row["key"].partition("?")[2]) if row["key"] else ()
        if len(names) == 1:
            pairs.setdefault(names.pop(), []).append(row["is_equal"])
    for name, equal in sorted(pairs.items()):  # in one order, or two writers could wait for each other
        if name not in STORY_PARAMETERS and (not all(equal) or len(equal) == 1):
            _count(conn, host, name, is_equal=all(equal))
    return set(rows[0]["names"])


def equal_but_for(conn: Connection, url: str, ignored: set[str], value: int | None) -> list[dict[str, Any]]:
    """The articles with this very text at addresses that differ from `url` in nothing but the ignored parameters."""
    if value is None or not ignored:
        return []
    key = canonical(url) or url
    rows = conn.execute(
        """
        select a.*, u.url as met_at, u.key, true as is_keyed, u.was_read
          from article_url u join article a on a.id = u.article_id
         where (u.key = %(base)s or (u.key >= %(base)s || '?' and u.key < %(base)s || '@')) and a.text_hash = %(value)s
         order by a.id limit %(limit)s""",
        {"base": key.partition("?")[0], "value": value, "limit": LOOKED_AT},
    ).fetchall()
    reduced = canonical(url, ignored)
    return [row for row in rows if row["key"] != key and canonical(row["met_at"], ignored) == reduced]


def _names_between(one: str, other: str) -> set[str]:
    """The names of the parameters that only one of two queries has, or has with another value."""
    parts = set(one.split("&")) ^ set(other.split("&"))
    return {part.partition("=")[0].lower() for part in parts if part}


def _count(conn: Connection, host: str, name: str, *, is_equal: bool) -> None:
    conn.execute(
        """
        insert into url_parameter as known (host, name, equal, different) values (%s, %s, %s, %s)
            on conflict (host, name) do update
           set equal = known.equal + excluded.equal, different = known.different + excluded.different,
               changed_at = now()""",
        (host, name, int(is_equal), int(not is_equal)),
    )
