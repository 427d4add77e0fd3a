"""Addresses, most with passwords in them, as operators set them: checked at once, by errors that do not repeat them.

The libraries that take such an address apart quote in their errors what they stumble over. Where a password has a
character that should have been percent-encoded, that is a part of it, and it would end in a log.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import Annotated
from urllib.parse import SplitResult, parse_qs, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator

ENCODE = "Special characters of a password are percent-encoded (%40 for @)."
_BAD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_PORTS = re.compile(r"(?:\d{1,5}(?:,\d{1,5})*)?", re.ASCII)  # libpq takes several hosts
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]+(?:/[\w!.*'()-]+)*/?", re.ASCII)
CERTIFICATE_CHECKS = {"required", "optional", "none", "CERT_REQUIRED", "CERT_OPTIONAL", "CERT_NONE"}


def _postgres(url: str) -> str:
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        parts = {"port": "none"}
    is_whole = "@" not in str(parts.get("host", "")) and _PORTS.fullmatch(str(parts.get("port", "")))
    if not is_whole:
        raise ValueError(f"is no address that Postgres takes: postgresql://USER:PASSWORD@HOST:PORT/DATABASE. {ENCODE}")
    return url


def _redis(url: str) -> str:
    parts = _split(url)
    checks = parse_qs(parts.query).get("ssl_cert_reqs", ["required"]) if parts else []
    if parts is None or parts.scheme not in ("redis", "rediss") or not set(checks) <= CERTIFICATE_CHECKS:
        raise ValueError(
            f"is no address that Redis takes: redis://:PASSWORD@HOST:PORT/0, or rediss:// for TLS. {ENCODE}"
        )
    return url


def _proxy(url: str) -> str:
    parts = _split(url if "://" in url else f"http://{url}")
    if parts is None or parts.scheme != "http":
        raise ValueError(f"is no proxy that is spoken to in plain HTTP: http://USER:PASSWORD@HOST:PORT. {ENCODE}")
    return url


def _archive(place: str) -> str:
    """A folder or a part of a bucket as an address that does not depend on where a process was started."""
    if place.startswith("s3://"):
        if find_spec("s3fs") is None:
            raise ValueError("needs s3fs for a bucket: pip install 'dateline[s3]'")
        if not _BUCKET.fullmatch(place):
            raise ValueError("is no part of a bucket: s3://BUCKET/PREFIX (keys are set as for all programs of AWS)")
        return place.rstrip("/")
    path = place.removeprefix("file://")
    if not path.startswith("/") or not path.strip("/") or re.search(r"//|::|/\.{1,2}(?:/|$)", path):
        raise ValueError("is no whole path of a folder, /PATH or file:///PATH, and no s3://BUCKET/PREFIX")
    return f"file://{path.rstrip('/')}"


def _split(url: str) -> SplitResult | None:
    """The parts of an address that has a host and in which no character of the password went astray."""
    try:
        parts = urlsplit(url)
        is_whole = parts.hostname and parts.port != 0 and parts.netloc.count("@") <= 1 and not parts.fragment
    except ValueError:  # the port is no number
        return None
    return None if not is_whole or _BAD_ESCAPE.search(parts.netloc) or re.search(r"\s", url) else parts


Postgres = Annotated[str, AfterValidator(_postgres)]
Redis = Annotated[str, AfterValidator(_redis)]
Proxy = Annotated[str, AfterValidator(_proxy)]
Archive = Annotated[str, AfterValidator(_archive)]
