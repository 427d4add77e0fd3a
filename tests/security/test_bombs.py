"""Answers that would fill memory or never end: each ends within its limits, with its reason, while others are read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from worker.db import Connection

READ = ("nested", "attributes", "entities", "external", "json-ld", "json-ld-numbers", "word", "spaces", "story-0")
REASONS = {
    **dict.fromkeys(("gzip", "gzip-twice", "gzip-members", "deflate", "announced", "endless", "chunks"), "too_large"),
    **dict.fromkeys(("brotli", "zstd", "encodings"), "bad_encoding"),
    "headers": "bad_answer",
}
PEAK_KB = 900_000  # of a process that reads bodies of 10 MB


def test_bombs_end_within_their_limits_while_another_host_is_read(as_worker: str, conn: Connection) -> None:
    command = [sys.executable, "-m", "tests.security.bombing", as_worker]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr[
        -2000:
    ]  # neither the memory nor the CPU time that the kernel allows was used up
    found = json.loads(done.stdout)
    assert {name: found["reasons"].get(name) for name in REASONS} == REASONS
    read = [row["url"].rpartition("/")[2] for row in conn.execute("select url from article").fetchall()]
    assert sum(name.startswith("story-") for name in read) == 20
    assert {found["reasons"][name] for name in READ} == {"new"}, found["reasons"]
    assert found["peak_kb"] < PEAK_KB
    bodies = conn.execute("select body from article").fetchall()
    assert not [
        row for row in bodies if "root:" in row["body"] or "haha" in row["body"] or len(row["body"]) > 11_000_000
    ]
    assert conn.execute("select from fetch_log where reason = 'bug'").rowcount == 0
