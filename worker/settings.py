"""Settings: read from the environment (DATELINE_...) and a .env file, checked once, named when they are wrong."""

from __future__ import annotations

import difflib
import json
import logging
import os
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from worker import endpoints

log = logging.getLogger(__name__)

PREFIX = "DATELINE_"
# in .env for docker-compose.yml alone
OF_COMPOSE = {"postgres_password", "worker_password", "redis_password", "postgres_port"}
DAY_S = 86_400.0
YEAR_S = 365 * DAY_S
CENTURY = 36_500  # days: for ever, and still a time that Postgres and Python can count back by
VERSION = version("dateline")


def _one_line(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        raise ValueError("takes one line of ASCII characters: it goes into a header of every request")
    return text


Line = Annotated[str, AfterValidator(_one_line)]


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it and says what it takes."""


class Settings(BaseSettings):
    """All that an operator can set. Durations are in seconds, sizes in bytes."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    database_url: endpoints.Postgres | None = Field(
        None, repr=False, description="Postgres to use; unset: the embedded one."
    )
    owner_url: endpoints.Postgres | None = Field(
        None, repr=False, description="The same as the schema's owner, for db init and migrate; unset: the one above."
    )
    redis_url: endpoints.Redis | None = Field(
        None, repr=False, description="Redis or Valkey to use; unset: the embedded one."
    )
    data_dir: Path = Field(
        default_factory=lambda: default_data_dir(), description="Folder of the embedded servers and their logs."
    )
    sources: Path | None = Field(None, description="The sources file; unset: sources.toml here, else the one shipped.")
    http_proxy: endpoints.Proxy | None = Field(
        None, repr=False, description="Proxy for every request; it does its own checks."
    )
    user_agent: Line | None = Field(None, description="Whole User-Agent; unset: Dateline's name and the contact.")
    contact: Line | None = Field(
        None, description="Address or page at which site owners reach you, for the User-Agent."
    )
    delay: float = Field(1.0, ge=0, le=DAY_S, description="Shortest wait between two requests to one host.")
    concurrency: int = Field(48, ge=1, le=1000, description="Visits that one worker process makes at once.")
    processes: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, le=256, description="Worker processes; unset: one per core."
    )
    tick: float = Field(1.0, gt=0, le=DAY_S, description="How often beat asks what is due.")
    lease: float = Field(300.0, gt=0, le=YEAR_S, description="How long a host stays claimed when its visit is lost.")
    visit_seconds: float = Field(60.0, gt=0, le=DAY_S, description="A visit starts no new request after this time.")
    visit_requests: int = Field(100, ge=1, le=1_000_000, description="Requests a visit makes at most.")
    poll_floor: float = Field(120.0, gt=0, le=YEAR_S, description="Shortest wait between two polls of a feed.")
    poll_ceiling: float = Field(21600.0, gt=0, le=YEAR_S, description="Longest wait between two polls of a feed.")
    allow_private_hosts: bool = Field(False, description="Fetch from loopback and private addresses too.")
    keep_fetches_days: int = Field(30, ge=1, le=CENTURY, description="Days that the log of fetches is kept.")
    keep_archive_days: int = Field(
        30, ge=0, le=CENTURY, description="Days that the bytes of pages are kept; 0 keeps none."
    )
    archive: endpoints.Archive | None = Field(
        None,
        description="Where the bytes go: a folder that all workers share, or s3://BUCKET/PREFIX; unset: into Postgres.",
    )
    keep_events_days: int = Field(
        90,
        ge=1,
        le=CENTURY,
        description="Days that events are kept; twice as long for a consumer that has not read them.",
    )
    stream_length: int = Field(
        100_000, ge=0, le=1_000_000_000, description="Events that the Redis Stream dateline:events holds; 0: no stream."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR."
    )

    @property
    def agent(self) -> str:
        """The User-Agent: honest about what this is and whom to write to."""
        contact = f" (+{self.contact})" if self.contact else " (news archive; operator has set no contact)"
        return self.user_agent or f"Dateline/{VERSION}{contact}"

    def database(self) -> str:
        """Address of Postgres: the one that was set, else that of the embedded server while it runs."""
        return self.database_url or self._embedded("database_url")

    def owner(self) -> str:
        """Address of the same Postgres for the user who owns the schema, where that is another one."""
        return (self.owner_url or self.database_url) if self.database_url else self._embedded("owner_url")

    def broker(self) -> str:
        """Address of Redis or Valkey: the one that was set, else that of the embedded server while it runs."""
        return self.redis_url or self._embedded("redis_url")

    @property
    def servers_file(self) -> Path:
        """Where the embedded servers write their addresses while they run."""
        return self.data_dir / "servers.json"

    def _embedded(self, name: str) -> str:
        try:
            return str(json.loads(self.servers_file.read_text("utf-8"))[name])
        except (OSError, KeyError, ValueError):
            missing = "redis_url" if name == "redis_url" else "database_url"
            raise SettingsError(
                f"No {missing[:-4]} server: {PREFIX}{missing.upper()} is not set and no embedded server runs in"
                f" {self.data_dir}. Start everything with `dateline up`, or set {PREFIX}{missing.upper()}."
            ) from None

    @property
    def connections(self) -> int:
        """Database connections of one process: most visits are waiting for a host, and hold none."""
        return min(self.concurrency, 16) + 4

    @property
    def keep(self) -> dict[str, timedelta]:
        """How long the rows of the tables that grow for ever are kept."""
        days = {"event": self.keep_events_days, "archive": self.keep_archive_days, "fetch_log": self.keep_fetches_days}
        return {table: timedelta(days=number) for table, number in days.items()}

    @property
    def lease_for(self) -> timedelta:
        """How long a lease lasts."""
        return timedelta(seconds=self.lease)


def default_data_dir() -> Path:
    """Where the embedded servers keep their data: the user's data folder; for root one that others can reach."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and Path("/var/lib").is_dir():
        return Path("/var/lib/dateline")
    return platformdirs.user_data_path("dateline")


@cache
def settings() -> Settings:
    """The settings of this process. Raises SettingsError naming every setting that is wrong."""
    _warn_of_misspelt(os.environ)
    try:
        return Settings()  # type: ignore[call-arg]  # every field has a default
    except ValidationError as error:
        wrong = (
            f"{PREFIX}{str(e['loc'][0]).upper()}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()
        )
        raise SettingsError("; ".join(wrong)) from None
    except (OSError, UnicodeError) as error:
        raise SettingsError(f"{Path('.env').absolute()} cannot be read as UTF-8 text: {error}") from None


def _warn_of_misspelt(environment: Mapping[str, str]) -> None:
    """Name the variables that look like settings and are none."""
    known = {PREFIX + name.upper() for name in {*Settings.model_fields, *OF_COMPOSE}}
    for name in sorted(name for name in environment if name.startswith(PREFIX) and name not in known):
        close = difflib.get_close_matches(name, known, 1)
        log.warning("%s is no setting of Dateline%s", name, f": did you mean {close[0]}?" if close else "")
