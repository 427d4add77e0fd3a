"""The database: one pool per process, the schema and its version, and the one place where text is made storable."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import set_json_dumps
from psycopg.types.string import StrDumperUnknown
from psycopg_pool import ConnectionPool

from worker.settings import settings

Connection = psycopg.Connection[DictRow]
Pool = ConnectionPool[Connection]

SCHEMA_VERSION = 4
MAX_ID = 2**63 - 1  # what a bigint holds
WORKER_ROLE = "dateline_worker"
OLDEST_POSTGRES = 17  # the first with infinite intervals, which are how long ago something was that never was
STATEMENT_TIMEOUT = "60s"  # nothing the service asks takes so long; a stuck statement must not hold a lease for ever
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # Postgres text holds neither NUL nor half of a surrogate pair


class SchemaError(Exception):
    """The schema in the database is not the one that this program works with."""


def scrub(value: Any) -> Any:
    """The same value with all that Postgres cannot store replaced by U+FFFD, inside lists and dicts as well."""
    if isinstance(value, str):
        return UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {scrub(key): scrub(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [scrub(item) for item in value]
    return value


class ScrubbedText(StrDumperUnknown):
    """Every str parameter of every statement, alone or in a list, passes here: the one choke point of `scrub`."""

    def dump(self, obj: str) -> bytes | None:
        return scrub(obj).encode()  # type: ignore[no-any-return]


def configure(conn: Connection) -> None:
    """Make a connection ours: dict rows, scrubbed parameters."""
    conn.row_factory = dict_row
    conn.adapters.register_dumper(str, ScrubbedText)
    set_json_dumps(lambda value: json.dumps(scrub(value), ensure_ascii=False), conn)


def connect(url: str | None = None) -> Connection:
    """One connection outside the pool, in autocommit mode; for listeners and for setting up the schema."""
    conn = psycopg.connect(url or settings().database(), autocommit=True, row_factory=dict_row, connect_timeout=10)
    configure(conn)
    return conn


def open_pool(url: str, size: int) -> Pool:
    """A pool of up to `size` checked connections. Raises psycopg_pool.PoolTimeout if the server cannot be reached."""
    pool: Pool = ConnectionPool(
        url,
        kwargs={"row_factory": dict_row, "connect_timeout": 10, "options": f"-c statement_timeout={STATEMENT_TIMEOUT}"},
        min_size=1,
        max_size=size,
        configure=configure,
        check=ConnectionPool.check_connection,
        open=False,
    )
    pool.open(wait=True, timeout=15)
    return pool


@cache
def pool() -> Pool:
    """The pool of this process. Raises SchemaError if the database is not one this program works with."""
    made = open_pool(settings().database(), settings().connections)
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
    """Apply schema.sql in one transaction: creates what is missing, harms nothing.

    Raises SchemaError if a newer version is installed, the server is too old, or the user may not change the schema.
    """
    if conn.info.server_version < OLDEST_POSTGRES * 10_000:
        version = conn.info.server_version // 10_000
        raise SchemaError(f"Dateline needs Postgres {OLDEST_POSTGRES} or newer; this server is version {version}.")
    found = installed_version(conn)
    if found is not None and found > SCHEMA_VERSION:
        require_schema(conn)
    try:
        with conn.transaction():
            conn.execute(resource("schema.sql").read_bytes())
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
