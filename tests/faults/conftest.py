"""Fixtures of the fault tests: one service that lives through all faults, a newspaper for each, and the ledger."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.case import Case
from tests.faults.ledger import LEDGER
from tests.faults.newsroom import Newsroom
from tests.faults.service import Service
from tests.waiting import until


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the account of Postgres can reach."""
    home = Path(tempfile.mkdtemp(prefix="dateline-faults-"))
    home.chmod(0o755)
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """The service that lives through all faults."""
    home = Path(tempfile.mkdtemp(prefix="dateline-faults-"))
    home.chmod(0o755)
    try:
        with Service(home) as service:
            yield service
    finally:
        shutil.rmtree(home)


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    """A newspaper that nobody follows yet."""
    with Newsroom() as newsroom:
        yield newsroom


@pytest.fixture
def case(service: Service, newsroom: Newsroom, request: pytest.FixtureRequest) -> Iterator[Case]:
    """A case on the shared service, which must be up again afterwards."""
    until("the service is up", lambda: service.is_up)
    case = Case(service, newsroom, request.config.stash[LEDGER])
    yield case
    with service.conn() as conn:  # nobody polls the newspaper any more, which is about to close
        conn.execute("update feed set enabled = false, due_at = null where host = %s", [newsroom.host])


@pytest.fixture
def make_case(request: pytest.FixtureRequest) -> Callable[[Service, Newsroom], Case]:
    """Makes a case on a service of the test's own."""
    return lambda service, newsroom: Case(service, newsroom, request.config.stash[LEDGER])
