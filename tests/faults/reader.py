"""A reader of the change feed, as an analyst would run one: nothing but a cursor, on connections that may break."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import psycopg

from worker import db

PAUSE_S = 0.1


class Reader(threading.Thread):
    """Keeps a copy of the articles by nothing but the change feed, from a `with` statement's start to its end."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url, self.cursor = url, 0
        self.ids: list[int] = []
        self.copy: dict[int, dict[str, Any]] = {}
        self.ended = threading.Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.ended.wait(PAUSE_S):
                with suppress(psycopg.OperationalError):  # the server is away: it goes on from its cursor
                    self._follow()
        except BaseException as error:
            self.error = error
            raise

    def _follow(self) -> None:
        with db.connect(self.url) as conn:
            conn.execute("listen dateline")
            while not self.ended.is_set():
                query = "select id, article_id from dateline.events where id > %s order by id"
                for event in conn.execute(query, (self.cursor,)).fetchall():
                    self._apply(conn, event["article_id"])
                    self.ids.append(event["id"])
                    self.cursor = event["id"]
                list(conn.notifies(timeout=0.2, stop_after=1))

    def _apply(self, conn: db.Connection, article_id: int) -> None:
        query = "select id, url, title, body, revision from dateline.articles where id = %s"
        if row := conn.execute(query, (article_id,)).fetchone():
            self.copy[article_id] = row
        else:
            self.copy.pop(article_id, None)

    def __enter__(self) -> Reader:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.join()
