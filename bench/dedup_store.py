"""The near-duplicate check inside the store's transaction, at 10,000 and 1,000,000 articles.

    python bench/dedup_store.py [--sizes 10000 1000000] [--articles 600] [--races 1000]
    python bench/dedup_store.py --sizes 10000 10000000  # takes longer, and 20 GB of disk while it runs

Runs an embedded Postgres with fsync, fills it with articles that have sketches of random hashes, then stores invented
stories of 500 words: half are new, half are copies of the one before, cut and with a lead of their own. The check is
what comes after the row is written; the statement that writes it takes the locks for it. Then pairs of copies are
stored at the same moment by two connections, and those that were not joined are counted.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from unittest import mock

from scrapers.article import Article, Kind
from worker import db, events, local, store
from worker.dedup import groups
from worker.settings import Settings

SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in "aeiou"]
NOW = datetime.now(UTC)


def story(seed: str, words: int = 500) -> list[str]:
    """Sentences of invented words with a figure here and there."""
    chance = random.Random(seed)
    vocabulary = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(250)]
    sentences = []
    for _ in range(words // 14):
        line = [*chance.choices(vocabulary, k=13), str(chance.randint(2, 900))]
        sentences.append(" ".join(line).capitalize() + ".")
    return sentences


def paper(name: str, number: str, text: Sequence[str]) -> Article:
    """The story in one of some papers."""
    url = f"https://{name}.example/{number}"
    title = " ".join(text[0].split()[:7])
    return Article(
        url=url,
        canonical_url=url,
        source=name,
        title=title,
        paragraphs=tuple(text),
        kind=Kind.ARTICLE,
        published=NOW,
        published_precision="second",
    )


def fill(conn: db.Connection, size: int) -> None:
    """Bring the number of articles to `size`; their sketches are random."""
    conn.execute("insert into source (id, name, site, origin) values ('x', 'x', 'x', 'crawl') on conflict do nothing")
    have = db.one(conn.execute("select count(*) as count from article"))["count"]
    indexes = conn.execute(
        "select indexname, indexdef from pg_indexes where tablename = 'article' and indexname <> 'article_pkey'"
        " and not exists (select from pg_constraint where conname = indexname)"
    ).fetchall()
    conn.execute("set session_replication_role = replica")  # foreign keys are not looked at
    conn.execute("set maintenance_work_mem = '1GB'")
    conn.execute("alter table sketch drop constraint if exists sketch_pkey")
    conn.execute("drop index if exists sketch_article")
    for index in indexes:
        conn.execute(f"drop index {index['indexname']}")
    conn.execute(
        """
        insert into article (source_id, identity, url, canonical_url, title, body, access, kind, text_hash)
        select 'x', 'url:' || lpad(n::text, 9, '0'), 'https://x.example/' || n, 'https://x.example/' || n, 'x', 'x',
               'free', 'article', hashint8extended(n, 7)
          from generate_series(%s::bigint, %s::bigint) as n""",
        (have + 1, size),
    )
    conn.execute(
        """
        insert into sketch (hash, article_id)
        select hashint8extended(id * 16 + k, 1), id from article, generate_series(1, 16) as k
         where not exists (select from sketch where article_id = id)"""
    )
    for index in indexes:
        conn.execute(index["indexdef"])
    conn.execute("create index sketch_article on sketch (article_id)")
    conn.execute("alter table sketch add primary key (hash, article_id)")
    conn.execute("set session_replication_role = origin")
    conn.execute("analyze")
    conn.execute("checkpoint")


def save(pool: db.Pool, item: Article) -> int:
    """Store it as the service does."""
    with pool.connection() as conn:
        saved = store.save(conn, item, [item.url], None)
        events.publish(conn, saved.events)
    return saved.id


def timed(pool: db.Pool, run: str, count: int) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds by the clock and of this thread's CPU, of new articles and of copies: the check, the transaction."""
    spent = [0.0, 0.0]

    def clocked(function):
        def inner(*values, **named):
            started = time.perf_counter(), time.thread_time()
            try:
                return function(*values, **named)
            finally:
                spent[0] += (time.perf_counter() - started[0]) * 1000
                spent[1] += (time.thread_time() - started[1]) * 1000

        return inner

    parts = [f"{part}, {kind}" for part in ("check", "transaction") for kind in ("new article", "copy")]
    found: dict[str, list[tuple[float, float]]] = {part: [] for part in parts}
    with mock.patch.object(groups, "settle", clocked(groups.settle)):
        for number in range(count):
            text = story(f"{run} {number}")
            lead = story(f"{run} lead {number}", 42)
            for name, body, kind in (("a", text, "new article"), ("b", [*lead, *text[:22]], "copy")):
                spent[:] = 0.0, 0.0
                started = time.perf_counter(), time.thread_time()
                save(pool, paper(f"{name}{number % 20}", f"{run}{number}", body))
                ended = time.perf_counter(), time.thread_time()
                found[f"transaction, {kind}"].append(tuple((ended[i] - started[i]) * 1000 for i in (0, 1)))
                found[f"check, {kind}"].append((spent[0], spent[1]))
    return found


def race(pool: db.Pool, run: str, count: int) -> int:
    """How many of so many copies, stored at the same moment as their original, were not joined."""
    barrier = Barrier(2)

    def store_all(name: str) -> list[int]:
        ids = []
        for number in range(count):
            text = story(f"{run} race {number}", 140)
            barrier.wait()
            ids.append(save(pool, paper(name, f"{run}r{number}", text if name == "left" else text[:7])))
        return ids

    with ThreadPoolExecutor(2) as threads:
        left, right = threads.map(store_all, ("left", "right"))
    with pool.connection() as conn:
        row = conn.execute(
            "select count(*) as joined from article where copy_of is not null and id = any(%s)", (left + right,)
        ).fetchone()
    return count - row["joined"]


def quantiles(values: Sequence[float]) -> str:
    """Median, 99th percentile and largest."""
    ordered = sorted(values)
    return f"{ordered[len(ordered) // 2]:6.2f} {ordered[int(len(ordered) * 0.99)]:6.2f} {ordered[-1]:7.2f}"


def main() -> None:
    """Print the milliseconds of the check, the bytes of an article's sketch, and the copies that a race left apart."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 1_000_000])
    parser.add_argument("--articles", type=int, default=600)
    parser.add_argument("--races", type=int, default=1_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dateline-bench-") as folder:
        Path(folder).chmod(0o755)  # Postgres may have to run under another account
        config = Settings(data_dir=Path(folder), processes=1)
        with local.servers(config, wants_broker=False):
            with db.connect(config.owner()) as conn:
                db.install_schema(conn)
            with db.open_pool(config.database(), 4) as pool:
                for size in options.sizes:
                    measure(pool, config.owner(), size, options)


def measure(pool: db.Pool, url: str, size: int, options: argparse.Namespace) -> None:
    """Fill up to `size` and print what was measured."""
    started = time.perf_counter()
    with db.connect(url) as conn:
        fill(conn, size)
        row = db.one(conn.execute("select pg_total_relation_size('sketch') as bytes, count(*) as n from article"))
    print(f"\n{size} articles, filled in {time.perf_counter() - started:.0f} s: ", end="")
    print(f"{row['bytes'] / row['n']:.0f} bytes an article in the table of sketches and its indexes")
    timed(pool, f"warm{size}", 30)
    print("milliseconds                   median    p99     max    CPU here: median    p99     max")
    for name, values in timed(pool, f"run{size}", options.articles).items():
        clock, cpu = zip(*values, strict=True)
        print(f"{name:28} {quantiles(clock)}             {quantiles(cpu)}")
    if options.races:
        print(
            f"{race(pool, f'x{size}', options.races)} of {options.races} copies stored with their original not joined"
        )


if __name__ == "__main__":
    main()
