"""Looks for input that breaks what reads the web, led by which code it reaches (atheris, which nothing else needs).

    pip install atheris
    python -m tests.fuzz page --seconds 120

Ends with the input that raised, if any did; one that takes over two seconds counts as well.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

try:
    import atheris
except ImportError:
    sys.exit("tests/fuzz.py is led by atheris, which is not installed: pip install atheris")

with atheris.instrument_imports(include=["scrapers", "worker"]):
    from scrapers import datelines, dates, json_mending, jsonld, language, markup, mojibake, names, times, titles
    from scrapers.canonical import canonical
    from scrapers.page import Page
    from scrapers.registry import scrape, scrapers_by_host
    from scrapers.urls import normalise
    from worker import address, decoding, discover, fetch, opml, sourcefile, transport
    from worker.fetch_errors import FetchError
    from worker.pacer import Pacer
    from worker.robots import Robots

from tests.worker.fetching import dialled

URLS = ("https://example.com/2024/05/a-story", "https://www.brecorder.com/news/1/a", "https://www.dawn.com/news/1/a")
NOW = datetime(2026, 4, 10, 12, tzinfo=UTC)
_CUT = 20_000  # bytes of an input; what is too long is the tests' business


def _page(data: bytes) -> None:
    url = URLS[data[0] % len(URLS)] if data else ""
    assert json.dumps(scrape(Page(data[1:], url)).as_dict(), ensure_ascii=False).encode()


def _meta(data: bytes) -> None:
    name, _, content = _text(data).partition("\n")
    text = "".join(f'<meta name="{name}" {key}="{content}">' for key in ("content", "property"))
    _page(b"\0" + text.encode("utf-8", "replace"))


def _json_ld(data: bytes) -> None:
    script = _text(data)
    for thing in jsonld.objects([script]):
        jsonld.types(thing)
    page = b"\0<script type='application/ld+json'>" + script.encode("utf-8", "replace") + b"</script>"
    _page(page)


def _mending(data: bytes) -> None:
    json_mending.load(_text(data))


def _dates(data: bytes) -> None:
    text = _text(data)
    for zone, code in ((None, None), ("Asia/Karachi", "en-PK"), (text[:9], text[:2])):
        dates.parse(text, zone, code)
    dates.parse_day(text)
    times.day_in_url(text)


def _words(data: bytes) -> None:
    text = _text(data)
    language.checked("en", text)
    mojibake.mended(text)


def _names(data: bytes) -> None:
    lines = _text(data).split("\n")
    names.people(lines, lines[:1])
    names.labels(lines)
    names.contributors(lines)
    names.agency(names.line(lines, is_joined=True))


def _datelines(data: bytes) -> None:
    datelines.dateline(_text(data))
    datelines.closing_credit(_text(data).split("\n"))


def _markup(data: bytes) -> None:
    kind, _, body = data.partition(b"\n")
    markup.tame(markup.decode(body, kind.decode("latin-1")).text.encode())


def _titles(data: bytes) -> None:
    title, _, headline = _text(data).partition("\n")
    markup_ = f"<title>{title}</title><meta property=og:title content='{headline}'><h1>{headline}</h1><h1>{title}</h1>"
    titles.find(Page(markup_.encode("utf-8", "replace"), URLS[0]), headline)


def _lists(data: bytes) -> None:
    kind = (None, "section", "feed", "sitemap")[data[0] % 4] if data else None
    with suppress(discover.NotAListing):
        for link in discover.read(data[1:], URLS[0], {}, kind=kind, now=NOW).links:
            assert link.url.startswith(("http://", "https://"))
    with suppress(opml.OpmlError):
        opml.read_opml(data[1:])


def _robots(data: bytes) -> None:
    text, _, url = _text(data).rpartition("\n")
    robots = Robots.parse(text, "Dateline/1 (+https://archive.example)")
    assert robots.allowed(url) in (True, False)


def _urls(data: bytes) -> None:
    text = _text(data)
    url = normalise(text, URLS[0])
    assert url is None or (url.startswith(("http://", "https://")) and normalise(url) == url)
    canonical(text)
    with suppress(FetchError):
        address.refuse_private(text)
    with fetch.Fetcher(fetch.Limits(), "Dateline") as fetcher, suppress(FetchError):
        fetcher._prepare(text, fetch._Trip({}, Pacer(0.0, 1.0), []))


def _sources(data: bytes) -> None:
    with suppress(sourcefile.SourceFileError):
        specs = sourcefile.parse(_text(data), "sources.toml")
        assert sourcefile.parse(sourcefile.dump(specs), "sources.toml") == specs


def _wire(data: bytes) -> None:
    encoding = ("gzip", "deflate", "identity")[data[0] % 3] if data else "gzip"
    with suppress(FetchError):
        assert len(decoding.decode(data[1:], encoding, 100_000)) <= 100_000
    decoding.is_text(_text(data[:40]), data)
    with suppress(FetchError):
        decoding.encoding_of(_text(data))
    fetch.retry_after(_text(data), NOW)


def _answers(data: bytes) -> None:
    """An answer of a raw socket: what the fetcher makes of any bytes."""
    transport.dial = lambda gate, *_: dialled(gate, data)
    limits = fetch.Limits(connect_s=1, read_s=1, total_s=1, max_bytes=50_000)
    with fetch.Fetcher(limits, "Dateline", allow_private_hosts=True) as fetcher, suppress(FetchError):
        assert len(fetcher.get("http://paper.example/", Pacer(0.0, 1.0)).body) <= limits.max_bytes


PARTS: dict[str, Callable[[bytes], None]] = {
    "page": _page, "meta": _meta, "json-ld": _json_ld, "mending": _mending, "dates": _dates, "words": _words,
    "names": _names, "datelines": _datelines, "markup": _markup, "titles": _titles,
    "lists": _lists, "robots": _robots, "urls": _urls, "sources": _sources, "wire": _wire, "answers": _answers,
}  # fmt: skip


def main() -> None:
    """Fuzz one part until the time is over or something breaks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("corpus", nargs="*", help="directories of inputs to begin with; the first one is added to")
    options = parser.parse_intermixed_args()
    scrapers_by_host()  # imports the publishers, which is no part of the first input's time
    limits = [f"-max_total_time={options.seconds}", f"-max_len={_CUT}", "-timeout=2", "-rss_limit_mb=1500"]
    atheris.Setup([sys.argv[0], *limits, *options.corpus], PARTS[options.part])
    atheris.Fuzz()


def _text(data: bytes) -> str:
    """Any text: lone surrogates too, for pages have them."""
    return data.decode("utf-8", "surrogateescape")


if __name__ == "__main__":
    main()
