"""dateline explain: everything that ever happened to an address."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from scrapers.urls import normalise
from worker.cli import articles, output, session
from worker.cli.compare import as_dict
from worker.db import Connection
from worker.dedup import groups
from worker.dedup.compare import Side, compare

FETCHES = 20  # the newest are shown

PAGE = """
    select p.*, f.url as feed, r.url as redirected_to_url from page p left join feed f on f.id = p.feed_id
      left join page r on r.id = p.redirected_to where p.url = %s or p.article_id = %s order by p.url = %s desc, p.id"""
FETCHED = """
    select at, url, status, reason, detail, elapsed_ms, worker from fetch_log
     where page_id = any(%s) order by id desc limit %s"""
REVISIONS = """
    select revision, seen_from, seen_until, title, changed_next from dateline.article_revisions
     where article_id = %s order by revision"""
EVENTS = "select id, at, kind, url, title, changed from dateline.events where article_id = %s order by id"
ADDRESSES = "select url, was_read, seen_at from article_url where article_id = %s order by seen_at, url"
COPIES = "select id, url, original_url, similarity, method from dateline.copies where %s in (id, copy_of) order by id"


def explain_command(
    url: Annotated[str, typer.Argument(help="An address, or the number of an article.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell everything that ever happened to an address: page, fetches, article, addresses, revisions, events, copies.

    The comparison with other articles is made anew, of their texts as they are now, by the code that the store uses.
    """
    with session.database() as pool, pool.connection() as conn:
        found = gather(conn, url, articles.find(pool, url))
    if not found["pages"] and found["article"] is None:
        output.fail(f"Nothing is known of {url}. To fetch it: dateline crawl ADDRESS")
    if as_json:
        output.print_json(found)
    else:
        _show(found)


def gather(conn: Connection, url: str, article: dict[str, Any] | None) -> dict[str, Any]:
    """All that is known of an address, by topic; `comparisons` has each candidate with measures and verdict."""
    address, number = normalise(url) or url, article["id"] if article else None
    pages = conn.execute(PAGE, (address, number, address)).fetchall()
    return {
        "url": url,
        "pages": pages,
        "fetches": conn.execute(FETCHED, ([page["id"] for page in pages], FETCHES)).fetchall(),
        "article": article,
        "addresses": conn.execute(ADDRESSES, (number,)).fetchall(),
        "revisions": conn.execute(REVISIONS, (number,)).fetchall(),
        "events": conn.execute(EVENTS, (number,)).fetchall(),
        "copies": conn.execute(COPIES, (number,)).fetchall(),
        "comparisons": _comparisons(conn, article) if article else [],
    }


def _comparisons(conn: Connection, article: dict[str, Any]) -> list[dict[str, Any]]:
    rows = conn.execute(
        """
        select id, url, title, body, source_id, coalesce(published, first_seen) as since from article
         where id = any(%(ids)s) order by array_position(%(ids)s::bigint[], id)""",
        {"ids": groups.compared(conn, article["id"])},
    ).fetchall()
    since = article["published"] or article["first_seen"]
    mine = Side(article["title"], article["body"], article["source"], since, article["id"])
    sides = [Side(row["title"], row["body"], row["source_id"], row["since"], row["id"]) for row in rows]
    return [
        {"id": row["id"], "url": row["url"], "title": row["title"], **as_dict(compare(mine, side))}
        for row, side in zip(rows, sides, strict=True)
    ]


def _show(found: dict[str, Any]) -> None:
    for page in found["pages"]:
        output.line(f"page {page['url']}")
        for name in ("outcome", "detail", "found_at", "feed", "fetched_at", "due_at", "attempts", "redirected_to_url"):
            if page[name] not in (None, 0):
                output.line(f"  {name:18}{page[name]}")
    _list("fetches, the newest first", found["fetches"], "{at}  {status}  {reason}  {detail}")
    if article := found["article"]:
        output.line(f"article {article['id']}: {article['title']}")
        for name in (
            "source",
            "url",
            "published",
            "first_seen",
            "revision",
            "revised_at",
            "gone_at",
            "copy_of",
            "method",
        ):
            if article[name] is not None:
                output.line(f"  {name:18}{article[name]}")
    _list("addresses", found["addresses"], "{seen_at}  {url}")
    _list("revisions", found["revisions"], "{revision}  {seen_from}  {title}")
    _list("events", found["events"], "{id}  {at}  {kind}  {title}")
    _list("copies", found["copies"], "{id}  {url} of {original_url}: {method}, {similarity:.2f}")
    for other in found["comparisons"]:
        output.line(f"compared with {other['id']}  {other['url']}")
        output.line(f"  {other['verdict']}: {other['reason']} (similarity {other['similarity']:.2f})")
        if measures := other["measures"]:
            output.line(f"  {', '.join(f'{name} {_short(value)}' for name, value in measures.items())}")


def _list(title: str, rows: list[dict[str, Any]], form: str) -> None:
    if rows:
        output.line(title)
    for row in rows:
        output.line("  " + form.format(**{name: "" if value is None else value for name, value in row.items()}))


def _short(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
