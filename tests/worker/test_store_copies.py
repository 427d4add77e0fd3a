"""Copies in the archive, and many who write at once: whatever the order, each text has one original."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.worker.builders import NOON, SHORT, STORY, article, articles, prose, save, together, told

# Copies -----------------------------------------------------------------------------------------------------------

WIRE = prose(77)


def copy_at(name, hours=0, text=WIRE, **fields):
    url = f"https://{name}.example/story"
    return article(
        url=url, source=name, title=name, paragraphs=(text,), published=NOON + timedelta(hours=hours), **fields
    )


def original_of(conn):
    rows = conn.execute("select a.title, o.title as original from article a left join article o on o.id = a.copy_of")
    return {row["title"]: row["original"] for row in rows}


def test_the_same_text_under_another_identity_is_a_copy(pool, conn):
    save(pool, copy_at("first"))
    saved = save(pool, copy_at("second", hours=1))
    assert saved.verdict == "copied"
    assert original_of(conn) == {"first": None, "second": "first"}
    assert told(conn) == [("created", "first"), ("created", "second"), ("copied", "second")]


def test_an_earlier_publication_that_arrives_later_becomes_the_original(pool, conn):
    save(pool, copy_at("late", hours=5))
    save(pool, copy_at("later", hours=6))
    assert save(pool, copy_at("early")).verdict == "new"
    assert original_of(conn) == {"early": None, "late": "early", "later": "early"}
    assert told(conn)[3:] == [("created", "early"), ("copied", "late"), ("copied", "later")]


def test_an_original_whose_time_is_corrected_may_turn_into_a_copy(pool, conn):
    save(pool, copy_at("first", hours=0))
    save(pool, copy_at("second", hours=1))
    save(pool, copy_at("first", hours=2))
    assert original_of(conn) == {"first": "second", "second": None}
    assert told(conn)[-3:] == [("updated", "first"), ("separated", "second"), ("copied", "first")]


def test_an_edited_copy_separates(pool, conn):
    save(pool, copy_at("first"))
    save(pool, copy_at("second", hours=1))
    save(pool, copy_at("second", hours=1, text=WIRE + " with a word of our own"))
    assert original_of(conn) == {"first": None, "second": None}
    assert told(conn)[-2:] == [("updated", "second"), ("separated", "second")]


def test_the_copies_of_an_edited_original_get_another_original(pool, conn):
    for hours, name in enumerate(("first", "second", "third")):
        save(pool, copy_at(name, hours))
    save(pool, copy_at("first", text=prose(78)))
    assert original_of(conn) == {"first": None, "second": None, "third": "second"}
    assert told(conn)[-3:] == [("updated", "first"), ("separated", "second"), ("copied", "third")]


def test_an_article_edited_into_anothers_text_becomes_its_copy(pool, conn):
    save(pool, copy_at("first"))
    save(pool, copy_at("second", hours=1, text=prose(78)))
    save(pool, copy_at("second", hours=1))
    assert original_of(conn) == {"first": None, "second": "first"}
    assert told(conn)[-2:] == [("updated", "second"), ("copied", "second")]


def test_a_copy_that_loses_its_text_separates(pool, conn):
    save(pool, copy_at("first"))
    save(pool, copy_at("second", hours=1))
    save(pool, copy_at("second", hours=1, text="Removed"))
    assert original_of(conn) == {"first": None, "second": None}
    assert told(conn)[-2:] == [("updated", "second"), ("separated", "second")]


def test_the_copies_of_an_original_that_loses_its_text_get_another_original(pool, conn):
    for hours, name in enumerate(("first", "second", "third")):
        save(pool, copy_at(name, hours))
    save(pool, copy_at("first", text="Removed"))
    assert original_of(conn) == {"first": None, "second": None, "third": "second"}


def test_a_copy_read_again_stays_one_without_an_event(pool, conn):
    save(pool, copy_at("first"))
    save(pool, copy_at("second", hours=1))
    assert save(pool, copy_at("second", hours=1, section="World")).events == ()
    assert original_of(conn) == {"first": None, "second": "first"}


# Many at once -----------------------------------------------------------------------------------------------------


def assert_consistent(conn):
    """Each text has one original, to which all its copies point, and each article was created once."""
    assert (
        conn.execute("""
        select a.id from article a join article o on o.id = a.copy_of
         where o.copy_of is not null or o.text_hash is distinct from a.text_hash""").fetchall()
        == []
    )
    assert (
        conn.execute("""
        select text_hash from article where copy_of is null and text_hash is not null
         group by text_hash having count(*) > 1""").fetchall()
        == []
    )
    created = conn.execute("select article_id from event where kind = 'created' order by 1").fetchall()
    assert [row["article_id"] for row in created] == [row["id"] for row in articles(conn)]
    assert (
        conn.execute("""
        select id from article where revision <> 1 + (select count(*) from revision where article_id = article.id)
            or revision <> 1 + (select count(*) from event where article_id = article.id and kind = 'updated')
    """).fetchall()
        == []
    )


def test_sixteen_writers_of_one_article_make_one_row(pool, conn):
    saved = together([lambda: save(pool, article())] * 16)
    assert sorted(one.verdict for one in saved) == ["new", *["unchanged"] * 15]
    assert len(articles(conn)) == 1
    assert_consistent(conn)


def test_one_article_by_many_addresses_at_once_is_one_row(pool, conn):
    jobs = [
        lambda n=n: save(
            pool, article(url=f"https://paper.example/s/{n}", canonical_url=STORY), f"https://go.example/{n % 3}"
        )
        for n in range(16)
    ]
    assert len({saved.id for saved in together(jobs)}) == 1
    assert_consistent(conn)


def test_one_text_under_many_identities_at_once_is_one_original(pool, conn):
    together([lambda n=n: save(pool, copy_at(f"paper{n}", hours=n)) for n in range(16)])
    assert original_of(conn) == {f"paper{n}": None if n == 0 else "paper0" for n in range(16)}
    assert_consistent(conn)


def test_mixed_edits_at_once_leave_consistent_copies(pool, conn):
    def edit(worker):
        for step in range(8):
            number = (worker * 3 + step) % 5
            save(
                pool,
                copy_at(f"paper{number}", hours=number, text=prose((worker + step) % 3)),
                f"https://go.example/{number}",
            )

    together([lambda worker=worker: edit(worker) for worker in range(12)])
    assert len(articles(conn)) == 5
    assert_consistent(conn)


def test_edits_of_one_article_by_addresses_that_have_nothing_in_common_are_all_kept(pool, conn):
    """Known by its publisher's id at one address and by another address alone: neither names what the other locks."""
    save(pool, article(source_article_id="4711"), SHORT)
    by_id = article(url="https://paper.example/new-slug", source_article_id="4711")
    by_address = article(url=SHORT)
    other = copy_at("other", hours=1, text=prose(3))
    save(pool, other)

    def edit(worker):
        for step in range(8):
            save(pool, replace((by_id, by_address)[worker % 2], paragraphs=(prose((worker + step) % 4),)))

    together([lambda worker=worker: edit(worker) for worker in range(8)])
    assert len(articles(conn)) == 2
    assert_consistent(conn)
