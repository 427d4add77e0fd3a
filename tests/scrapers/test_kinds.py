"""Which kind a page is: pages written in nine languages, and the walls that a fetch knows."""

from __future__ import annotations

import pytest

from scrapers.article import Kind
from scrapers.kinds import words
from scrapers.page import Page
from scrapers.registry import scrape
from scrapers.walls import MARKS
from tests.scrapers.kinds.others import others
from tests.scrapers.kinds.stories import stories

WRITTEN = [*stories(), *others()]
FLOORS = {  # precision, recall
    Kind.ARTICLE: (0.97, 0.97), Kind.LIVE: (1, 1), Kind.VIDEO: (1, 1), Kind.GALLERY: (1, 1), Kind.HOME: (1, 1),
    Kind.LISTING: (0.94, 0.94), Kind.PAYWALL: (0.9, 0.9), Kind.SOFT_404: (0.96, 0.96), Kind.BLOCK: (1, 1),
    Kind.OTHER: (1, 1),
}  # fmt: skip


def read(written):
    return scrape(Page(written.body.encode(), written.url))


@pytest.fixture(scope="module")
def judged():
    return [(written, read(written)) for written in WRITTEN]


@pytest.mark.parametrize("kind", FLOORS)
def test_kind_is_right_on_written_pages(kind, judged):
    right = [w.name for w, article in judged if w.kind is kind and article.kind is kind]
    taken = [w.name for w, article in judged if article.kind is kind]
    there = [w.name for w, _ in judged if w.kind is kind]

    precision, recall = FLOORS[kind]
    assert len(right) >= precision * len(taken), set(taken) - set(there)
    assert len(right) >= recall * len(there), set(there) - set(taken)


def test_no_page_that_is_none_becomes_an_article(judged):
    assert [w.name for w, article in judged if article.is_article and not w.kind.is_article] == []


def test_no_article_is_lost(judged):
    assert [w.name for w, article in judged if w.kind.is_article and not article.is_article] == []


def test_access_is_told(judged):
    wrong = [(w.name, article.access) for w, article in judged if w.access and article.access != w.access]

    assert wrong == []


@pytest.mark.parametrize("mark", [mark for marks in MARKS for mark in marks.anywhere])
def test_pages_of_walls_that_a_fetch_refuses_are_block_pages(mark):
    body = b"<html><head><title>courier.example</title></head><body><p>One moment</p>" + mark + b"</body></html>"

    assert scrape(Page(body, "https://www.courier.example/news/1")).kind is Kind.BLOCK


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("one two", 2),
        pytest.param("灯台は冬も点灯する", 1 + 4, id="two-characters-a-word"),
        pytest.param("ประภาคารยังส่องสว่าง", 1 + 4, id="five-characters-a-word"),
        pytest.param("المنارة القديمة", 2, id="arabic-is-spaced"),
        pytest.param("등대는 겨울에도", 2, id="korean-is-spaced"),
    ],
)
def test_words_are_counted(text, count):
    assert words((text,) if text else ()) == count
