"""The sources file: TOML that an operator writes -> checked records, and back."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import available_timezones

import soupsieve
import tomli_w
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictStr,
    ValidationError,
    create_model,
)

from scrapers.metadata import language_code
from scrapers.selectors import Selectors
from scrapers.urls import bare_host, host_of, normalise
from worker.discover import ListKind, compile_pattern
from worker.logs import CONTROLS

_ID = re.compile(r"[a-z0-9][a-z0-9._:-]*")


class SourceFileError(Exception):
    """The sources file cannot be used. `problems`: one line each, naming file, table and key, and what to do."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """A list of pages that an operator names."""

    url: str
    kind: ListKind | None = None  # only a section needs one: what a feed is shows at its first poll
    link_pattern: str | None = None


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source that an operator names. `feeds`: RSS and the like, then sitemaps, then sections."""

    id: str
    name: str
    homepage: str | None = None
    feeds: tuple[FeedSpec, ...] = ()
    language: str | None = None
    country: str | None = None
    timezone: str | None = None
    selectors: Selectors | None = None  # None: nothing said; without a field: those said before are taken back
    enabled: bool = True

    @property
    def site(self) -> str:
        """The host of its home page or first feed without www.: pages of that host are its own."""
        return bare_host(host_of(self.homepage or self.feeds[0].url))


def _address(value: str) -> str:
    if (url := normalise(value)) is None:
        raise ValueError(f"{value!r} is no http or https address; write it in full, as in https://www.example.com/feed")
    return url


def _pattern(value: str) -> str:
    compile_pattern(value)
    return value


def _language(value: str) -> str:
    if (code := language_code(value)) is None:
        raise ValueError(f"{value!r} is no language code; write two letters, such as en")
    return code


def _country(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", value):
        raise ValueError(f"{value!r} is no country code; write two letters, such as pk")
    return value.lower()


def _timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"{value!r} is no time zone; write an IANA name, such as Asia/Karachi")
    return value


def _name(value: str) -> str:
    if not (value := " ".join(value.split())):
        raise ValueError("is empty; write the name that people know the source by, or leave the key out")
    return value


def _selector(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty; write a CSS selector, or leave the key out")
    try:
        soupsieve.compile(value)
    except soupsieve.SelectorSyntaxError as error:
        raise ValueError(f"{value!r} is no CSS selector: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise ValueError("is no CSS selector that can be read: it is nested too deeply") from None
    return value


Address = Annotated[StrictStr, AfterValidator(_address)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid")
    url: Address
    links: Annotated[StrictStr, AfterValidator(_pattern)] | None = None


_Selector = Annotated[StrictStr, AfterValidator(_selector)]
_FIELDS: dict[str, Any] = {part.name: (_Selector | None, None) for part in fields(Selectors)}
_Selectors = create_model("_Selectors", __config__=ConfigDict(extra="forbid"), **_FIELDS)


class _Table(BaseModel):
    """One table of the file, as it is written."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[StrictStr, AfterValidator(_name)] | None = None
    homepage: Address | None = None
    feeds: list[Address] = Field(default_factory=list)
    sitemaps: list[Address] = Field(default_factory=list)
    sections: list[_Section] = Field(default_factory=list)
    language: Annotated[StrictStr, AfterValidator(_language)] | None = None
    country: Annotated[StrictStr, AfterValidator(_country)] | None = None
    timezone: Annotated[StrictStr, AfterValidator(_timezone)] | None = None
    selectors: _Selectors | None = None  # type: ignore[valid-type]  # made from the fields of Selectors
    enabled: StrictBool = True


def load(path: Path) -> list[SourceSpec]:
    """The sources of a file, in its order. Raises SourceFileError naming every problem at once."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise SourceFileError([f"{path}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise SourceFileError([f"{path}: is not UTF-8 text; save it as UTF-8"]) from None
    return parse(text, str(path))


def parse(text: str, name: str = "sources.toml") -> list[SourceSpec]:
    """The sources in the text of a file; `name` is what errors call the file. Raises SourceFileError."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SourceFileError([f"{name}: is no TOML: {error}"]) from None
    except RecursionError:
        raise SourceFileError([f"{name}: is no TOML that can be read: it is nested too deeply"]) from None
    sources: list[SourceSpec] = []
    problems: list[str] = []
    for key, table in tables.items():
        try:
            sources.append(_source(key, table))
        except ValidationError as error:
            problems += [f"{name}: [{key}] {problem}" for problem in _problems(error)]
        except ValueError as error:
            problems.append(f"{name}: [{key}] {error}")
    problems += [f"{name}: {problem}" for problem in _listed_twice(sources)]
    if problems:
        raise SourceFileError(problems)
    return sources


def _source(key: str, table: object) -> SourceSpec:
    if not isinstance(table, dict):
        raise ValueError("is a key outside of any table; begin a source with a line such as [dawn]")
    if not _ID.fullmatch(key):
        raise ValueError("is no id; use lower-case letters, digits and . _ : - only, as in [dawn]")
    given = _Table.model_validate(table)
    feeds = [FeedSpec(url) for url in given.feeds]
    feeds += [FeedSpec(url, "sitemap") for url in given.sitemaps]
    feeds += [FeedSpec(section.url, "section", section.links) for section in given.sections]
    if not feeds and not given.homepage:
        raise ValueError("has neither feeds, sitemaps or sections nor a homepage to find them from; add one of them")
    return SourceSpec(
        key,
        given.name or key,
        given.homepage,
        tuple(feeds),
        given.language,
        given.country,
        given.timezone,
        _rules(given.selectors),
        given.enabled,
    )


def _rules(given: BaseModel | None) -> Selectors | None:
    return None if given is None else Selectors(**given.model_dump())


_TABLES: dict[int | str, type[BaseModel]] = {"sections": _Section, "selectors": _Selectors}


def _problems(error: ValidationError) -> Iterator[str]:
    for found in error.errors():
        where = ".".join(str(part) for part in found["loc"])
        if found["type"] == "extra_forbidden":
            model = _TABLES.get(found["loc"][0], _Table)
            yield f"{where}: unknown key; known are {', '.join(model.model_fields)}"
        elif found["type"] == "missing":
            yield f"{where}: is missing; add it"
        else:
            yield f"{where}: {found['msg'].removeprefix('Value error, ')}"


def _listed_twice(sources: Iterable[SourceSpec]) -> Iterator[str]:
    owners: dict[str, str] = {}
    for source in sources:
        for feed in source.feeds:
            if feed.url in owners:
                yield f"[{source.id}] {feed.url} is listed twice, first in [{owners[feed.url]}]; remove one of them"
            owners.setdefault(feed.url, source.id)


def dump(sources: Iterable[SourceSpec]) -> str:
    """The text of a sources file that `parse` reads back as the same sources."""
    text = tomli_w.dumps({source.id: _table(source) for source in sources})
    return CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)  # TOML allows some of them as they are


def write(path: Path, sources: Iterable[SourceSpec]) -> None:
    """Write a sources file. Raises OSError if it cannot be written."""
    path.write_text(dump(sources), "utf-8")


def _table(source: SourceSpec) -> Mapping[str, Any]:
    sections = [feed for feed in source.feeds if feed.kind == "section" or feed.link_pattern]
    sitemaps = [feed for feed in source.feeds if feed not in sections and feed.kind not in (None, "feed")]
    table = {
        "name": source.name,
        "homepage": source.homepage,
        "feeds": [feed.url for feed in source.feeds if feed not in sections and feed not in sitemaps],
        "sitemaps": [feed.url for feed in sitemaps],
        "sections": [
            {"url": feed.url} | ({"links": feed.link_pattern} if feed.link_pattern else {}) for feed in sections
        ],
        "language": source.language,
        "country": source.country,
        "timezone": source.timezone,
        "selectors": None if source.selectors is None else source.selectors.as_dict(),
        "enabled": None if source.enabled else False,
    }
    return {key: value for key, value in table.items() if value not in (None, [])}
