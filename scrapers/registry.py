"""Which scraper reads which host: the publishers of this package and those of plugins, else the generic one."""

from __future__ import annotations

import logging
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from scrapers import publishers
from scrapers.article import Article, Hint
from scrapers.page import Page
from scrapers.scraper import Scraper
from scrapers.selectors import Selectors
from scrapers.urls import bare_host, host_of, site_of

ENTRY_POINTS = "dateline.scrapers"  # group; each names a subclass of Scraper, and wins over one of ours

log = logging.getLogger(__name__)


def scrape(page: Page, hint: Hint | None = None, mend: Selectors | None = None) -> Article:
    """The record of a page, by the scraper of its host. A page that is no article has a kind that tells why.

    `mend`: selectors that an operator gave for the page's source; they win over the scraper's own.
    """
    return scraper_for(host_of(page.url))(page, hint, mend).scrape()


def scraper_for(host: str) -> type[Scraper]:
    """The class that reads the pages of a host (with or without www. and port); `Scraper` itself if none is named.

    A host that no class names is read by the one of the host above it, up to the registered domain.
    """
    named = scrapers_by_host()
    return next((named[name] for name in _upwards(_key(host)) if name in named), Scraper)


@cache
def scrapers_by_host() -> dict[str, type[Scraper]]:
    """Every host that a scraper names, without www., m. and amp."""
    return {_key(host): scraper for scraper in (*_publishers(), *_plugins()) for host in scraper.hosts}


def _key(host: str) -> str:
    return bare_host(host.partition(":")[0])


def _upwards(host: str) -> Iterator[str]:
    """`sport.paper.co.uk`, `paper.co.uk`."""
    site = site_of(host)
    while host.endswith(site):
        yield host
        if host == site:
            return
        host = host.partition(".")[2]


def _publishers() -> Iterator[type[Scraper]]:
    for module in pkgutil.iter_modules(publishers.__path__, f"{publishers.__name__}."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, Scraper) and value.__module__ == module.name:
                yield value


def _plugins() -> Iterator[type[Scraper]]:
    for entry in entry_points(group=ENTRY_POINTS):
        try:
            scraper = entry.load()
        except Exception:  # another's code, run as it is imported: it may raise anything, the other plugins still load
            log.exception("scraper plugin not loaded", extra={"plugin": entry.name})
            continue
        if isinstance(scraper, type) and issubclass(scraper, Scraper):
            yield scraper
        else:
            log.error("scraper plugin is no Scraper", extra={"plugin": entry.name})
