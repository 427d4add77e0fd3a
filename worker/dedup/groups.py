"""Groups of copies: which article is the original, whatever the order in which they came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from psycopg.rows import DictRow

from worker.db import Connection, bigints
from worker.dedup import candidates
from worker.dedup.sketch import WINDOW
from worker.dedup.text import Text
from worker.dedup.verdict import Verdict, near
from worker.events import Event

RECENT = 100  # stored texts a process keeps ready for the next comparison; up to some 150 kB each
LONG = 8_000  # characters; longer texts are read anew
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


def settle(conn: Connection, article_id: int, text: Text, since: datetime) -> list[Event]:
    """Compare a new article, out since then, with its candidates and mend all groups that it touches.

    Its row and sketch must be written, and its hashes locked (`candidates.lock`). Returns the events of the articles
    that became copies, or originals again.
    """
    if text.hash is None:
        return []
    found = candidates.find(conn, text.sketch, since, article_id, text.hash)
    likes = _compare(conn, found, text, since, article_id)
    if not likes and all(row["text_hash"] != text.hash for row in found):
        return []
    lock(conn)
    return _mend(conn, [article_id], article_id, likes)


def resettle(
    conn: Connection, article_id: int, text: Text, since: datetime, before: int | None, also: Sequence[int] = ()
) -> list[Event]:
    """The same for an article whose text changed; `before` is the hash of the text it had, `also` what `leave` gave.

    The hashes of both texts must be locked, and the groups (`lock`).
    """
    touched = {article_id, *_forget(conn, [article_id]), *also}
    touched.update(row["id"] for row in conn.execute("select id from article where text_hash = %s", (before,)))
    found = candidates.find(conn, text.sketch, since, article_id) if text.sketch else []
    return _mend(conn, touched, article_id, _compare(conn, found, text, since, article_id))


def leave(conn: Connection, ids: Sequence[int]) -> list[int]:
    """Take articles that are no others after all out of their groups; returns those that were in these with them.

    Their rows must have lost their `text_hash`. The groups must be locked, and are to be mended.
    """
    candidates.drop(conn, ids)
    copies = conn.execute("select id from article where copy_of = any(%s) and method <> %s", (list(ids), MOVED))
    return [*_forget(conn, ids), *(row["id"] for row in copies)]


def _mend(conn: Connection, ids: Iterable[int], article_id: int, likes: Mapping[int, float]) -> list[Event]:
    """Settle anew who is whose copy among these articles, those that one of them is like, and all connected ones."""
    new = {_pair(article_id, number): similarity for number, similarity in likes.items()}
    members, likenesses = _group(conn, {*ids, *likes})
    return _write(conn, members, arrange(members, {**likenesses, **new}), new)


def _pair(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)


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
    return list(dict.fromkeys([*filter(None, [row["copy_of"]]), *row["likes"], *(other["id"] for other in found)]))


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


def _compare(
    conn: Connection, found: Sequence[DictRow], text: Text, since: datetime, article_id: int
) -> dict[int, float]:
    """The articles that it is like, with how much: of these candidates, their originals, and the copies of these."""
    verdicts: dict[int, Verdict | None] = {text.hash or 0: None}  # by text: equal ones are a group as they are
    likes: dict[int, float] = {}
    seen = {article_id}
    originals: set[int] = set()
    while found:
        for row in found:
            if row["text_hash"] not in verdicts:
                read = _recent if len(row["body"]) <= LONG else Text
                verdicts[row["text_hash"]] = near(text, read(row["title"], row["body"]))
            verdict = verdicts[row["text_hash"]]
            if verdict and verdict.is_copy:
                likes[row["id"]] = verdict.similarity
        seen.update(row["id"] for row in found)
        new = {row["original"] for row in found if row["id"] in likes and row["original"]} - originals
        originals |= new
        found = _fellows(conn, new, seen, since) if new else []
    return likes


@lru_cache(maxsize=RECENT)
def _recent(title: str, body: str) -> Text:
    """A stored text with the forms that its earlier comparisons made: the story of an agency is met again and again."""
    return Text(title, body)


def _fellows(conn: Connection, originals: Iterable[int], seen: Iterable[int], since: datetime) -> list[DictRow]:
    """The articles of the groups of these originals, as far as they may be compared."""
    return conn.execute(
        """
        select id, title, body, text_hash, coalesce(copy_of, id) as original
          from article
         where (id = any(%(originals)s) or copy_of = any(%(originals)s))
           and id <> all(%(seen)s) and text_hash is not null
           and coalesce(published, first_seen) between %(since)s - %(window)s and %(since)s + %(window)s
         order by copy_of nulls first, id limit 500""",
        {"originals": list(originals), "seen": list(seen), "since": since, "window": WINDOW},
    ).fetchall()


def _group(conn: Connection, ids: Iterable[int]) -> tuple[list[Member], dict[tuple[int, int], float]]:
    """All articles that one gets to from these by likeness, equal texts and copies, and all their likenesses.

    Step by step, not by one recursive statement: its plan reads the whole table as soon as that is large.
    """
    rows: dict[int, DictRow] = {}
    new = set(ids)
    while new:
        found = _reached(conn, new)
        rows.update((row["id"], row) for row in found)
        near = {int(number) for row in found for number in (*row["likes"], *row["others"])}
        new = near - rows.keys()
    rows = {number: row for number, row in rows.items() if row["method"] != MOVED}
    credited = {row["agency"] for row in rows.values()}
    members = [
        Member(
            *(number, row["text_hash"], not credited.isdisjoint(row["names"]), row["since"]),
            *(row["copy_of"], row["similarity"], row["method"]),
        )
        for number, row in sorted(rows.items())
    ]
    likenesses = {
        _pair(number, int(other)): similarity
        for number, row in rows.items()
        for other, similarity in row["likes"].items()
        if int(other) in rows
    }
    return members, likenesses


def _reached(conn: Connection, ids: Iterable[int]) -> list[DictRow]:
    """These articles, with what makes one the original and all that are connected with each."""
    return conn.execute(
        """
        select a.id, coalesce(a.text_hash, -a.id) as text_hash, a.copy_of, a.similarity, a.method,
               lower(a.agency) as agency, array[lower(s.name), s.id, split_part(s.site, '.', 1)] as names,
               a.published + case a.published_precision when 'day' then interval '1 day' else interval '0' end as since,
               (select coalesce(jsonb_object_agg(id, similarity), '{}') from (
                    select other as id, similarity from likeness where one = a.id
                    union all select one, similarity from likeness where other = a.id) as l) as likes,
               array(select c.id from article c where c.copy_of = a.id and c.method <> %(moved)s
                     union select t.id from article t where t.text_hash = a.text_hash
                     union select a.copy_of where a.copy_of is not null) as others
          from unnest(%(ids)s::bigint[]) with ordinality as n (id, rank)
          join article a on a.id = n.id join source s on s.id = a.source_id
         where rank > 0  -- as all are; but Postgres reckons with few, and plans once, not each time""",
        {"ids": bigints(ids), "moved": MOVED},
    ).fetchall()


def _write(
    conn: Connection,
    members: Sequence[Member],
    places: Mapping[int, Place],
    likenesses: Mapping[tuple[int, int], float],
) -> list[Event]:
    """Remember new likenesses, and move the articles whose place is another than it was.

    Originals come first in what is told: they are, before others copy.
    """
    moved = [m for m in members if Place(m.copy_of, m.similarity, m.method) != places[m.id]]
    moved.sort(key=lambda member: (places[member.id].copy_of is not None, member.id))
    now = [places[member.id] for member in moved]
    conn.execute(
        """
        with alike as (
            insert into likeness (one, other, similarity)
            select * from unnest(%s::bigint[], %s::bigint[], %s::real[])
                on conflict (one, other) do update set similarity = excluded.similarity)
        update article a set copy_of = p.copy_of, similarity = p.similarity, method = p.method
          from unnest(%s::bigint[], %s::bigint[], %s::real[], %s::text[]) with ordinality
               as p (id, copy_of, similarity, method, rank)
         where a.id = p.id and rank > 0  -- as in _reached""",
        (
            *([one for one, _ in likenesses], [other for _, other in likenesses], list(likenesses.values())),
            *([m.id for m in moved], [p.copy_of for p in now], [p.similarity for p in now], [p.method for p in now]),
        ),
    )
    return [
        Event("separated" if place.copy_of is None else "copied", member.id)
        for member, place in zip(moved, now, strict=True)
        if member.copy_of != place.copy_of
    ]
