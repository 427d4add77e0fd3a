"""End to end: `dateline up` reads newspapers on loopback, then Scrapy with trafilatura and psycopg reads the same.

Both have the same processors, the same Postgres and the same pages, which come faster than either reads them. Articles
are counted in Postgres from the first one on. The ratio is that of one run; a rate is that of this machine.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

from ground import corpora, peer
from ground.family import Family
from ground.figures import Figures, lines, measured
from ground.newspapers import Newspapers, Plan, host_of, published
from ground.service import folder, running

from worker import db, sources
from worker.sourcefile import FeedSpec, SourceSpec

HOSTS = 200
POLL_S = 30  # of a feed
SLACK_S = 30  # of publishing, for the start
SHORT_S, SHORT_BACKLOG, SHORT_RATE = 15.0, 10, 50.0
LEAST_RATIO = 1.0  # to the peer: below it something is wrong, whatever else the machine does
DATELINE = {
    "copies": "select count(copy_of) as n from article",
    "delays": """
        select percentile_cont(0.5) within group (order by extract(epoch from a.first_seen - p.newest_at)) as p50,
               percentile_cont(0.95) within group (order by extract(epoch from a.first_seen - p.newest_at)) as p95
          from article a join page p on p.article_id = a.id where p.newest_at >= %(since)s""",
}
PEER = {
    "copies": "select 0 as n",
    "delays": """
        select percentile_cont(0.5) within group (order by extract(epoch from first_seen - listed_at)) as p50,
               percentile_cont(0.95) within group (order by extract(epoch from first_seen - listed_at)) as p95
          from article where listed_at >= %(since)s""",
}


def main() -> None:
    """Measure one or both, print, and judge."""
    options = _options()
    plan = Plan(
        hosts=options.hosts if options.hosts or options.delay else HOSTS,
        backlog=options.backlog,
        rate=options.rate,
        seconds=options.seconds + SLACK_S,
        latency_ms=options.latency,
        names=corpora.NAMES if options.delay else corpora.NEWS,
    )
    found: dict[str, Figures] = {}
    with published(plan) as newspapers:
        print(newspapers.note, flush=True)
        for name, run in (("Dateline", dateline), ("peer", scrapy)):
            if options.only in (None, name.lower()) and (name != "peer" or _has_peer()):
                newspapers.restart()
                found[name] = run(newspapers, options)
                print(f"== {name}", *lines(found[name]), sep="\n", flush=True)
    ratio = _ratio(found)
    if options.json:
        said = {name: asdict(figures) for name, figures in found.items()}
        Path(options.json).parent.mkdir(parents=True, exist_ok=True)
        Path(options.json).write_text(json.dumps({**said, "ratio": ratio}, indent=1) + "\n", "utf-8")
    sys.exit(_verdict(found, ratio, options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--seconds", type=float, default=120, help="of each program, from its first article (default: %(default)s)")
    add("--rate", type=float, default=120, help="stories published a second (default: %(default)s)")
    add("--hosts", type=int, default=0, help=f"newspapers (default: {HOSTS}; with a delay all of the three corpora)")
    add("--backlog", type=int, default=40, help="stories of each newspaper at the start (default: %(default)s)")
    add("--latency", type=float, default=100, metavar="MS", help="of each answer (default: %(default)s)")
    add("--delay", type=float, default=0, help="seconds between requests to a host (default: %(default)g)")
    add("--processes", type=int, help="Dateline's worker processes (default: one a core)")
    add("--concurrency", type=int, help="visits of one process at once (default: the service's)")
    add("--only", choices=("dateline", "peer"), help="run one of the two")
    add("--short", action="store_true", help="a minute in all; fails only if Dateline is slower than the peer")
    add("--json", metavar="FILE", type=lambda name: Path(name).absolute(), help="write the figures there")
    add(
        "--profile",
        metavar="FILE",
        type=lambda name: Path(name).absolute(),
        help="let py-spy record every worker: to FILE with its number, .svg, .json (speedscope) or raw",
    )
    options = parser.parse_args()
    if options.short:
        options.seconds, options.backlog, options.rate = SHORT_S, SHORT_BACKLOG, SHORT_RATE
    return options


def dateline(newspapers: Newspapers, options: argparse.Namespace) -> Figures:
    """Run the service on the newspapers."""
    chosen = {
        "HTTP_PROXY": newspapers.proxy_url,
        "DELAY": options.delay,
        "POLL_FLOOR": POLL_S,
        "PROCESSES": options.processes,
        "CONCURRENCY": options.concurrency,
    }
    env = {f"DATELINE_{name}": str(value) for name, value in chosen.items() if value is not None}
    with folder() as home, running(home, env) as (up, config):
        newspapers.restart()
        with db.open_pool(config.database(), 1) as pool, pool.connection() as conn:
            for feed in newspapers.feeds:
                sources.add(conn, SourceSpec(host_of(feed), host_of(feed), None, (FeedSpec(feed),)), "added")
        family = Family([up])
        with _profiled(family.of_role("workers"), options):
            return measured(family, config.database(), newspapers, options.seconds, DATELINE)


def scrapy(newspapers: Newspapers, options: argparse.Namespace) -> Figures:
    """Run the peer on the newspapers."""
    with folder() as home, peer.database(home) as (url, postgres):
        newspapers.restart()
        with peer.spiders(home, url, newspapers, options.delay, POLL_S) as family:
            family.roots.append(postgres)
            return measured(family, url, newspapers, options.seconds, PEER)


def _has_peer() -> bool:
    if names := peer.missing():
        print(f"No {' and no '.join(names)}: without the peer. bench/README.md says how to install it.")
    return not names


@contextmanager
def _profiled(pids: Sequence[int], options: argparse.Namespace) -> Iterator[None]:
    """Let py-spy watch these processes, if it is wanted and there."""
    with ExitStack() as watching:
        spy = Path(sys.executable).with_name("py-spy")
        if options.profile and not spy.exists():
            print("No py-spy beside this Python: without profiles.")
        elif options.profile:
            form = {".svg": "flamegraph", ".json": "speedscope"}.get(options.profile.suffix, "raw")
            for pid in pids:
                to = options.profile.with_suffix(f".{pid}{options.profile.suffix}")
                words = ["record", "--pid", str(pid), "--output", str(to), "--format", form, "--nonblocking"]
                process = subprocess.Popen([spy, *words, "--duration", str(int(options.seconds))])
                watching.callback(process.wait)
        yield


def _ratio(found: dict[str, Figures]) -> dict[str, float]:
    """How much faster Dateline was, and how much less CPU it took."""
    if len(found) < 2:
        return {}
    ours, theirs = found["Dateline"], found["peer"]
    ratio = {"articles a second": ours.rate / theirs.rate, "CPU an article": theirs.own_cpu_ms / ours.own_cpu_ms}
    print("== Dateline : peer", *(f"{name}: {value:.2f} : 1" for name, value in ratio.items()), sep="\n")
    return ratio


def _verdict(found: dict[str, Figures], ratio: dict[str, float], options: argparse.Namespace) -> str | None:
    """What went wrong, None if nothing did. Noise moves rates; it does not move both ratios below the least."""
    if options.delay and "Dateline" in found and found["Dateline"].shortest_gap_s < options.delay:
        return f"Dateline asked a host twice within {found['Dateline'].shortest_gap_s:.3f} s."
    if options.short and ratio and max(ratio.values()) < LEAST_RATIO:
        return f"Dateline is slower than the peer: {ratio}"
    return None


if __name__ == "__main__":
    main()
