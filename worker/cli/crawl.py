"""dateline crawl: a one-off crawl, with workers running or without."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import ExitStack
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from worker import crawls, oneoff, processes
from worker.cli import output, session
from worker.db import Pool
from worker.oneoff import Summary
from worker.settings import settings

MAX_PAGES = 2**31 - 1  # what an integer of Postgres holds
INTERRUPTED = 130  # as shells report a Ctrl-C


def crawl(
    targets: Annotated[
        list[str], typer.Argument(help="Addresses of stories, feeds, sitemaps or home pages; ids of sources.")
    ],
    limit: Annotated[
        int | None, typer.Option(min=1, max=MAX_PAGES, help="Take at most so many pages from lists.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Leave out pages that a list dates before this day (2026-01-31).")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Fetch stories now: those named, or those that a feed, sitemap, home page or source lists.

    Works beside running workers and without any. Exit code 0 if everything was got, 1 if something failed or nothing
    was found. Ctrl-C ends it after the fetches under way, a second one at once.
    """
    try:
        after = crawls.parse_since(since) if since else None
    except ValueError:
        output.usage(f"--since {since}: not a day; write it as 2026-01-31 or 2026-01-31T08:00+05:00")
    stopping = processes.asked_to_end(signal.SIGTERM, signal.SIGINT, patient=False)
    with session.database() as pool:
        crawl_id = crawls.request(pool, crawls.Request(targets, limit, after))
        with ExitStack() as screen:
            shown = _bar(screen, pool) if output.err.is_terminal and not json else _lines(pool, quiet=json)
            summary = oneoff.run(pool, settings(), crawl_id, stopping, shown)
    if json:
        output.print_json(summary.as_dict())
    else:
        _print(summary)
    if not summary.finished:
        output.complain(f"Interrupted. What is left of crawl {crawl_id} goes on when workers run (`dateline up`).")
        raise typer.Exit(INTERRUPTED)
    if summary.refused or summary.failed or not summary.counts.keys() - {"lists"}:
        raise typer.Exit(1)


def _bar(screen: ExitStack, pool: Pool) -> Callable[[Summary], None]:
    """A progress bar, with a line above it for each page that brought something or failed."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = screen.enter_context(Progress(*columns, console=output.err))
    task = bar.add_task("pages", total=None)
    lines = _lines(pool, quiet=False)

    def show(summary: Summary) -> None:
        lines(summary)
        bar.update(task, total=summary.total or None, completed=summary.done)

    return show


def _lines(pool: Pool, *, quiet: bool) -> Callable[[Summary], None]:
    """A plain line for each page as it is settled."""
    seen: set[int] = set()

    def show(summary: Summary) -> None:
        if quiet or summary.done == len(seen):
            return
        for row in oneoff.newly_done(pool, summary.crawl_id, seen):
            words = row["title"] or ("" if row["outcome"] in ("listing", "known") else row["detail"] or "")
            output.note(f"{row['outcome']:<12} {row['url']}  {words.splitlines()[-1] if words else ''}".rstrip())

    return show


def _print(summary: Summary) -> None:
    counts = summary.counts
    output.line(
        f"Found {summary.found} pages: {counts['new']} new, {counts['revised']} revised, {counts['copies']} copies,"
        f" {counts['unchanged']} unchanged, {counts['known']} known already."
    )
    left_out = {name: number for name, number in summary.no_article.items() if name != "redirected"}
    if left_out:
        output.line("No articles: " + ", ".join(f"{number} {name}" for name, number in left_out.items()) + ".")
    failed = sum(summary.failed.values())
    reasons = ", ".join(f"{name} {number}" for name, number in summary.failed.most_common())
    output.line(f"Failed: {failed}" + (f" ({reasons})." if failed else "."))
    for target, why in summary.refused.items():
        output.complain(f"{target}: {why}")
