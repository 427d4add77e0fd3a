"""What an address offers: a person names a home page, a feed or a sitemap, and the lists of the site are found."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin

from scrapers.page import Page
from scrapers.registry import scrape, scraper_for
from scrapers.urls import bare_host, host_of, normalise
from worker import discover, frontier, workers
from worker.db import Pool
from worker.discover import Listing, NotAListing
from worker.fetch import Fetched, Fetcher
from worker.fetch_errors import FetchError, Redirected
from worker.pacer import Pacer
from worker.settings import Settings
from worker.sourcefile import FeedSpec, SourceSpec
from worker.targets import Lease, Manner
from worker.visit import Door, Limits

LEASE_WAIT_S = 120.0  # for a visit to the host that is under way
MAX_TRIED = 8  # lists that are looked at
MAX_GUESSED = 6  # well-known addresses that are tried when the site names none
MAX_MOVES = 3  # redirects from host to host
SECTION_LINKS = 5  # a home page with so many stories can serve as a list itself


class ProbeError(Exception):
    """Nothing could be found; the message says why."""


@dataclass(frozen=True, slots=True)
class FoundList:
    """A list that was looked at: what it is, how many stories it names, and when it has none, why."""

    url: str
    kind: str
    links: int
    title: str | None = None


@dataclass(slots=True)
class Found:
    """What a site offers."""

    homepage: str
    name: str
    language: str | None = None
    lists: list[FoundList] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)  # address -> why it is no list

    def spec(self) -> SourceSpec:
        """The source to add: its feeds and news sitemaps; plain sitemaps, which are archives, for want of both."""
        current = [found for found in self.lists if found.kind not in ("sitemap", "sitemap_index")] or self.lists
        host = host_of(self.homepage)
        feeds = tuple(FeedSpec(found.url, "section" if found.kind == "section" else None) for found in current)
        return SourceSpec(scraper_for(host).source or bare_host(host), self.name, self.homepage, feeds, self.language)


@dataclass(slots=True)
class Site:
    """One host under lease, and what was found there."""

    door: Door

    def fetch(self, url: str) -> Fetched:
        """Fetch an address of this host. Raises FetchError, also where robots.txt does not allow it."""
        if not self.door.robots(url).allowed(url):
            raise ProbeError(f"robots.txt does not allow {url}")
        return self.door.fetcher.get(url, self.door.pacer)

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """The sitemaps that robots.txt names."""
        return self.door.robots(url).sitemaps


def probe(pool: Pool, config: Settings, target: str) -> Found:
    """Look at a home page, feed or sitemap and find the lists of its site, politely, beside running workers.

    Raises ProbeError or FetchError where nothing can be found.
    """
    address = normalise(target)
    if address is None:
        raise ProbeError(f"{target} is not an http(s) address")
    for _ in range(MAX_MOVES):
        try:
            with _site(pool, config, host_of(address)) as site:
                return _explore(site, address)
        except Redirected as error:
            address = error.target
    raise ProbeError(f"{target} redirects from host to host too often")


def _explore(site: Site, address: str) -> Found:
    answer = site.fetch(address)
    given = _as_list(answer)
    homepage = urljoin(address, "/") if given else answer.url
    page = _homepage(site, homepage) if given else Page(answer.body, answer.url, answer.headers)
    found = Found(homepage, bare_host(host_of(homepage)))
    if given:
        found.lists.append(FoundList(address, given.kind, len(given.links) + len(given.children), given.title))
    if page:
        record = scrape(page)
        found.name, found.language = page.first_meta("og:site_name") or found.name, record.language
    named = [feed.url for feed in discover.find_feeds(page)] if page else []
    _look_at(site, found, [*named, *site.sitemaps(address)][:MAX_TRIED])
    if not found.lists:
        _guess(site, found, homepage)
    if not found.lists and page and len(links := discover.section_links(page, None)) >= SECTION_LINKS:
        found.lists.append(FoundList(homepage, "section", len(links)))
    if not found.lists:
        raise ProbeError(
            f"No feed, sitemap or list of stories found at {homepage}. If you know a page that lists its stories,"
            " give it in sources.toml under `sections`, with a pattern of their addresses."
        )
    title = next((one.title for one in found.lists if one.title and one.kind == "feed"), None)
    if title and found.name == bare_host(host_of(homepage)):
        found.name = title
    return found


def _homepage(site: Site, url: str) -> Page | None:
    try:
        answer = site.fetch(url)
    except (FetchError, ProbeError):
        return None  # a feed may well live at a host without a home page
    return Page(answer.body, answer.url, answer.headers)


def _look_at(site: Site, found: Found, urls: Iterable[str]) -> None:
    """Look at addresses that the site itself names; those at other hosts are taken at its word."""
    for url in dict.fromkeys(urls):
        if url in {one.url for one in found.lists}:
            continue
        if host_of(url) != site.door.lease.host:
            found.lists.append(FoundList(url, "not looked at yet", 0))
            continue
        try:
            answer = site.fetch(url)
            listing = discover.read(answer.body, answer.url, answer.headers)
        except (FetchError, NotAListing, ProbeError) as error:
            found.refused[url] = str(error)
        else:
            found.lists.append(FoundList(url, listing.kind, len(listing.links) + len(listing.children), listing.title))


def _guess(site: Site, found: Found, homepage: str) -> None:
    """Try the addresses where feeds usually are, until one is."""
    for url in discover.well_known(homepage)[:MAX_GUESSED]:
        _look_at(site, found, [url])
        if found.lists:
            return


def _as_list(answer: Fetched) -> Listing | None:
    try:
        return discover.read(answer.body, answer.url, answer.headers)
    except NotAListing:
        return None


@contextmanager
def _site(pool: Pool, config: Settings, host: str) -> Iterator[Site]:
    """Hold a host's lease and open its door."""
    lease = _hold(pool, config, host)
    pacer = Pacer(config.delay, lease.idle_s, latency_ms=lease.latency_ms)
    failures, trouble = 0.0, None
    try:
        with Fetcher.configured(config) as client:
            yield Site(Door(pool, client, lease, Limits.configured(config), pacer))
    except FetchError as error:
        if error.host_trouble:
            failures, trouble = lease.failures + error.weight, error.reason
        raise
    finally:
        frontier.release(pool, lease, Manner(pacer.latency_ms, pacer.idle_s, failures, trouble))


def _hold(pool: Pool, config: Settings, host: str) -> Lease:
    name, until = workers.process_name("probe"), time.monotonic() + LEASE_WAIT_S
    with pool.connection() as conn:
        conn.execute("insert into host (name) values (%s) on conflict do nothing", (host,))
    while time.monotonic() < until:
        if lease := frontier.take_named(pool, host, config.lease_for, name):
            return lease
        threading.Event().wait(0.5)
    raise ProbeError(f"{host} is being visited; try again in a minute")


def check(pool: Pool, config: Settings, feed: FeedSpec) -> Listing:
    """Fetch one list and read it. Raises ProbeError or FetchError, saying what is wrong with it."""
    address = feed.url
    for _ in range(MAX_MOVES):
        try:
            with _site(pool, config, host_of(address)) as site:
                answer = site.fetch(address)
            listing = discover.read(answer.body, answer.url, answer.headers, feed.link_pattern, feed.kind)
        except Redirected as error:
            address = error.target
        except NotAListing as error:
            raise ProbeError(str(error)) from error
        else:
            if not listing.links and not listing.children:
                raise ProbeError("it is a list, but without a link")
            return listing
    raise ProbeError("it redirects from host to host too often")
