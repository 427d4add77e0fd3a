"""The archive: one row per article, however often, from wherever and by however many at once it is written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scrapers.article import Kind
from tests.worker.builders import AMP, NOON, SHORT, STORY, add_source, article, articles, prose, save, told
from worker import events, store


def urls_of(conn, article_id):
    rows = conn.execute("select url from article_url where article_id = %s order by url", [article_id]).fetchall()
    return [row["url"] for row in rows]


# One row per article ----------------------------------------------------------------------------------------------


def test_a_new_article_becomes_a_row_with_all_its_fields(pool, conn):
    item = article(
        source_article_id="4711",
        subtitle="A standfirst",
        authors=("Asma Khan", "John O'Neil"),
        agency="AP",
        published=NOON,
        modified=NOON + timedelta(hours=1),
        section="Business",
        edition="print",
        edition_date=NOON.date(),
        dateline="ISLAMABAD",
        image="https://paper.example/i.jpg",
        tags=("cotton", "rain"),
        access="metered",
    )
    saved = save(pool, item)

    assert (saved.verdict, saved.since) == ("new", NOON)
    [row] = articles(conn)
    for name in (
        "title",
        "subtitle",
        "agency",
        "published",
        "published_precision",
        "published_raw",
        "modified",
        "language",
        "section",
        "edition",
    ):
        assert row[name] == getattr(item, name)
    for name in (
        "edition_date",
        "dateline",
        "body",
        "image",
        "access",
        "url",
        "canonical_url",
        "source_article_id",
        "kind",
    ):
        assert row[name] == getattr(item, name)
    assert (row["authors"], row["tags"], row["provenance"]) == (
        list(item.authors),
        list(item.tags),
        dict(item.provenance),
    )
    assert (row["source_id"], row["identity"], row["revision"]) == ("paper", "id:4711", 1)
    assert told(conn) == [("created", "Headline 1")]


def test_a_page_that_says_what_is_stored_waits_for_nobody_who_changes_the_row(pool, conn):
    first = save(pool, article())
    conn.execute("select pg_advisory_lock(hashtextextended('dateline.article', %s))", [first.id])

    again = save(pool, article())

    assert (again.id, again.verdict, again.since) == (first.id, "unchanged", first.since)


def test_a_text_that_changed_only_in_its_typesetting_is_what_is_stored(pool, conn):
    first = save(pool, article(published=NOON))
    before = articles(conn)

    again = save(pool, article(title=article().title.upper(), published=None, published_precision=None))

    assert (again.verdict, again.since, articles(conn)) == ("unchanged", first.since, before)


def test_an_article_without_a_title_or_a_time_is_stored_too(pool, conn):
    saved = save(pool, article(title=None))
    [row] = articles(conn)
    assert (row["title"], row["published"], row["published_precision"]) == ("", None, None)
    assert saved.since == row["first_seen"]


def test_unstorable_characters_change_nothing_but_themselves(pool, conn):
    item = article(title="Rain\x00fall", authors=("A\ud800", "B"), tags=("x\x00",), provenance={"title\x00": "meta"})
    save(pool, item)
    [row] = articles(conn)
    assert (row["title"], row["authors"], row["tags"]) == ("Rain\ufffdfall", ["A\ufffd", "B"], ["x\ufffd"])
    assert row["provenance"] == {"title\ufffd": "meta"}
    assert save(pool, item).verdict == "unchanged"


def test_the_same_again_is_unchanged_and_no_event(pool, conn):
    first = save(pool, article(published=NOON, authors=("A",), tags=("t",)))
    [before] = articles(conn)
    again = save(pool, article(published=NOON, authors=("A",), tags=("t",)))
    assert (again.id, again.verdict, again.events, again.since) == (first.id, "unchanged", (), NOON)
    assert articles(conn) == [before]
    assert len(told(conn)) == 1


@pytest.mark.parametrize("number", [None, "4711"])
def test_every_address_that_led_to_an_article_leads_to_it_again(pool, conn, number):
    first = save(pool, article(source_article_id=number), SHORT)
    assert urls_of(conn, first.id) == [SHORT, STORY]
    for url in (SHORT, AMP, STORY):  # AMP is new, but calls the story canonical
        assert save(pool, article(url=url, canonical_url=STORY, source_article_id=number)).id == first.id
    assert urls_of(conn, first.id) == [AMP, SHORT, STORY]
    assert len(articles(conn)) == 1


def test_an_address_that_stops_naming_its_canonical_one_is_still_known(pool, conn):
    first = save(pool, article(url=AMP, canonical_url=STORY))
    assert save(pool, article(url=AMP, canonical_url=AMP)).id == first.id
    assert len(articles(conn)) == 1


def test_the_publishers_id_outlives_a_changed_address(pool, conn):
    first = save(pool, article(source_article_id="4711"))
    moved = save(pool, article(url="https://paper.example/story/better-slug", source_article_id="4711"))
    assert (moved.id, moved.verdict) == (first.id, "unchanged")
    [row] = articles(conn)
    assert row["url"] == "https://paper.example/story/better-slug"
    assert urls_of(conn, first.id) == [STORY, "https://paper.example/story/better-slug"]


def test_pages_with_different_publishers_ids_stay_apart_whatever_their_canonical_address(pool, conn):
    for number in (1, 2, 1, 2):
        save(pool, article(number, canonical_url="https://paper.example/", source_article_id=str(number)))
    assert [row["title"] for row in articles(conn)] == ["Headline 1", "Headline 2"]
    assert [row["revision"] for row in articles(conn)] == [1, 1]


def test_a_canonical_address_that_leads_to_another_story_is_not_believed(pool, conn):
    section = "https://paper.example/business"
    for _ in range(2):
        for number in (1, 2, 3):
            save(pool, article(number, canonical_url=section))

    rows = articles(conn)
    assert [row["canonical_url"] for row in rows] == [section, rows[1]["url"], rows[2]["url"]]
    assert [row["revision"] for row in rows] == [1, 1, 1]


def test_another_version_of_a_page_is_the_same_article_by_its_canonical_address(pool, conn):
    item = article(1)
    save(pool, item)
    paragraphs = (*item.paragraphs, "Read by nobody yet.")
    mobile = article(1, url="https://m.paper.example/story/1", canonical_url=item.url, paragraphs=paragraphs)

    assert save(pool, mobile).verdict == "revised"
    assert len(articles(conn)) == 1


def test_two_articles_that_call_each_other_canonical_stay_two(pool, conn):
    for _ in range(2):
        save(pool, article(1, canonical_url="https://paper.example/story/2"))
        save(pool, article(2, canonical_url="https://paper.example/story/1"))

    assert [row["revision"] for row in articles(conn)] == [1, 1]


def test_an_article_that_gets_a_publishers_id_later_stays_the_same_article(pool, conn):
    first = save(pool, article())
    assert save(pool, article(source_article_id="4711")).id == first.id
    assert save(pool, article(url="https://paper.example/moved", source_article_id="4711")).id == first.id


def test_the_same_id_at_two_publishers_is_two_articles(pool, conn):
    save(pool, article(1, source_article_id="4711"))
    save(pool, article(2, url="https://other.example/2", source="other", source_article_id="4711"))
    assert [row["source_id"] for row in articles(conn)] == ["paper", "other"]


# Whose article it is ----------------------------------------------------------------------------------------------


def test_an_article_of_an_unknown_site_brings_its_source(pool, conn):
    save(pool, article(url="https://www.herald.example/1", source="herald.example"))
    assert conn.execute("select id, name, site, origin from source").fetchall() == [
        {"id": "herald.example", "name": "herald.example", "site": "herald.example", "origin": "crawl"}
    ]


@pytest.mark.parametrize(
    ("named", "listed_by", "source"),
    [
        pytest.param("paper", "wire", "paper", id="the-scrapers-first"),
        pytest.param("herald.example", "wire", "wire", id="then-whose-feed-listed-it"),
        pytest.param("herald.example", None, "herald", id="then-that-of-its-site"),
    ],
)
def test_an_article_belongs_to_a_known_source(pool, conn, named, listed_by, source):
    add_source(conn, "paper")
    add_source(conn, "wire")
    add_source(conn, "herald", site="herald.example")
    save(pool, article(url="https://m.herald.example/1", source=named), listed_by=listed_by)
    assert [row["source_id"] for row in articles(conn)] == [source]
    assert conn.execute("select count(*) from source").fetchone() == {"count": 3}


# Revisions --------------------------------------------------------------------------------------------------------


def test_a_changed_text_is_a_revision_and_the_old_text_stays(pool, conn):
    save(pool, article())
    changed = article(title="A better headline", paragraphs=(prose(50),))
    assert save(pool, changed).verdict == "revised"

    [row] = articles(conn)
    assert (row["revision"], row["title"], row["body"]) == (2, "A better headline", prose(50))
    revisions = conn.execute("select * from dateline.article_revisions order by revision").fetchall()
    assert [(r["revision"], r["title"], r["body"], r["changed_next"]) for r in revisions] == [
        (1, "Headline 1", article().body, ["title", "body"]),
        (2, "A better headline", prose(50), []),
    ]
    assert revisions[0]["seen_until"] == revisions[1]["seen_from"]
    assert conn.execute("select kind, changed from dateline.events order by id").fetchall() == [
        {"kind": "created", "changed": []},
        {"kind": "updated", "changed": ["title", "body"]},
    ]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"title": "Other"}, "title"),
        ({"subtitle": "Other"}, "subtitle"),
        ({"authors": ("Other",)}, "authors"),
        ({"published": NOON}, "published"),
        ({"kind": Kind.LIVE}, "kind"),
        ({"paragraphs": (prose(9),)}, "body"),
    ],
)
def test_each_field_that_readers_see_makes_a_revision(pool, conn, change, name):
    save(pool, article())
    saved = save(pool, article(**change))
    assert saved.events == (events.Event("updated", saved.id, (name,)),)
    assert articles(conn)[0]["revision"] == 2


@pytest.mark.parametrize(
    "change",
    [
        {"paragraphs": tuple(f" {paragraph}  \n".replace(" ", "\u00a0 ") for paragraph in article().paragraphs)},
        {"paragraphs": (" ".join(article().paragraphs),)},
        {"title": "  Headline\n1 "},
    ],
)
def test_other_spacing_is_no_revision(pool, conn, change):
    save(pool, article())
    assert save(pool, article(**change)).verdict == "unchanged"
    assert articles(conn)[0]["revision"] == 1


def test_lesser_fields_are_brought_up_to_date_without_a_revision(pool, conn):
    save(pool, article())
    saved = save(pool, article(section="World", tags=("rain",), modified=NOON, provenance={"section": "meta"}))
    assert saved.verdict == "unchanged"
    [row] = articles(conn)
    assert (row["section"], row["tags"], row["modified"], row["revision"]) == ("World", ["rain"], NOON, 1)
    assert row["provenance"] == {"section": "meta"}


def test_flips_between_two_texts_are_one_line(pool, conn):
    saved = [save(pool, article(paragraphs=(prose(text),))) for text in (1, 2, 1, 2, 1, 2, 1)]
    assert [one.verdict for one in saved] == ["new", "revised", *["unchanged"] * 5]
    rows = conn.execute("select revision, body, flips from dateline.article_revisions order by 1").fetchall()
    assert [(row["revision"], row["body"], row["flips"]) for row in rows] == [(1, prose(1), 3), (2, prose(2), 0)]


def test_a_text_that_is_put_back_for_a_day_is_a_third_revision(pool, conn):
    for text in (1, 2, 1):
        save(pool, article(paragraphs=(prose(text),)))
    conn.execute("update article set flipped_at = flipped_at - interval '1 day'")
    assert save(pool, article(paragraphs=(prose(1),))).verdict == "revised"
    rows = conn.execute("select revision, body from dateline.article_revisions order by 1").fetchall()
    assert [(row["revision"], row["body"]) for row in rows] == [(1, prose(1)), (2, prose(2)), (3, prose(1))]


# Taken down, and back again ---------------------------------------------------------------------------------------


def take_down(pool, article_id):
    with pool.connection() as writer:
        writer.execute(
            "update article set missing_looks = 2, missing_since = now() - interval '2 days' where id = %s",
            (article_id,),
        )
        return store.note_missing(writer, article_id, STORY)


def test_an_article_goes_once_and_comes_back_once(pool, conn):
    saved = save(pool, article())
    assert take_down(pool, saved.id) == [events.Event("gone", saved.id)]
    assert take_down(pool, saved.id) == []
    assert articles(conn)[0]["gone_at"]
    assert save(pool, article()).events == (events.Event("restored", saved.id),)
    assert articles(conn)[0]["gone_at"] is None
    assert save(pool, article()).events == ()


def test_an_article_that_comes_back_changed_is_restored_and_updated(pool, conn):
    take_down(pool, save(pool, article()).id)
    again = save(pool, article(title="Corrected"))
    assert [event.kind for event in again.events] == ["restored", "updated"]
    assert articles(conn)[0]["gone_at"] is None
