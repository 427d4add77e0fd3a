"""The labelled newspapers under two sets of host names: the second set, with headlines of its own, must become copies.

Both sets are served on loopback and crawled with real requests into an embedded Postgres: first one set after the
other, then both at once by several threads. The groups of copies must be the same. Exit code 1 if they are not, or if
a page of the second set is no copy of its twin.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from ground import corpora

from scrapers.urls import normalise
from worker import crawls, db, local, oneoff
from worker.settings import Settings

TWIN = ".twin.example"  # behind the host of the first set
Groups = set[frozenset[str]]


def main() -> None:
    """Crawl twice, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=8, help="of the crawl of both at once (default: %(default)s)")
    options = parser.parse_args()
    if not corpora.are_here():
        print("No ../shared/corpora beside this checkout: nothing to serve.")
        return
    rows = [row for name in corpora.NEWS for row in corpora.rows(name, "all") if row["url"]]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Newsstand)
    Newsstand.pages = {address: page for row in rows for address, page in twins(row).items()}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sets = [sorted(url for url in Newsstand.pages if (TWIN in url) is is_twin) for is_twin in (False, True)]
    with tempfile.TemporaryDirectory(prefix="dateline-twins-") as folder:
        Path(folder).chmod(0o755)  # Postgres may have to run under another account
        config = Settings(
            data_dir=Path(folder),
            http_proxy=f"http://127.0.0.1:{server.server_port}",
            allow_private_hosts=True,
            delay=0,
            concurrency=options.threads,
        )
        with local.servers(config, wants_broker=False):
            apart = groups(config, sets)
            together = groups(config, [sorted(url for urls in sets for url in urls)])
    server.shutdown()
    report(sets, apart, together)


class Newsstand(BaseHTTPRequestHandler):
    """A proxy that has the pages itself."""

    pages: ClassVar[dict[str, bytes]] = {}
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the page of this address, 404 without one."""
        body = self.pages.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def twins(row: dict[str, Any]) -> dict[str, bytes]:
    """A page at its address, and at that of a newspaper which carries it under a headline of its own."""
    parts = urlsplit(row["url"])
    host, body = parts.netloc, corpora.unpacked(row)
    words = (row["title"] or "").split()
    other = " ".join([*words[len(words) // 2 :], "after", *words[: len(words) // 2]])
    twin = body.replace((row["title"] or host).encode(), other.encode())
    site = re.sub(r"^www\.", "", host).encode()
    twin = twin.replace(site, site + TWIN.encode())
    path = parts._replace(scheme="http", fragment="")
    addresses = (path.geturl(), path._replace(netloc=host + TWIN).geturl())
    return dict(zip(map(str, map(normalise, addresses)), (body, twin), strict=True))


def twin_of(url: str) -> str:
    """The address of the same page in the second set."""
    host = urlsplit(url).netloc
    return url.replace(host, host + TWIN, 1)


def groups(config: Settings, sets: list[list[str]]) -> Groups:
    """Crawl the sets one after the other into an empty database; the addresses of each group of copies."""
    with db.connect(config.owner()) as conn:
        conn.execute("drop schema public cascade; drop schema if exists dateline cascade; create schema public")
        db.install_schema(conn)
    with db.open_pool(config.database(), config.concurrency + 2) as pool:
        for urls in sets:
            number = crawls.request(pool, crawls.Request(urls, None, None))
            found = oneoff.run(pool, config, number, threading.Event(), lambda _: None)
            print(f"{len(urls)} addresses: {found.as_dict()}", flush=True)
        with pool.connection() as conn:
            rows = conn.execute(
                """
                select array_agg(u.url) as urls from article a
                  join article_url u on u.article_id = a.id and u.was_read group by coalesce(a.copy_of, a.id)"""
            ).fetchall()
    return {frozenset(row["urls"]) for row in rows}


def report(sets: list[list[str]], apart: Groups, together: Groups) -> None:
    """Print what is wrong, exit code 1 if anything is."""
    group_of = {url: group for group in apart for url in group}
    stored = [url for url in sets[0] if url in group_of]
    missed = [url for url in stored if twin_of(url) not in group_of[url]]
    joined = len(stored) - len(missed)
    print(f"twins that became copies: {joined}; that did not: {len(missed)}")
    print(f"groups one after the other {len(apart)}, at once {len(together)}, in one alone {len(apart ^ together)}")
    for url in missed:
        print(f"  missed: {url}")
    for group in sorted(apart ^ together, key=sorted):
        print(f"  {'apart' if group in apart else 'at once'}: {sorted(group)}")
    sys.exit(1 if missed or apart != together else 0)


if __name__ == "__main__":
    main()
