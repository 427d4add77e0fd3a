"""Forged messages on a real Valkey, before a real worker: none is executed, each is logged, and the worker goes on."""

from __future__ import annotations

import base64
import gzip
import json
import os
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import redis

from tests.site.press import Press
from tests.test_service import DATELINE, environment, running
from tests.waiting import until
from worker.db import Connection
from worker.local import Access

QUEUE = "dateline"
__all__ = ["environment"]  # the fixture that tells processes where everything is


class Touch:
    """Unpickled, it makes a file: that it is there means that a message was executed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.path}",)


def message(
    task: str,
    args: Any = (),
    kwargs: Any = None,
    *,
    body: bytes | None = None,
    kind: str = "application/json",
    **extra: Any,
) -> dict[str, Any]:
    """A task message as Celery's protocol 2 puts it into a Redis list, or one that only looks like it."""
    number = str(uuid4())
    content = json.dumps([args, {} if kwargs is None else kwargs, {"chain": None}]).encode() if body is None else body
    headers = {"lang": "py", "task": task, "id": number, "root_id": number, "argsrepr": "()", "kwargsrepr": "{}"}
    properties = {
        "correlation_id": number, "delivery_mode": 2, "delivery_tag": str(uuid4()), "body_encoding": "base64",
        "delivery_info": {"exchange": "", "routing_key": QUEUE}, "priority": 0,
    }  # fmt: skip
    return {
        "body": base64.b64encode(content).decode(),
        "content-type": kind,
        "content-encoding": "utf-8" if kind.endswith("json") else "binary",
        "headers": {**headers, **extra.pop("headers", {})},
        "properties": {**properties, **extra.pop("properties", {})},
        **extra,
    }


FORGED: dict[str, Callable[[Path], Any]] = {
    "pickle": lambda path: message(
        "dateline.tick", body=pickle.dumps(Touch(path)), kind="application/x-python-serialize"
    ),
    "pickle-by-its-other-name": lambda path: message("dateline.tick", body=pickle.dumps(Touch(path)), kind="pickle"),
    "pickle-called-json": lambda path: message("dateline.tick", body=pickle.dumps(Touch(path))),
    "pickle-compressed": lambda path: message(
        "dateline.tick",
        body=gzip.compress(pickle.dumps(Touch(path))),
        kind="application/x-python-serialize",
        headers={"compression": "application/x-gzip"},
    ),
    "pickle-in-protocol-1": lambda path: {
        **message("x", body=pickle.dumps({"task": Touch(path)}), kind="application/x-python-serialize"),
        "headers": {},
    },
    "yaml": lambda path: message(
        "dateline.tick", body=f"!!python/object/apply:os.system ['touch {path}']".encode(), kind="application/x-yaml"
    ),
    "a-type-of-kombu": lambda path: message(
        "dateline.crawl", [{"__type__": "os.system", "__value__": f"touch {path}"}]
    ),
    "a-class-of-python": lambda path: message(
        "dateline.crawl", [{"py/reduce": [{"py/function": "os.system"}, [f"touch {path}"]]}]
    ),
    "unknown-task": lambda path: message("os.system", [f"touch {path}"]),
    "task-by-its-module": lambda path: message("subprocess.run", [["touch", str(path)]]),
    "builtin-map": lambda path: message("celery.map", [{"task": "os.system"}, [f"touch {path}"]]),
    "builtin-starmap": lambda path: message("celery.starmap", [{"task": "dateline.visit"}, [["h", "t"]] * 3]),
    "builtin-cleanup": lambda path: message("celery.backend_cleanup"),
    "builtin-chord": lambda path: message("celery.chord_unlock", ["x", {"task": "os.system"}]),
    "too-many-arguments": lambda path: message("dateline.tick", ["x"] * 50),
    "arguments-by-wrong-names": lambda path: message("dateline.visit", [], {"cmd": f"touch {path}"}),
    "arguments-of-an-earlier-release": lambda path: message("dateline.visit", ["host", str(uuid4())]),
    "argument-of-another-type": lambda path: message("dateline.visit", [{"a": 1}]),
    "argument-of-sql": lambda path: message("dateline.visit", ["'; drop table article; --"]),
    "arguments-no-list": lambda path: message("dateline.visit", 7),
    "keywords-no-mapping": lambda path: message("dateline.visit", ["a", "b"], [1]),
    "body-no-triple": lambda path: message("dateline.visit", body=b'{"a": 1}'),
    "body-nothing": lambda path: message("dateline.visit", body=b""),
    "body-deep": lambda path: message("dateline.visit", body=b"[" * 100_000),
    "body-no-utf8": lambda path: message("dateline.visit", body=b"\xff\xfe\x00"),
    "charset-unknown": lambda path: message("dateline.visit", **{"content-encoding": "no-such-charset"}),
    "compression-unknown": lambda path: message("dateline.visit", headers={"compression": "no-such"}),
    "task-no-text": lambda path: message(["os.system"]),
    "task-nothing": lambda path: message(None),
    "eta-no-time": lambda path: message("dateline.visit", ["a", "b"], headers={"eta": "soon"}),
    "expires-no-time": lambda path: message("dateline.visit", ["a", "b"], headers={"expires": {"a": 1}}),
    "retries-no-number": lambda path: message("dateline.visit", ["a", "b"], headers={"retries": "many"}),
    "time-limit-absurd": lambda path: message("dateline.visit", ["a", "b"], headers={"timelimit": ["x", []]}),
    "crawl-of-nothing": lambda path: message("dateline.crawl"),
    "crawl-of-a-number": lambda path: message("dateline.crawl", [7]),
    "crawl-of-lists": lambda path: message("dateline.crawl", [[["a"], {"b": 1}, None]]),
    "crawl-of-too-few": lambda path: message("dateline.crawl", [["http://harbour-gazette.test/"], -5]),
    "crawl-of-words-for-pages": lambda path: message("dateline.crawl", [["http://harbour-gazette.test/"], "all"]),
    "crawl-since-never": lambda path: message("dateline.crawl", ["http://harbour-gazette.test/", 1, "never"]),
    "crawl-since-a-list": lambda path: message("dateline.crawl", ["http://harbour-gazette.test/", 1, [1]]),
    "crawl-of-a-file": lambda path: message("dateline.crawl", ["file:///etc/passwd"]),
    "crawl-huge": lambda path: message("dateline.crawl", ["http://h.test/" + "a" * 5_000_000]),
    "crawl-of-very-many": lambda path: message("dateline.crawl", [[f"http://h{n}.test/" for n in range(200_000)]]),
    "envelope-no-json": lambda path: b"\x80\x04 nonsense",
    "envelope-nothing": lambda path: b"",
    "envelope-a-number": lambda path: b"7",
    "envelope-a-list": lambda path: b"[]",
    "envelope-empty": lambda path: {},
    "envelope-deep": lambda path: b"[" * 100_000,
    "envelope-without-properties": lambda path: {**message("dateline.tick"), "properties": None},
    "envelope-without-tag": lambda path: {**message("dateline.tick"), "properties": {}},
    "envelope-without-headers": lambda path: {**message("dateline.tick"), "headers": None},
    "envelope-with-headers-of-text": lambda path: {**message("dateline.tick"), "headers": "task"},
    "envelope-with-a-body-of-another-type": lambda path: {**message("dateline.tick"), "body": [1]},
    "envelope-with-no-base64": lambda path: {**message("dateline.tick"), "body": "\u2603"},
    "envelope-with-another-encoding": lambda path: message("dateline.tick", properties={"body_encoding": "rot13"}),
}
ACCEPTED = {
    "crawl-of-a-file",
    "expires-no-time",
    "retries-no-number",
}  # a row that says why nothing came of it; a number ignored
REPORTED = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ (?:WARNING|ERROR|CRITICAL) (?:celery|worker\.messages)", re.MULTILINE)


def test_forged_messages_are_logged_and_not_executed_and_the_worker_goes_on(
    environment: dict[str, str], embedded: Access, press: Press, conn: Connection, tmp_path: Path
) -> None:
    touched, log, story = tmp_path / "touched", tmp_path / "worker.log", press.gazette.publish()
    broker = redis.Redis.from_url(embedded.redis_url)
    settings = {**environment, "DATELINE_PROCESSES": "1", "DATELINE_CONCURRENCY": "4"}
    with running([DATELINE, "worker"], settings, log) as parent:
        until("the worker is there", lambda: conn.execute("select from worker").rowcount == 1)
        [worker] = psutil.Process(parent.pid).children()
        for make in FORGED.values():
            forged = make(touched)
            broker.lpush(QUEUE, forged if isinstance(forged, bytes) else json.dumps(forged))
        broker.lpush(QUEUE, json.dumps(message("dateline.crawl", [story.url])))
        asked = "select from crawl where targets = %s"
        until("the last message is done", lambda: conn.execute(asked, ([story.url],)).rowcount == 1)
        until("nothing is left over", lambda: not broker.llen(QUEUE) and not broker.hlen("unacked"))
        broker.lpush(QUEUE, json.dumps(message("dateline.tick")))
        until(
            "a tick opens the crawls", lambda: conn.execute("select from crawl where opened_at is null").rowcount == 0
        )
        assert [child.pid for child in psutil.Process(parent.pid).children()] == [worker.pid]

    assert not touched.exists()
    assert len(REPORTED.findall(log.read_text())) >= len(FORGED) - len(ACCEPTED)
    rows = conn.execute("select targets, refused from crawl where targets <> %s", ([story.url],)).fetchall()
    assert [(row["targets"], list(row["refused"])) for row in rows] == [
        (["file:///etc/passwd"], ["file:///etc/passwd"])
    ]
    assert len(conn.execute("select from article").fetchall()) <= 1
