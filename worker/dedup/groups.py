"""Groups of copies: which article is the original, whatever the order in which they came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import DictRow, class_row

from worker.db import Connection
from worker.dedup import candidates
from worker.dedup.sketch import WINDOW
from worker.dedup.text import Text
from worker.dedup.verdict import decide
from worker.events import Event

MOVED = "moved"  # the method of a row that is another row's article at an earlier address: no member of any group


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a group, as the choice of the original needs it, with what it is now."""

    id: int
    text_hash: int
    is_agency: bool  # the page is the agency's that the text is credited to
    since: datetime | None  # publication; a bare day counts as its end, for the exact time may be any of that day
    copy_of: int | None
    similarity: float | None
    method: str | None

    @property
    def rank(self) -> tuple[bool, bool, datetime | None, int]:
        """The lowest is the original: an agency's own page, then the first published, then the first stored."""
        return (not self.is_agency, self.since is None, self.since, self.id)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article belongs: its original, or nothing for an original."""

    copy_of: int | None = None
    similarity: float | None = None
    method: str | None = None


def lock(conn: Connection) -> None:
    """Make this transaction the only one that mends groups, until it ends; taken after the locks of hashes.

    Two writers may share no hash and yet both be like a third article. Whoever changes the text of a row takes it
    before that row, for the group of another writer may hold the row.
    """
    conn.execute("select pg_advisory_xact_lock(hashtextextended('dateline.groups', 0))")


def settle(conn: Connection, article_id: int, text: Text) -> list[Event]:
    """Compare a new article with its candidates and mend all groups that it touches.

    Its row and sketch must be written, and its hashes locked (`candidates.lock`). Returns the events of the articles
    that became copies, or originals again.
    """
    likes = _compare(conn, article_id, text)
    if not likes and not _has_twin(conn, article_id, text.hash):
        return []
    lock(conn)
    return _mend(conn, [article_id, *likes], None)


def resettle(
    conn: Connection, article_id: int, text: Text, before: int | None, also: Sequence[int] = ()
) -> list[Event]:
    """The same for an article whose text changed; `before` is the hash of the text it had, `also` what `leave` gave.

    The hashes of both texts must be locked, and the groups (`lock`).
    """
    touched = _forget(conn, [article_id])
    likes = _compare(conn, article_id, text)
    return _mend(conn, [article_id, *touched, *likes, *also], before)


def leave(conn: Connection, ids: Sequence[int]) -> list[int]:
    """Take articles that are no others after all out of their groups; returns those that were in these with them.

    Their rows must have lost their `text_hash`. The groups must be locked, and are to be mended.
    """
    candidates.drop(conn, ids)
    copies = conn.execute("select id from article where copy_of = any(%s) and method <> %s", (list(ids), MOVED))
    return [*_forget(conn, ids), *(row["id"] for row in copies)]


def _mend(conn: Connection, ids: Iterable[int], before: int | None) -> list[Event]:
    """Settle anew who is whose copy among these articles, those of the text before, and all that are connected."""
    members, likenesses = _group(conn, ids, before)
    return _write(conn, members, arrange(members, likenesses))


def compared(conn: Connection, article_id: int) -> list[int]:
    """The articles that an article would be compared with now, and those that it was found to be like."""
    row = conn.execute(
        """
        select coalesce(published, first_seen) as since, copy_of,
               array(select hash from sketch where article_id = id) as hashes,
               array(select one + other - id from likeness where id in (one, other)) as likes
          from article where id = %s""",
        (article_id,),
    ).fetchone()
    if row is None:
        return []
    found = candidates.find(conn, row["hashes"], row["since"], article_id) if row["hashes"] else []
    return list(dict.fromkeys([*filter(None, [row["copy_of"]]), *row["likes"], *found]))


def arrange(members: Sequence[Member], likenesses: Mapping[tuple[int, int], float]) -> dict[int, Place]:
    """Where each member belongs: with the first original, in the order of ranks, that it is like.

    Equal texts stay together. The same members and likenesses give the same places in whatever order they came, and
    a copy always points to an original. `likenesses`: similarity by pairs of ids, the smaller id first.
    """
    texts: dict[int, list[Member]] = defaultdict(list)
    for member in sorted(members, key=lambda member: member.rank):
        texts[member.text_hash].append(member)
    text_of = {member.id: member.text_hash for member in members}
    alike: dict[int, dict[int, float]] = defaultdict(dict)
    for (one, other), similarity in likenesses.items():
        for mine, theirs in ((text_of[one], text_of[other]), (text_of[other], text_of[one])):
            alike[mine][theirs] = max(similarity, alike[mine].get(theirs, 0.0))
    places: dict[int, Place] = {}
    leaders: dict[int, Member] = {}
    for value, equal in texts.items():  # by the rank of the first of each
        found = next((leader for leader in leaders if leader in alike[value]), None)
        if found is None:
            leaders[value] = equal[0]
            places[equal[0].id] = Place()
            places.update({member.id: Place(equal[0].id, 1.0, "exact") for member in equal[1:]})
        else:
            place = Place(leaders[found].id, alike[value][found], "near")
            places.update({member.id: place for member in equal})
    return places


def _forget(conn: Connection, ids: Sequence[int]) -> list[int]:
    """Drop what was known of the likeness of articles' earlier texts; returns the articles they were like."""
    rows = conn.execute(
        "delete from likeness where one = any(%(ids)s) or other = any(%(ids)s) returning one, other",
        {"ids": list(ids)},
    ).fetchall()
    return sorted({row[side] for row in rows for side in ("one", "other")} - set(ids))


def _compare(conn: Connection, article_id: int, text: Text) -> dict[int, float]:
    """The articles that it is like, with how much: of its candidates, their originals, and the copies of these."""
    if not text.sketch or text.since is None:
        return {}
    found = candidates.find(conn, text.sketch, text.since, article_id)
    verdicts: dict[int, float | None] = {}  # by hash of the text: equal texts are read once
    likes: dict[int, float] = {}
    seen: set[int] = {article_id}
    while new := [number for number in found if number not in seen]:
        seen.update(new)
        for row in _texts(conn, new):
            if row["text_hash"] == text.hash:
                continue  # equal texts are one group as they are
            if row["text_hash"] not in verdicts:
                verdict = decide(text, Text(row["title"], row["body"], row["since"]))
                verdicts[row["text_hash"]] = verdict.similarity if verdict.is_copy else None
            if (similarity := verdicts[row["text_hash"]]) is not None:
                likes[row["id"]] = similarity
        found = _fellows(conn, list(likes), text.since)
    _keep(conn, article_id, likes)
    return likes


def _keep(conn: Connection, article_id: int, likes: Mapping[int, float]) -> None:
    """Remember the articles that an article is like, and how much."""
    if not likes:
        return
    conn.execute(
        """
        insert into likeness (one, other, similarity)
        select least(%(id)s, l.id), greatest(%(id)s, l.id), l.similarity
          from unnest(%(ids)s::bigint[], %(similar)s::real[]) as l (id, similarity)
            on conflict (one, other) do update set similarity = excluded.similarity""",
        {"id": article_id, "ids": list(likes), "similar": list(likes.values())},
    )


def _texts(conn: Connection, ids: Sequence[int]) -> list[DictRow]:
    return conn.execute(
        """
        select id, title, body, text_hash, coalesce(published, first_seen) as since from article
         where id = any(%s) and text_hash is not null order by id""",
        (list(ids),),
    ).fetchall()


def _fellows(conn: Connection, ids: Sequence[int], since: datetime) -> list[int]:
    """The originals and copies of the groups that these articles are in, as far as they may be compared."""
    if not ids:
        return []
    rows = conn.execute(
        """
        with originals as materialized (
            select array_agg(coalesce(copy_of, id)) as ids from article where id = any(%(ids)s))
        select a.id from article a
         where (a.id = any((select ids from originals)::bigint[])
                or a.copy_of = any((select ids from originals)::bigint[]))
           and coalesce(a.published, a.first_seen) between %(since)s - %(window)s and %(since)s + %(window)s
         order by a.copy_of nulls first, a.id limit 500""",
        {"ids": list(ids), "since": since, "window": WINDOW},
    ).fetchall()
    return [row["id"] for row in rows]


def _has_twin(conn: Connection, article_id: int, value: int | None) -> bool:
    """Whether another article has the same text."""
    row = conn.execute("select 1 from article where text_hash = %s and id <> %s limit 1", (value, article_id))
    return row.fetchone() is not None


def _group(
    conn: Connection, ids: Iterable[int], before: int | None
) -> tuple[list[Member], dict[tuple[int, int], float]]:
    """All articles that are connected with these by likeness or by equal texts, and all their likenesses."""
    with conn.cursor(row_factory=class_row(Member)) as cursor:
        members = cursor.execute(
            """
            with found as (select a.*, s.name, s.site from article a join source s on s.id = a.source_id
                            where a.id = any(%(ids)s) and a.method is distinct from %(moved)s),
            credited as (select lower(agency) as agency from found where agency is not null)
            select id, coalesce(text_hash, -id) as text_hash, copy_of, similarity, method,
                   exists (select from credited c where c.agency in (lower(name), source_id, split_part(site, '.', 1)))
                       as is_agency,
                   published + case published_precision when 'day' then interval '1 day' else interval '0' end as since
              from found""",
            {"ids": _connected(conn, ids, before), "moved": MOVED},
        ).fetchall()
    rows = conn.execute(
        "select one, other, similarity from likeness where one = any(%(ids)s) and other = any(%(ids)s)",
        {"ids": [member.id for member in members]},
    ).fetchall()
    return members, {(row["one"], row["other"]): row["similarity"] for row in rows}


def _connected(conn: Connection, ids: Iterable[int], before: int | None) -> list[int]:
    """The articles that one gets to from these by likeness, equal texts and copies, step by step.

    Not one recursive statement: its plan reads the whole table as soon as that is large.
    """
    reached: set[int] = set()
    new = set(ids)
    if before is not None:
        new.update(row["id"] for row in conn.execute("select id from article where text_hash = %s", (before,)))
    while new := new - reached:
        reached |= new
        rows = conn.execute(
            """
            select other as id from likeness where one = any(%(ids)s)
            union select one from likeness where other = any(%(ids)s)
            union select id from article where copy_of = any(%(ids)s) and method <> %(moved)s
            union select copy_of from article where id = any(%(ids)s) and copy_of is not null
            union select id from article where text_hash = any(array(
                select text_hash from article where id = any(%(ids)s) and text_hash is not null))""",
            {"ids": list(new), "moved": MOVED},
        )
        new = {row["id"] for row in rows}
    return sorted(reached)


def _write(conn: Connection, members: Sequence[Member], places: Mapping[int, Place]) -> list[Event]:
    """Move the articles whose place is another than it was; originals first: they are, before others copy."""
    moved = [m for m in members if Place(m.copy_of, m.similarity, m.method) != places[m.id]]
    moved.sort(key=lambda member: (places[member.id].copy_of is not None, member.id))
    now = [places[member.id] for member in moved]
    conn.execute(
        """
        update article a set copy_of = p.copy_of, similarity = p.similarity, method = p.method
          from unnest(%s::bigint[], %s::bigint[], %s::real[], %s::text[]) as p (id, copy_of, similarity, method)
         where a.id = p.id""",
        ([m.id for m in moved], [p.copy_of for p in now], [p.similarity for p in now], [p.method for p in now]),
    )
    return [
        Event("separated" if place.copy_of is None else "copied", member.id)
        for member, place in zip(moved, now, strict=True)
        if member.copy_of != place.copy_of
    ]
