"""dateline articles: look at what is stored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from scrapers.canonical import canonical
from scrapers.urls import normalise
from worker import crawls, db
from worker.cli import export, output, session
from worker.db import Pool

app = typer.Typer(help="The stored articles: list, search, show, compare revisions, export.", no_args_is_help=True)

Source = Annotated[str | None, typer.Option(help="Only of this source (its id).")]
Since = Annotated[str | None, typer.Option(help="Only those first seen since this day (2026-01-31).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one article a line.")]
Limit = Annotated[int, typer.Option(min=1, max=db.MAX_ID, help="At most so many.")]

SELECTED = """
    select id, url, source, title, authors, published, first_seen, language, section, revision, kind
      from dateline.articles
     where (%(source)s::text is null or source = %(source)s)
       and (%(since)s::timestamptz is null or first_seen >= %(since)s)
       and (%(words)s::text is null
            or to_tsvector('simple', title || ' ' || body) @@ websearch_to_tsquery('simple', %(words)s))
     order by first_seen desc, id desc limit %(limit)s"""

app.command("export")(export.export)


@app.command("list")
def list_articles(source: Source = None, since: Since = None, limit: Limit = 20, json: AsJson = False) -> None:
    """List the newest articles, without copies."""
    _show({"source": source, "since": _since(since), "words": None, "limit": limit}, json)


@app.command()
def search(
    words: Annotated[
        list[str], typer.Argument(help='Words that it must have; "a phrase", or; after -- also -without.')
    ],
    source: Source = None,
    since: Since = None,
    limit: Limit = 20,
    json: AsJson = False,
) -> None:
    """List the newest articles that have these words in headline or text."""
    _show({"source": source, "since": _since(since), "words": " ".join(words), "limit": limit}, json)


@app.command()
def show(target: Annotated[str, typer.Argument(help="The article's number, or any address that led to it.")]) -> None:
    """Print one article as JSON; exit code 1 if the archive does not have it."""
    with session.database() as pool:
        article = find(pool, target)
    if article is None:
        output.fail(f"Not in the archive: {target}. To fetch it now: dateline crawl ADDRESS")
    output.print_json(article)


def find(pool: Pool, target: str) -> dict[str, Any] | None:
    """An article by its number or any of its addresses, with its addresses and the number of its revisions."""
    number = int(target) if target.isdecimal() and len(target) < 19 else None
    with pool.connection() as conn:
        return conn.execute(
            """
            select a.id, a.url, a.source_id as source, a.title, a.subtitle, a.authors, a.agency, a.published,
                   a.published_precision, a.published_raw, a.modified, a.language, a.section, a.edition,
                   a.edition_date, a.dateline, a.body, a.image, a.tags, a.access, a.kind, a.canonical_url,
                   a.source_article_id, a.revision, a.first_seen, a.revised_at, a.gone_at, a.copy_of, a.similarity,
                   a.method, a.provenance, a.correction,
                   array(select url from article_url u where u.article_id = a.id order by url) as urls
              from article a
             where a.id = coalesce(%(number)s, (
                   select article_id from article_url where url = %(url)s or key = %(key)s
                    order by url = %(url)s desc, was_read desc limit 1))""",
            {"number": number, "url": normalise(target) or target, "key": canonical(target) or target},
        ).fetchone()


def _show(wanted: dict[str, Any], json: bool) -> None:
    with session.database() as pool, pool.connection() as conn:
        rows = conn.execute(SELECTED, wanted).fetchall()
    now = datetime.now(UTC)
    if json:
        for row in rows:
            output.print_json(row)
    elif rows:
        output.table(
            ("id", "seen", "source", "title"),
            [(row["id"], f"{output.ago(row['first_seen'], now)} ago", row["source"], row["title"]) for row in rows],
        )
    else:
        is_narrowed = wanted["source"] or wanted["since"] or wanted["words"]
        output.note("No articles match." if is_narrowed else "No articles yet.")


def _since(text: str | None) -> datetime | None:
    try:
        return crawls.parse_since(text) if text else None
    except ValueError:
        output.usage(f"--since {text}: not a day; write it as 2026-01-31 or 2026-01-31T08:00+05:00")
