"""How long a one-off crawl takes from the command to the row: from nothing, and beside workers that run.

    python bench/start.py [--runs 5]

`dateline crawl URL` in a fresh data folder starts the embedded Postgres for itself; with workers, the crawl is asked
for in SQL, as other programs do. One page, on loopback. Times are by the clock, from the start of the command, or from
the request, to the time of the row.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ground import wire
from ground.service import folder, running
from polls import served

from worker import db, local
from worker.settings import Settings

WAIT_S = 60.0  # for one row
OPEN = {"DATELINE_ALLOW_PRIVATE_HOSTS": "1", "DATELINE_HTTP_PROXY": ""}


def main() -> None:
    """Run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with served(1, 0.0) as port:
        stories = [f"http://{wire.address(0)}:{port}/story/{1_700_000_000_000 + n}" for n in range(2 * options.runs)]
        figures = {"from nothing": [from_nothing(story) for story in stories[: options.runs]]}
        with folder() as home, running(home, OPEN) as (_, config):
            figures["beside workers"] = [beside_workers(config, story) for story in stories[options.runs :]]
    for name, runs in figures.items():
        seconds, cpu = [run[0] for run in runs], statistics.median(run[1] for run in runs)
        print(f"{name}: median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s", end="")
        print(f", CPU {cpu:.2f} s" if cpu else "")
    print(json.dumps(figures))


def from_nothing(story: str) -> tuple[float, float]:
    """Seconds from the command to the row, and CPU seconds of the command and its Postgres."""
    home = Path(tempfile.mkdtemp(prefix="dateline-bench-"))
    home.chmod(0o755)  # Postgres may have to run under another account
    (home / "sources.toml").touch()
    env = {**os.environ, **OPEN, "DATELINE_DATA_DIR": str(home), "DATELINE_SOURCES": str(home / "sources.toml")}
    program = Path(sys.executable).with_name("dateline")
    before, started = spent(), time.time()
    try:
        subprocess.run([program, "crawl", story], env=env, cwd=home, check=True, stdout=subprocess.DEVNULL)
        cpu_s = spent() - before
        config = Settings(data_dir=home, processes=1)
        with local.servers(config, wants_broker=False), db.connect(config.owner()) as conn:
            return seen_at(conn, story) - started, cpu_s
    finally:
        shutil.rmtree(home)


def spent() -> float:
    """CPU seconds of all children that have ended, theirs included."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def beside_workers(config: Settings, story: str) -> tuple[float, float]:
    """Seconds from the request to the row; what it takes of the workers' CPU is not told."""
    with db.connect(config.owner()) as conn:
        started = time.time()
        conn.execute("select dateline.crawl(%s)", (story,))
        while time.time() < started + WAIT_S:
            if seen := seen_at(conn, story):
                return seen - started, 0.0
            time.sleep(0.02)
    raise SystemExit(f"{story} was not stored.")


def seen_at(conn: db.Connection, story: str) -> float:
    """When the story was stored, in seconds since 1970; 0 if it was not."""
    row = conn.execute(
        "select extract(epoch from first_seen)::float8 as at from article where url = %s", (story,)
    ).fetchone()
    return row["at"] if row else 0.0


if __name__ == "__main__":
    main()
