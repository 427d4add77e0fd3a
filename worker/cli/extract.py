"""dateline extract: parse only, without database or service."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import typer

from scrapers.article import Hint
from scrapers.page import Page
from scrapers.registry import scrape
from scrapers.urls import bare_host, host_of, normalise
from worker.cli import output
from worker.fetch import Fetcher
from worker.fetch_errors import FetchError
from worker.pacer import Pacer
from worker.settings import settings
from worker.sourcefile import SourceSpec, load

GZIP = b"\x1f\x8b"
MAX_BYTES = 50_000_000  # of a page file, decompressed


def extract(
    file: Annotated[
        str | None, typer.Argument(help="A saved page (gzipped or not), - for standard input, or an address.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="The address that the page came from; links and rules depend on it.")
    ] = None,
    batch: Annotated[
        Path | None, typer.Option(help="A JSONL file: lines with id, url and html_path, relative to it.")
    ] = None,
    sources: Annotated[
        Path | None,
        typer.Option(help="A sources file whose selectors and time zones hold for pages of its sources' sites."),
    ] = None,
) -> None:
    """Parse a page and print its record as one JSON object; nothing is stored.

    With --batch one object a line, with the id; a page that cannot be read gives a line with `error`. A page that is no
    article has a `kind` that says what it is instead.
    """
    specs = load(sources) if sources else []
    if batch is not None and file is None:
        for record in _batch(batch, specs):
            output.print_json(record)
        return
    if file is None or batch is not None:
        output.usage("Give either a FILE or --batch PAGES.jsonl.")
    try:
        if "://" in file:
            output.print_json(_fetched(file, specs))
        else:
            body = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
            output.print_json(_record(body, url, specs))
    except OSError as error:
        output.fail(f"{file}: {error.strerror or error}")
    except (ValueError, FetchError) as error:
        output.fail(f"{file}: {error}")


def _record(body: bytes, url: str | None, specs: Sequence[SourceSpec]) -> dict[str, Any]:
    address = normalise(url or "")
    if address is None:
        raise ValueError(f"--url {url}: not an http(s) address" if url else "say with --url where the page came from")
    return _scraped(Page(unpacked(body), address, {}), specs)


def _fetched(url: str, specs: Sequence[SourceSpec]) -> dict[str, Any]:
    config = settings()
    with Fetcher.configured(config) as client:
        fetched = client.get(url, Pacer(0.0, idle_s=0.0))
    return _scraped(Page(fetched.body, fetched.url, fetched.headers), specs)


def _scraped(page: Page, specs: Sequence[SourceSpec]) -> dict[str, Any]:
    site = bare_host(host_of(page.url))
    source = next((spec for spec in specs if spec.site == site), None)
    hint = Hint(timezone=source.timezone) if source else None
    return scrape(page, hint, source.selectors if source else None).as_dict()


def unpacked(body: bytes) -> bytes:
    """The bytes of a page file, gzipped or not. Raises ValueError if they are broken or too many."""
    if not body.startswith(GZIP):
        return body
    try:
        with gzip.GzipFile(fileobj=BytesIO(body)) as file:
            text = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"broken gzip: {error}") from error
    if len(text) > MAX_BYTES:
        raise ValueError(f"more than {MAX_BYTES} bytes")
    return text


def _batch(path: Path, specs: Sequence[SourceSpec]) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text("utf-8-sig").split("\n")  # not splitlines(): JSON may hold other separators as they are
    except OSError as error:
        output.fail(f"{path}: {error.strerror or error}")
    except UnicodeDecodeError:
        output.fail(f"{path}: is not UTF-8 text; save it as UTF-8")
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        line: dict[str, Any] = {}
        try:
            line = _object(text)
            file, url = _text(line, "html_path"), _text(line, "url")
            yield {"id": line.get("id"), **_record((path.parent / file).read_bytes(), url, specs)}
        except OSError as error:
            yield {"id": line.get("id"), "error": f"line {number}: {line['html_path']}: {error.strerror or error}"}
        except (ValueError, RecursionError) as error:
            yield {"id": line.get("id"), "error": f"line {number}: {error}"}


def _object(text: str) -> dict[str, Any]:
    """The object on one line. Raises ValueError if it is none, RecursionError if it is nested too deeply."""
    line = json.loads(text)
    if not isinstance(line, dict):
        raise ValueError("not an object")
    return line


def _text(line: dict[str, Any], name: str) -> str:
    if not isinstance(value := line.get(name), str):
        raise ValueError(f"{name} is {'not text' if name in line else 'missing'}")
    return value
