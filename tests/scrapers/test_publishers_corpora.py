"""Every publisher on the labelled pages of its site, where they are beside the repository; none that is held back."""

from __future__ import annotations

import gzip
import importlib.util
import json
import zlib
from functools import cache
from pathlib import Path

import pytest

from scrapers.article import Kind
from scrapers.page import Page
from scrapers.registry import scrape, scraper_for
from scrapers.scraper import Scraper
from scrapers.urls import host_of

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
BODY_F1 = 0.97  # of word shingles: a short label or a pitch missed is more than the rest
CUT, ADDED, EDITOR, VISIBLE, YEAR, OTHER_DAY, LISTS, NO_NAME = (
    "the label stops before the story does, or leaves paragraphs of it out",
    "the label has agencies, desks or the site itself beside the people who wrote it",
    "the label has the editors in charge, who did not write it",
    "the label has the headline of the head of the page, the reader sees another one",
    "the label is a year too early",
    "the label has a day that is not the page's first publication",
    "the label leaves lists or headings of the story out",
    "the label has an alias or a title, which is no person's name",
)
LABEL_IS_WRONG = {  # by the id of the page: what we give otherwise, and why that is right
    "0120a9f92b765969d0d4b11e84acf40c": {"authors": "the label adds the host of a related podcast"},
    "dbbf9717611ace8d06f9a478c7fe8c3b": {"body": CUT},
    "f82a6b049eae6fb98c1ab8385ae859f7": {"body": CUT},
    "b804423086b1dc896a9c313abdf8977b": {"authors": "the page writes the name without its accent"},
    "821e412b10ffcc4254ae972c78783663": {"authors": "the page writes the name without its accent", "body": CUT},
    "b8a149a33c20758e6c7c34ee6bd00330": {"body": CUT},
    "6defa09879368769e1f8db1b5abc7426": {"day": YEAR},
    "51e8633089028bfc31cdf98366e8e371": {"day": YEAR},
    "aa1816ab35f1d2e06000ae50a1470651": {"body": "the label leaves out a quotation"},
    "ec24fa0cff74de948d1128c4ec8e4a21": {"day": OTHER_DAY},
    "e97b3a104efe7346fc1f26c4ff10182a": {"authors": NO_NAME, "body": CUT},
    "f61450a85b606c5fd72802903c6ab7b7": {"title": VISIBLE, "day": OTHER_DAY, "body": CUT},
    "d680b5e9b7e52f95124ff99970343f20": {"title": "the label is not the headline letter by letter"},
    "17d3ef2925f2f16fd4cd79228edbda52": {"body": "the label writes names without their accents"},
    "377c75f19fb7a993587c923a10905a67": {"day": OTHER_DAY},
    "e5947f9c743b494076f09cb9323f3603": {"body": "the label has a box of links to other stories"},
    "d83a750b2a62903eac28d47e464a5759": {"day": OTHER_DAY, "body": CUT},
    "de/BR_2024_08_27": {"title": VISIBLE},
    "de/LTO_2025_10_20": {"title": VISIBLE},
    "de/MitteldeutscheZeitung_2024_04_30": {"title": "the label keeps the kicker above the headline"},
    "jp/AsahiShimbun_2025_01_13": {"authors": ADDED},
    "tr/AnadoluAjansi_2025_04_05": {"day": "the label has day and month the wrong way round"},
    "tr/Haberturk_2024_07_03": {"title": "the label keeps the name of the section"},
    "uk/DailyStar_2024_04_23": {"title": VISIBLE, "body": LISTS},
    "uk/TheIndependent_2024_11_22": {"title": VISIBLE},
    "ch/TagesAnzeiger_2024_09_04": {"authors": ADDED},
    "cn/People_2024_04_24": {"title": "the label keeps the names of section and site", "authors": EDITOR},
    "de/RuhrNachrichten_2024_05_03": {"body": LISTS},
    "de/TOnline_2026_01_07": {"title": VISIBLE},
    "de/TOnline_2026_04_15": {"authors": ADDED},
    "de/Taz_2024_10_23": {"title": "the label ends with a zero-width space", "body": "and lacks the first paragraph"},
    "de/WDR_2024_04_22": {"body": CUT},
    "py/Wochenblatt_2025_04_16": {"authors": ADDED},
    "uk/Nature_2026_02_07": {"body": "the label has the titles of other stories inside the paragraphs"},
}
IS_STUB = {"jp/ChunichiShimbun_2025_01_13"}  # their text breaks off with an ellipsis: the rest is for members


def open_pages():
    """The labels of the pages, but for one site in four, which nobody looks at."""
    if not CORPORA.exists():
        return []
    texts = [(CORPORA / f"{name}.dev.jsonl").read_text(encoding="utf-8") for name in ("aed", "fundus")]
    rows = [json.loads(line) for text in texts for line in text.splitlines()]
    return [row for row in rows if zlib.crc32(row["site"].encode()) % 4]


def of_publishers(rows):
    """Those of them that a publisher's scraper reads."""
    return [row for row in rows if scraper_for(host_of(row["url"])) is not Scraper]


@cache
def scorer():
    spec = importlib.util.spec_from_file_location("score", CORPORA / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("row", of_publishers(open_pages()), ids=lambda row: row["id"])
def test_labelled_page_becomes_its_record(row):
    page = Page(gzip.decompress((CORPORA / row["html_path"]).read_bytes()), row["url"])

    article = scrape(page)

    _, [score] = scorer().score([row], {row["id"]: article.as_dict()})
    wrong = {name for name in ("title", "authors", "day") if score.get(name, 1) < 1}
    wrong |= {"body"} if score["body_f1"] < BODY_F1 else set()
    assert wrong == set(LABEL_IS_WRONG.get(row["id"], ())), f"body F1 {score['body_f1']:.3f}, {article.title!r}"
    assert article.kind is Kind.PAYWALL if row["id"] in IS_STUB else article.is_article


@pytest.mark.skipif(not CORPORA.exists(), reason="the labelled pages are not beside the repository")
def test_no_exception_without_its_page():
    assert LABEL_IS_WRONG.keys() | IS_STUB <= {row["id"] for row in open_pages()}
