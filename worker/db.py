"""The database: one pool per process, the schema and its version, and the one place where text is made storable."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import set_json_dumps
from psycopg.types.string import StrDumperUnknown
from psycopg_pool import ConnectionPool

from worker.settings import settings

log = logging.getLogger(__name__)

Connection = psycopg.Connection[DictRow]
Pool = ConnectionPool["Connection"]

SCHEMA_VERSION = 5
MAX_ID = 2**63 - 1  # what a bigint holds
WORKER_ROLE = "dateline_worker"
OLDEST_POSTGRES = 17  # the first with infinite intervals, which are how long ago something was that never was
STATEMENT_S = 15  # nothing the service asks takes so long; a stuck statement must not hold a visit for ever
SPARE_S = 5.0  # on top of it: a server within reach would have said by then that the time is up
LOCK_TIMEOUT = "30s"  # of a change of the schema: everyone else queues behind it meanwhile
OPEN_S = 15.0  # a pool waits so long for its first connection
CHECK_S = 3.0  # for the sign of life that a connection gives before it is used
NETWORK: dict[str, Any] = {  # a peer that vanished without a word is noticed within half a minute, on both sides
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
PLANS = {"random_page_cost": "1.1"}  # look-ups by index from the first rows on: a plan outlives a table's being small
SERVER_SIDE = {  # so that no transaction of a worker that is gone keeps its locks
    "idle_in_transaction_session_timeout": "10s",
    "client_connection_check_interval": "10s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "20s",
}
Answer = TypeVar("Answer")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # Postgres text holds neither NUL nor half of a surrogate pair


class SchemaError(Exception):
    """The schema in the database is not the one that this program works with."""


class ServerSilent(psycopg.OperationalError):
    """The server keeps the connection open, but does not answer any more."""


class NotPrimary(psycopg.OperationalError):
    """The server has become a standby: whoever took over from it has the database now."""


def scrub(value: Any) -> Any:
    """The same value with all that Postgres cannot store replaced by U+FFFD, inside lists and dicts as well."""
    if isinstance(value, str):
        return value if _is_storable(value) else UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {scrub(key): scrub(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [scrub(item) for item in value]
    return value


def _is_storable(text: str) -> bool:
    """Whether there is nothing to scrub, as mostly: encoding tells it many times faster than a search."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


def _json(value: Any) -> str:
    """A value as JSON that Postgres can store."""
    text = json.dumps(value, ensure_ascii=False)
    is_plain = _is_storable(text) and "\\u0000" not in text
    return text if is_plain else json.dumps(scrub(value), ensure_ascii=False)


def bigints(values: Iterable[int]) -> str:
    """Numbers as Postgres writes an array: psycopg looks at each several times, which takes four times as long."""
    return f"{{{','.join(map(str, values))}}}"


class ScrubbedText(StrDumperUnknown):
    """Every str parameter of every statement, alone or in a list, passes here: the one choke point of `scrub`."""

    def dump(self, obj: str) -> bytes | None:
        return scrub(obj).encode()  # type: ignore[no-any-return]


class Watched(psycopg.Connection[DictRow]):
    """A connection that waits for the server so long and no longer: libpq would wait for ever on a silent one."""

    answer_s = STATEMENT_S + SPARE_S

    def wait(self, gen: PQGen[Answer], *args: Any, **kwargs: Any) -> Answer:
        try:
            return super().wait(_within(gen, self.answer_s), *args, **kwargs)
        except ServerSilent:
            self.pgconn.finish()  # its state is unknown, and a rollback would wait as long again
            raise


def _within(gen: PQGen[Answer], seconds: float) -> Generator[Any, Any, Answer]:
    """The same conversation with the server, which fails when it takes longer than so many seconds."""
    deadline = time.monotonic() + seconds
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > deadline:
                raise ServerSilent(f"Postgres has not answered for {seconds:.0f} s")
            wanted = gen.send(ready)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def configure(conn: Connection) -> None:
    """Make a connection ours: dict rows, scrubbed parameters."""
    conn.row_factory = dict_row
    conn.adapters.register_dumper(str, ScrubbedText)
    set_json_dumps(_json, conn)


def connect(url: str | None = None) -> Connection:
    """One connection outside the pool, in autocommit mode; for listeners and for setting up the schema."""
    conn = psycopg.connect(url or settings().database(), autocommit=True, row_factory=dict_row, **NETWORK)
    configure(conn)
    return conn


def open_pool(url: str, size: int, statement_s: float = STATEMENT_S) -> Pool:
    """A pool of up to `size` checked connections. Raises psycopg_pool.PoolTimeout if the server cannot be reached.

    A statement has `statement_s` seconds. A connection that no longer answers, or that a standby now answers, is
    replaced before it is handed out; so are all others then, for they went the same way.
    """
    limits = {**SERVER_SIDE, **PLANS, "statement_timeout": f"{statement_s:.0f}s"}

    def adopt(conn: Connection) -> None:
        configure(conn)
        conn.answer_s = statement_s + SPARE_S  # type: ignore[attr-defined]  # it is a Watched

    def check(conn: Connection) -> None:
        try:
            _check(conn)
        except (ServerSilent, NotPrimary) as error:
            log.warning("connections to Postgres are made anew: %s", error)
            made.drain()
            raise

    made: Pool = ConnectionPool(
        url,
        connection_class=Watched,
        kwargs={
            "row_factory": dict_row,
            "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
            **NETWORK,
        },
        min_size=1,
        max_size=size,
        configure=adopt,
        check=check,
        # it waits twice as long after each failure: asked anew after this time, at most 8 s, not as long as all failed
        reconnect_timeout=OPEN_S,
        open=False,
    )
    made.open(wait=True, timeout=OPEN_S)
    return made


@contextmanager
def statement(pool: Pool) -> Iterator[Connection]:
    """A connection for single statements, each a transaction of its own: without round trips of BEGIN and COMMIT."""
    with pool.connection() as conn:
        conn.autocommit = True
        try:
            yield conn
        finally:
            if not conn.closed:
                conn.autocommit = False


def _check(conn: Any) -> None:
    usual, conn.answer_s = conn.answer_s, CHECK_S
    conn.autocommit = True
    if one(conn.execute("select pg_is_in_recovery() as is_standby"))["is_standby"]:
        conn.close()
        raise NotPrimary("this Postgres is a standby now")
    conn.autocommit = False
    conn.answer_s = usual


@cache
def pool() -> Pool:
    """The pool of this process. Raises SchemaError if the database is not one this program works with."""
    return checked_pool(STATEMENT_S)


def checked_pool(statement_s: float) -> Pool:
    """A pool for the database of the settings. Raises SchemaError if it is not one this program works with."""
    made = open_pool(settings().database(), settings().connections, statement_s)
    try:
        with made.connection() as conn:
            require_schema(conn)
    except BaseException:
        made.close()
        raise
    return made


def one(cursor: psycopg.Cursor[DictRow]) -> DictRow:
    """The row of a statement that always has one. Raises LookupError if it has none after all."""
    row = cursor.fetchone()
    if row is None:
        raise LookupError("a statement that always returns a row returned none")
    return row


def resource(name: str) -> Path:
    """A file that is shipped with the program: beside this module in a wheel, at the top of a checkout."""
    packaged = Path(__file__).with_name(name)
    return packaged if packaged.exists() else Path(__file__).parent.parent / name


def installed_version(conn: Connection) -> int | None:
    """The version of the schema that is installed; None where there is none."""
    if conn.execute("select to_regclass('public.schema_version') as found").fetchone() == {"found": None}:
        return None
    row = conn.execute("select version from schema_version").fetchone()
    return row["version"] if row else None


def require_schema(conn: Connection) -> None:
    """Raise SchemaError, saying how to mend it, unless the installed schema is the one this program knows."""
    found = installed_version(conn)
    if found is None:
        raise SchemaError("This database has no Dateline schema yet. Create it with `dateline db init`.")
    if found < SCHEMA_VERSION:
        raise SchemaError(
            f"The database has schema version {found}, this program needs {SCHEMA_VERSION}: run `dateline db migrate`."
        )
    if found > SCHEMA_VERSION:
        raise SchemaError(
            f"The database has schema version {found}, this program knows {SCHEMA_VERSION}: upgrade Dateline here."
        )


def install_schema(conn: Connection) -> None:
    """Apply schema.sql in one transaction: creates what is missing, harms nothing, and does all of it or nothing.

    Raises SchemaError if a newer version is installed, the server is too old, somebody holds a lock for too long, or
    the user may not change the schema.
    """
    if conn.info.server_version < OLDEST_POSTGRES * 10_000:
        version = conn.info.server_version // 10_000
        raise SchemaError(f"Dateline needs Postgres {OLDEST_POSTGRES} or newer; this server is version {version}.")
    found = installed_version(conn)
    if found is not None and found > SCHEMA_VERSION:
        require_schema(conn)
    try:
        with conn.transaction():
            conn.execute("select set_config('lock_timeout', %s, true)", (LOCK_TIMEOUT,))
            # one that was killed must not stand in the way of all others for as long
            conn.execute("set local client_connection_check_interval = '1s'")
            conn.execute(resource("schema.sql").read_bytes())
    except psycopg.errors.LockNotAvailable as error:
        raise SchemaError(
            f"Somebody held a lock on Dateline's tables for {LOCK_TIMEOUT}; nothing was changed. Stop the workers, end"
            " open transactions (pg_stat_activity lists them), then run this again."
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise SchemaError(
            f"The user {conn.info.user} may not change the schema ({error.diag.message_primary}): set"
            " DATELINE_OWNER_URL to the address of Postgres with the name and password of the schema's owner."
        ) from None


def admit_worker(conn: Connection, url: str) -> None:
    """Let the user that `url` names log in with the password in it, with a worker's rights and no others.

    A user who exists already and has other rights keeps them, and the password. Raises SchemaError if the user of
    `conn` may not do that.
    """
    asked = conninfo_to_dict(url)
    name, password = str(asked.get("user") or conn.info.user), str(asked.get("password") or "")
    if name == conn.info.user:
        return
    user = sql.Identifier(name)
    known = conn.execute("select from pg_roles where rolname = %s", (name,)).fetchone() is not None
    try:
        with conn.transaction():
            if not known:
                conn.execute(sql.SQL("create role {}").format(user))
            if name != WORKER_ROLE:
                conn.execute(sql.SQL("grant dateline_worker to {}").format(user))
            if password and (not known or name == WORKER_ROLE):
                hashed = conn.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
                conn.execute(sql.SQL("alter role {} login password {}").format(user, sql.Literal(hashed)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise SchemaError(
            f"The user {conn.info.user} may not make the user {name} of DATELINE_DATABASE_URL"
            f" ({error.diag.message_primary}); have an administrator do it: create role {name} login password '...';"
            f" grant dateline_worker to {name};"
        ) from None
