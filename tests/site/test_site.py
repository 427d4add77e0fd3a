"""The newspapers answer as newspapers do: what the other tests rest on."""

from __future__ import annotations

import gzip
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import combinations

import feedparser
import pytest
import requests

from tests.site.paper import SOFT_404, Masthead
from tests.site.press import Press
from tests.site.texts import Reporter

NOON = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def press():
    with Press() as press:
        yield press


@pytest.fixture
def get(press):
    """Asks the press as its proxy, and follows no redirect."""
    with requests.Session() as session:
        session.trust_env = False
        proxies = {"http": press.proxy_url}
        yield lambda url, timeout=5, **more: session.get(
            url, proxies=proxies, timeout=timeout, allow_redirects=False, **more
        )


@pytest.mark.parametrize("language", ["en", "de"])
def test_texts_are_distinct_and_repeatable(language):
    reporter = Reporter("seed", language)
    texts = [reporter.write(200) for _ in range(40)]

    assert texts[0] == Reporter("seed", language).write(200)
    for one, other in combinations([shingles(text) for text in texts], 2):
        assert len(one & other) < 0.25 * min(len(one), len(other))


def shingles(text):
    words = " ".join(text.paragraphs).split()
    return set(zip(words, words[1:], words[2:], strict=False))


def test_a_published_story_is_in_every_list_of_its_paper(press, get):
    story = press.gazette.publish(at=NOON)
    [entry] = feedparser.parse(get(press.gazette.url("/feed.xml")).content).entries
    assert (entry.link, entry.title) == (story.url, story.title)

    story = press.valley.publish(at=NOON)
    [entry] = feedparser.parse(get(press.valley.url("/atom.xml")).content).entries
    assert entry.link == story.url
    robots = get(press.valley.url("/robots.txt")).text
    sitemap = robots.partition("Sitemap: ")[2].strip()
    assert story.url in gzip.decompress(get(sitemap).content).decode()

    copy = press.wire.syndicate(press.gazette.stories[0])
    [item] = get(press.wire.url("/feed.json")).json()["items"]
    assert item["url"] == copy.url
    assert copy.paragraphs == press.gazette.stories[0].paragraphs

    story = press.star.publish(at=NOON)
    assert f'href="{story.path}"' in get(press.star.url("/news")).text


@pytest.mark.parametrize("host", ["harbour-gazette.test", "valley-post.test", "north-star.test", "wire.test"])
def test_a_story_page_holds_its_text_in_the_papers_encoding(press, get, host):
    paper = press.papers[host]
    story = paper.publish(title="Größe: “quoted”")

    page = get(story.url).content.decode(paper.masthead.encoding)

    assert "<h1>Größe: “quoted”</h1>" in page
    assert all(f"<p>{paragraph}".split("&")[0].split("'")[0] in page for paragraph in story.paragraphs)


def test_the_host_header_names_the_paper_too(press):
    story = press.gazette.publish()
    local = press.add(Masthead(f"127.0.0.1:{press.port}", "Local", "rss", "bare", "/{number}"))
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(press.proxy_url + story.path, headers={"Host": press.gazette.host}, timeout=5)
        assert answer.status_code == 200
        assert session.get(local.publish().url, timeout=5).status_code == 200
        assert session.get(press.proxy_url, headers={"Host": "nobody.test"}, timeout=5).status_code == 404


def test_validators_hold_until_an_edit(press, get):
    story = press.gazette.publish(at=NOON)
    first = get(story.url)
    by_tag = {"If-None-Match": first.headers["ETag"]}
    by_time = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert get(story.url, headers=by_tag).status_code == 304
    assert get(story.url, headers=by_time).status_code == 304

    edited = press.gazette.edit(story)

    assert get(story.url, headers=by_tag).status_code == 200
    assert get(story.url, headers=by_time).status_code == 200
    assert edited.paragraphs[:-2] == story.paragraphs[:-1]


def test_addresses_come_and_go(press, get):
    paper = press.gazette
    withdrawn, kept = paper.publish(), paper.publish()
    paper.retract(withdrawn)
    moved = paper.move(kept, "/moved")
    across = paper.redirect("/to-the-wire", press.wire.url("/"), 302)

    assert get(withdrawn.url).status_code == 410
    assert (get(kept.url).status_code, get(kept.url).headers["Location"]) == (301, moved.url)
    assert get(across).headers["Location"] == "http://wire.test/"
    assert get(paper.url("/nowhere")).status_code == 404
    assert get(paper.url(SOFT_404)).status_code == 200
    assert "Disallow: /private/" in get(paper.url("/robots.txt")).text


def test_a_paywalled_story_shows_its_teaser_only(press, get):
    story = press.gazette.publish(is_paywalled=True)
    page = get(story.url).text
    assert '"isAccessibleForFree": false' in page
    assert story.paragraphs[-1] not in page


def test_faults_pass_after_so_many_tries(press, get):
    story = press.gazette.publish()
    press.gazette.fail(story.path, 503, times=2, retry_after=7)
    answers = [get(story.url) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["Retry-After"] == "7"

    press.gazette.fail(story.path, "reset")
    with pytest.raises(requests.ConnectionError):
        get(story.url)
    press.gazette.fail(story.path, "truncate")
    with pytest.raises(requests.RequestException):
        get(story.url)
    press.gazette.fail(story.path, "stall")
    with pytest.raises(requests.RequestException):
        get(story.url, timeout=0.1)


def test_a_held_answer_waits_for_its_release(press, get):
    story = press.gazette.publish()
    answers = []
    with press.gazette.hold(story.path) as hold:
        thread = threading.Thread(target=lambda: answers.append(get(story.url)))
        thread.start()
        assert hold.arrived.wait(5)
        assert answers == []
        hold.released.set()
        thread.join()
    assert answers[0].status_code == 200


def test_the_log_shows_who_was_polite(press, get):
    story = press.gazette.publish()
    get(story.url, headers={"User-Agent": "Polite/1.0"})
    get(story.url)
    assert press.requests(press.gazette.host)[0].agent == "Polite/1.0"
    assert press.overlaps() == []
    assert 0 < press.closest(press.gazette.host) < 5

    with press.gazette.hold(story.path) as hold, ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(requests.get, story.url, proxies={"http": press.proxy_url}, timeout=5) for _ in range(2)]
        while len(press.requests(press.gazette.host)) < 4:
            hold.released.wait(0.005)
        hold.released.set()
    assert [future.result().status_code for future in asked] == [200, 200]
    assert len(press.overlaps()) == 1


def test_stopping_leaves_no_thread_even_with_open_connections():
    before = threading.active_count()
    with requests.Session() as session, Press() as press:
        session.trust_env = False
        session.get(press.gazette.publish().url, proxies={"http": press.proxy_url}, timeout=5)
    assert threading.active_count() == before
