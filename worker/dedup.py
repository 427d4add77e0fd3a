"""Deduplication by text: articles with the same words are one original and its copies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import blake2b

from scrapers.article import Article
from worker.db import Connection
from worker.events import Event

FEW_TOKENS = 20  # below it the headline counts too: a caption such as "Watch the video" is no story of its own
ALIKE = 0.5  # of the words of the shorter text
MIN_TOKENS = 5  # texts this short are never compared
INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")  # soft hyphen, zero-width characters
TOKEN = re.compile(r"\w+")


def tokens(text: str) -> list[str]:
    """The words and figures of a text, without what differs between two typesettings of it.

    Case, accents, ligatures, punctuation and invisible characters are dropped; figures stay, because daily reports
    differ by them alone.
    """
    plain = unicodedata.normalize("NFKD", INVISIBLE.sub("", text)).casefold()
    marks = {ord(char): None for char in set(plain) if unicodedata.combining(char)}
    return TOKEN.findall(plain.translate(marks) if marks else plain)


def alike(one: str, other: str) -> bool:
    """Whether two texts can be versions of one story: the shorter one shares half of its different words or more.

    Two stories of one language share a quarter to a third of their words. Meant to refuse what is plainly another
    story, not to find copies.
    """
    mine, others = set(tokens(one)), set(tokens(other))
    return len(mine & others) >= ALIKE * min(len(mine), len(others))


def text_hash(article: Article) -> int | None:
    """A signed 64-bit hash of the article's words, equal for equal texts; None for a text of almost no words."""
    words = tokens(article.body)
    if len(words) < FEW_TOKENS:
        words = [*tokens(article.title or ""), "|", *words] if words else []
    if len(words) < MIN_TOKENS:
        return None
    return int.from_bytes(blake2b(" ".join(words).encode(), digest_size=8).digest(), signed=True)


def lock(conn: Connection, hashes: Iterable[int | None]) -> None:
    """Make this transaction the only one that changes which articles of these texts are copies.

    Taken after the locks of identities and before any article row is changed: everybody takes them in this order.
    """
    keys = sorted({value for value in hashes if value is not None})
    conn.execute("select pg_advisory_xact_lock(key) from unnest(%s::bigint[]) as key", (keys,))


def regroup(conn: Connection, value: int | None) -> list[Event]:
    """Settle which article with this text is the original: the first published, then the first stored; see `lock`.

    Returns the events of the articles that became copies, or originals again.
    """
    if value is None:
        return []
    rows = conn.execute(
        """
        with same as (
            select id, first_value(id) over (order by published nulls last, id) as original
              from article where text_hash = %s)
        update article a set copy_of = nullif(original, a.id),
               similarity = case when original <> a.id then 1 end, method = case when original <> a.id then 'exact' end
          from same where a.id = same.id and a.copy_of is distinct from nullif(original, a.id)
        returning a.id, a.copy_of""",
        (value,),
    ).fetchall()
    rows.sort(key=lambda row: (row["copy_of"] is not None, row["id"]))  # an original must be one before it has copies
    return [Event("separated" if row["copy_of"] is None else "copied", row["id"]) for row in rows]
