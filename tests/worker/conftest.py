"""Fixtures of the database side."""

from __future__ import annotations

import pytest

from tests.worker.builders import HOST, add_host, add_source, take
from worker.db import Connection, Pool
from worker.targets import Lease


@pytest.fixture
def lease(pool: Pool, conn: Connection) -> Lease:
    """The lease of paper.example, whose source is known."""
    add_source(conn)
    add_host(conn, HOST)
    return take(pool, HOST)
