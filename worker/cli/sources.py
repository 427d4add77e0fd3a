"""dateline sources: whom to follow."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scrapers.urls import bare_host, host_of, normalise
from worker import catalogue, db, probe, sources
from worker.cli import output, session
from worker.db import Pool
from worker.fetch_errors import FetchError
from worker.opml import OpmlError, read_opml, write_opml
from worker.settings import Settings, settings
from worker.sourcefile import FeedSpec, SourceSpec, dump, load

app = typer.Typer(help="The sources: add, list, pause, check, import, export.", no_args_is_help=True)

NAMED = 10  # publishers of an ambiguous name

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
SourceId = Annotated[str, typer.Argument(help="Id of the source, as `dateline sources list` shows it.")]


class Format(StrEnum):
    """What `sources export` writes."""

    TOML = "toml"
    OPML = "opml"


@app.command()
def add(
    targets: Annotated[list[str], typer.Argument(help="Home pages, feeds or sitemaps; or names of the catalogue.")],
    json: AsJson = False,
) -> None:
    """Add sources: finds their feeds by itself, shows them, and follows them from now on. Exit code 1 if one fails."""
    config = settings()
    failed = False
    with session.database() as pool, ThreadPoolExecutor(config.concurrency) as threads:
        found = [(target, threads.submit(_find, pool, config, target)) for target in targets]
        for target, finding in found:
            try:
                spec, origin, lists = finding.result()
            except (probe.ProbeError, FetchError) as error:
                output.complain(f"{target}: {error}")
                failed = True
                continue
            with pool.connection() as conn:
                added = sources.add(conn, spec, origin)
            if json:
                output.print_json(
                    {
                        "id": spec.id,
                        "name": spec.name,
                        "origin": origin,
                        "feeds": [f.url for f in spec.feeds],
                        "new": added.new,
                        "elsewhere": added.elsewhere,
                    }
                )
            else:
                _print_added(spec, origin, lists, added)
    if failed:
        raise typer.Exit(1)


def _find(pool: Pool, config: Settings, target: str) -> tuple[SourceSpec, sources.Origin, list[probe.FoundList]]:
    """What a target stands for: an address is looked at, a name is looked up."""
    if "://" in target:
        found = probe.probe(pool, config, target)
        return found.spec(), "added", found.lists
    matches = catalogue.find(target)
    if len(matches) == 1:
        return matches[0].spec(), "catalogue", []
    if matches:
        names = sorted(match.name for match in matches)
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        raise probe.ProbeError(
            f"more than one publisher of the catalogue has this name: {', '.join(names[:NAMED])}{more}."
            " Give the whole name of one."
        )
    if "." in target:
        try:
            found = probe.probe(pool, config, f"https://{target}")
        except FetchError:
            found = probe.probe(pool, config, f"http://{target}")
        return found.spec(), "added", found.lists
    similar = catalogue.suggest(target)
    hint = f" Did you mean {', '.join(similar)}?" if similar else " Give the address of its home page or feed instead."
    raise probe.ProbeError(f"not in the catalogue.{hint}")


def _print_added(spec: SourceSpec, origin: str, lists: list[probe.FoundList], added: sources.Added) -> None:
    output.line(f"{spec.id}: {spec.name}" + (f", {spec.homepage}" if spec.homepage else ""))
    known = {found.url: found for found in lists}
    left = {text.partition(" ")[0] for text in added.elsewhere}  # each is an address and its source
    for feed in spec.feeds:
        if feed.url in left:
            continue
        look = known.get(feed.url)
        what = (
            f"{look.kind}, {look.links} links" if look and look.links else (look.kind if look else "from the catalogue")
        )
        state = "added" if feed.url in added.new else "known"
        output.line(f"  {state:<6} {feed.url}  ({what})")
    for url in added.elsewhere:
        output.line(f"  left   {url}: another source has this feed")
    if origin == "catalogue":
        output.line(
            f"  These addresses come from the catalogue and were not verified by us: dateline sources check {spec.id}"
        )


@app.command("list")
def list_sources(json: AsJson = False) -> None:
    """List the sources that are followed."""
    with session.database() as pool, pool.connection() as conn:
        rows = sources.overview(conn)
    now = datetime.now(UTC)
    if json:
        for row in rows:
            output.print_json(row)
        return
    output.table(
        ("id", "name", "feeds", "articles", "last answer", "last new", "state"),
        [
            (
                *(row["id"], row["name"], row["feeds"], row["articles"]),
                *(output.ago(row["last_answer"], now), output.ago(row["last_new"], now)),
                "followed" if row["enabled"] else "paused",
            )
            for row in rows
        ],
    )


@app.command()
def show(source_id: SourceId) -> None:
    """Print one source with its feeds and how their polls went, as JSON."""
    with session.database() as pool, pool.connection() as conn:
        found = sources.details(conn, source_id)
    if found is None:
        _unknown(source_id)
    output.print_json(found)


@app.command()
def pause(source_id: SourceId) -> None:
    """Stop polling a source's feeds until `resume`; pages that were found already are still fetched."""
    _change(source_id, lambda conn: sources.set_enabled(conn, source_id, is_on=False), "paused")


@app.command()
def resume(source_id: SourceId) -> None:
    """Poll a source's feeds again."""
    _change(source_id, lambda conn: sources.set_enabled(conn, source_id, is_on=True), "followed again")


@app.command()
def remove(source_id: SourceId) -> None:
    """Stop following a source and forget its feeds; its articles stay."""
    _change(source_id, lambda conn: sources.remove(conn, source_id), "removed; its articles stay")


def _change(source_id: str, change: Callable[[db.Connection], bool], word: str) -> None:
    with session.database() as pool, pool.connection() as conn:
        if not change(conn):
            _unknown(source_id)
    output.line(f"{source_id}: {word}")


def _unknown(source_id: str) -> None:
    output.fail(f"No source {source_id}. `dateline sources list` shows those that are followed.")


@app.command()
def check(source_ids: Annotated[list[str] | None, typer.Argument(help="Ids of sources; none for all.")] = None) -> None:
    """Fetch the feeds of sources now and say what each brings; exit code 1 if one brings nothing."""
    config = settings()
    failed = False
    with session.database() as pool, ThreadPoolExecutor(config.concurrency) as threads:
        with pool.connection() as conn:
            followed = {spec.id: spec for spec in sources.specs(conn)}
        for source_id in source_ids or []:
            if source_id not in followed:
                _unknown(source_id)
        wanted = [followed[source_id] for source_id in source_ids or followed]
        looks = [
            (spec, feed, threads.submit(probe.check, pool, config, feed)) for spec in wanted for feed in spec.feeds
        ]
        for spec, feed, look in looks:
            try:
                listing = look.result()
                output.line(
                    f"ok      {spec.id}  {feed.url}  {listing.kind}, {len(listing.links) + len(listing.children)} links"
                )
            except (probe.ProbeError, FetchError) as error:
                output.line(f"failed  {spec.id}  {feed.url}  {error}")
                failed = True
    if failed:
        raise typer.Exit(1)


@app.command("import")
def import_sources(file: Annotated[Path, typer.Argument(help="An OPML file, or a sources file (.toml).")]) -> None:
    """Follow the feeds of an OPML file, or the sources of a sources file."""
    try:
        specs = load(file) if file.suffix.lower() == ".toml" else _from_opml(file.read_bytes())
    except OSError as error:
        output.fail(f"{file}: {error.strerror or error}")
    except OpmlError as error:
        output.fail(f"{file}: {error}")
    with session.database() as pool, pool.connection() as conn:
        for spec in specs:
            sources.add(conn, spec, "added")
    output.line(f"{len(specs)} sources with {sum(len(spec.feeds) for spec in specs)} feeds are followed now.")


def _from_opml(body: bytes) -> list[SourceSpec]:
    """One source for each site of the file's feeds."""
    grouped: dict[str, list[tuple[str, str, str | None]]] = {}
    for outline in read_opml(body):
        site = bare_host(host_of(outline.homepage or outline.url))
        grouped.setdefault(site, []).append((outline.title, outline.url, outline.homepage))
    return [
        SourceSpec(
            site,
            feeds[0][0] or site,
            next((home for _, _, home in feeds if home), None) or normalise("/", feeds[0][1]),
            tuple(FeedSpec(url) for _, url, _ in feeds),
        )
        for site, feeds in grouped.items()
    ]


@app.command()
def export(
    format: Annotated[
        Format, typer.Option("--format", help="toml is complete; opml is for feed readers.")
    ] = Format.TOML,
) -> None:
    """Write the sources that are followed to standard output."""
    with session.database() as pool, pool.connection() as conn:
        followed = sources.specs(conn)
    text = dump(followed) if format is Format.TOML else write_opml(followed).decode()
    typer.echo(text, nl=not text.endswith("\n"))
