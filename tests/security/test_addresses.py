"""No request reaches an address that is not public, whatever a URL, a redirect, a name or a feed says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.site.press import Press
from tests.worker.builders import take_all
from tests.worker.rawserver import RawServer, ok
from tests.worker.visiting import FETCH
from worker import sources
from worker.db import Connection, Pool
from worker.fetch import Fetcher
from worker.sourcefile import FeedSpec, SourceSpec
from worker.visit import Limits, visit

SANDBOX = ["unshare", "--map-root-user", "--mount", "--net"]
PUBLIC = "8.8.4.4"


def has_sandbox() -> bool:
    """Whether this machine lets a process have a network of its own."""
    return (
        shutil.which("unshare") is not None and not subprocess.run([*SANDBOX, "true"], capture_output=True).returncode
    )


@pytest.fixture(scope="module")
def fetched() -> dict[str, dict[str, Any]]:
    """What came of each fetch by a hostile name, and the addresses that were reached by it."""
    if not has_sandbox():
        pytest.skip("a network of its own needs unshare, and the right to use it")
    command = [*SANDBOX, sys.executable, "-m", "tests.security.resolving"]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_no_hostile_name_and_no_redirect_reaches_anything_but_the_public_address(
    fetched: dict[str, dict[str, Any]],
) -> None:
    assert len(fetched) > 35
    assert {address for outcome in fetched.values() for address in outcome["reached"]} == {PUBLIC}


def test_a_public_name_is_reached(fetched: dict[str, dict[str, Any]]) -> None:
    assert fetched["http://public.test/"] == {"reason": "page", "reached": [PUBLIC]}


def test_a_name_that_changes_its_address_between_two_requests_is_checked_at_each(
    fetched: dict[str, dict[str, Any]],
) -> None:
    assert fetched["http://rebinding.test/"] == {"reason": "page", "reached": [PUBLIC]}
    assert fetched["http://rebinding.test/again"] == {"reason": "private_address", "reached": []}
    assert fetched["http://rebinding-back.test/"] == {"reason": "private_address", "reached": []}
    assert fetched["http://rebinding-back.test/again"] == {"reason": "page", "reached": [PUBLIC]}


def test_each_has_its_reason(fetched: dict[str, dict[str, Any]]) -> None:
    reasons = {url.removeprefix("http://"): outcome["reason"] for url, outcome in fetched.items()}
    pages = {"public.test/", "rebinding.test/", "rebinding-back.test/again", "public.test/to-rebinding"}
    pages.add("public.test/to-backslash")  # all before the @ is a user's name, and nobody looks there
    bad = {f"public.test/to-{kind}" for kind in ("file", "ftp", "gopher", "data", "jar", "wide")}

    assert {name for name, reason in reasons.items() if reason == "page"} == pages
    assert {name for name, reason in reasons.items() if reason == "bad_redirect"} >= bad
    assert reasons["missing.test/"] == "dns"
    others = set(reasons) - pages - bad - {"missing.test/"}
    assert {reasons[name] for name in others} == {"private_address"}, reasons


LINKS = [
    "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://2130706433:{port}/", "http://0x7f.1:{port}/",
    "http://0177.0.0.1:{port}/", "http://[::1]:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://127.1:{port}/",
    "http://paper.test@127.0.0.1:{port}/", "http://127.0.0.1:{port}\\@paper.test/", "http://169.254.169.254/latest/",
    "file:///etc/passwd", "ftp://127.0.0.1:{port}/", "gopher://127.0.0.1:{port}/_x", "dict://127.0.0.1:{port}/",
    "javascript:alert(1)", "data:text/html,x", "//127.0.0.1:{port}/x", "\\\\127.0.0.1:{port}\\x", "ldap://127.0.0.1:{port}/",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["rss", "sitemap", "section"])
def test_no_link_of_a_list_leads_inside(press: Press, pool: Pool, conn: Connection, kind: str) -> None:
    with RawServer([ok(b"<p>the database of the operator</p>")]) as inside:
        links = [link.format(port=inside.port) for link in LINKS]
        url = press.gazette.serve("/links", listing(kind, links), "text/html" if kind == "section" else "text/xml")
        feed = FeedSpec(url, "section", ".") if kind == "section" else FeedSpec(url)
        sources.add(conn, SourceSpec("gazette", "Gazette", None, (feed,)), "added")
        for _ in range(3):
            visit_all(pool, press)

    assert inside.connections == 0
    pages = conn.execute("select url, outcome from page where host !~ '\\.test(:|$)'").fetchall()
    assert {row["outcome"] for row in pages} <= {"private_address", "bad_url"}
    assert [row["url"] for row in pages if not row["url"].startswith("http")] == []
    assert len(pages) >= (0 if kind == "section" else 3)  # a section lists its own site alone


def listing(kind: str, links: list[str]) -> bytes:
    """A list with these links."""
    if kind == "section":
        return "".join(f'<a href="{link}">A story of some length here</a>' for link in links).encode()
    if kind == "sitemap":
        return f"<urlset>{''.join(f'<url><loc>{link}</loc></url>' for link in links)}</urlset>".encode()
    items = "".join(f"<item><title>A</title><link>{link}</link></item>" for link in links)
    return f"<rss><channel><title>T</title>{items}</channel></rss>".encode()


def visit_all(pool: Pool, press: Press) -> None:
    """Visit every host that is due, as a worker that may not speak to private addresses: its proxy is the internet."""
    limits = Limits(requests=100, seconds=30, delay_s=0.0, agent="Dateline/test")
    for lease in take_all(pool):
        with Fetcher(FETCH, limits.agent, press.proxy_url) as client:
            visit(pool, client, lease, limits, threading.Event())
