"""The catalogue of publishers: finding one by name, and what it becomes as a source."""

from __future__ import annotations

import pytest

from worker import catalogue
from worker.sourcefile import dump, parse


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        pytest.param("Business Recorder", ["brecorder"], id="name"),
        pytest.param("BUSINESS   recorder", ["brecorder"], id="case-and-space"),
        pytest.param("brecorder", ["brecorder"], id="id"),
        pytest.param("dawn.com", ["dawn"], id="host"),
        pytest.param("https://www.dawn.com/latest", ["dawn"], id="address"),
        pytest.param("les echos", ["lesechos"], id="accents"),
        pytest.param("Business Rec", ["brecorder"], id="start"),
        pytest.param("xpress trib", ["tribune-pk"], id="part"),
        pytest.param("no such paper", [], id="none"),
        pytest.param("", [], id="empty"),
        pytest.param(" -- ", [], id="no-letters"),
    ],
)
def test_a_publisher_is_found(name: str, ids: list[str]) -> None:
    assert [one.id for one in catalogue.find(name)] == ids


def test_an_ambiguous_name_gives_all_it_may_mean() -> None:
    found = catalogue.find("business")

    assert len(found) > 1
    assert all("business" in one.name.lower() for one in found)


def test_a_misspelt_name_brings_suggestions() -> None:
    assert catalogue.find("Busines Recordr") == []
    assert catalogue.suggest("Busines Recordr")[0] == "Business Recorder"
    assert catalogue.suggest("qqqqqqqqqq") == []


def test_every_publisher_is_a_source_that_the_sources_file_accepts() -> None:
    specs = [one.spec() for one in catalogue.publishers()]

    assert parse(dump(specs)) == [
        type(one)(**{field: getattr(one, field) for field in one.__slots__} | {"feeds": _as_written(one.feeds)})
        for one in specs
    ]
    assert all(one.feeds for one in specs)


def _as_written(feeds):
    """As the file says them: it tells sitemaps from feeds, and nothing more."""
    kinds = {"feed": None, "news_sitemap": "sitemap", "sitemap": "sitemap"}
    written = [type(feed)(feed.url, kinds[feed.kind]) for feed in feeds]
    return tuple(sorted(written, key=lambda feed: feed.kind is not None))


def test_archives_are_left_out_where_there_is_something_current() -> None:
    for one in catalogue.publishers():
        kinds = {feed.kind for feed in one.spec().feeds}
        assert kinds <= {"feed", "news_sitemap"} or kinds == {"sitemap"}


def test_nothing_in_the_catalogue_claims_to_be_verified() -> None:
    assert not any(one.verified for one in catalogue.publishers())


def test_ids_and_addresses_are_unique() -> None:
    everyone = catalogue.publishers()
    urls = [feed.url for one in everyone for feed in one.feeds]

    assert len({one.id for one in everyone}) == len(everyone) > 150
    assert len(set(urls)) == len(urls)
