"""One newspaper: it publishes, edits and retracts stories, answers requests, and misbehaves when it is told to."""

from __future__ import annotations

import hashlib
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Literal

from tests.site import markup
from tests.site.story import Story
from tests.site.texts import Reporter, Text

LISTED = 40  # stories on a front page or in a feed, newest first
SOFT_404 = "/archive/lost"  # says "not found" with status 200

Fault = Literal["reset", "stall", "truncate"]
Listing = Literal["rss", "atom", "json", "section"]
Style = Literal["json-ld", "opengraph", "bare"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over the wire, or a `fault` that goes wrong on the way."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None


@dataclass(slots=True)
class Hold:
    """A path whose answer waits: `arrived` is set by the first request, `released` lets all of them go."""

    arrived: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Masthead:
    """What makes one newspaper differ from another."""

    host: str
    name: str
    listing: Listing
    style: Style
    path: str  # of a story: {number}, {slug} and the date's %Y, %m, %d are filled in
    language: str = "en"
    encoding: str = "utf-8"


class Paper:
    """A newspaper that any thread may read or change."""

    def __init__(self, masthead: Masthead) -> None:
        self.masthead = masthead
        self.host = masthead.host
        self.crawl_delay: float | None = None
        self._reporter = Reporter(masthead.host, masthead.language)
        self._lock = threading.RLock()
        self._stories: dict[str, Story] = {}
        self._fixed: dict[str, Answer] = {}  # redirects and gone pages
        self._faults: dict[str, list[Answer]] = {}
        self._holds: dict[str, Hold] = {}
        self._published = 0

    @property
    def stories(self) -> list[Story]:
        """The current stories, newest first."""
        with self._lock:
            return sorted(self._stories.values(), key=lambda story: (story.published, story.number), reverse=True)

    def url(self, path: str) -> str:
        """The address of a path of this paper."""
        return f"http://{self.host}{path}"

    def publish(
        self, title: str | None = None, words: int = 350, at: datetime | None = None, is_paywalled: bool = False
    ) -> Story:
        """Put a new story on the site and in the feed; `at` is its time, now if it is None."""
        with self._lock:
            text = self._reporter.write(words)
        return self._add(text.title if title is None else title, text, at, is_paywalled)

    def syndicate(self, story: Story, at: datetime | None = None) -> Story:
        """Carry another paper's story word for word, under an address of our own."""
        return self._add(story.title, story, at or story.published, False)

    def _add(self, title: str, text: Text | Story, at: datetime | None, is_paywalled: bool) -> Story:
        at = at or datetime.now(UTC).replace(microsecond=0)
        with self._lock:
            self._published += 1
            path = at.strftime(self.masthead.path).format(number=1000 + self._published, slug=slug(title))
            story = Story(
                host=self.host,
                path=path,
                number=1000 + self._published,
                title=title,
                paragraphs=text.paragraphs,
                authors=text.authors,
                section=text.section,
                language=text.language,
                published=at,
                modified=at,
                is_paywalled=is_paywalled,
            )
            self._stories[path] = story
        return story

    def edit(
        self,
        story: Story,
        title: str | None = None,
        paragraphs: tuple[str, ...] | None = None,
        at: datetime | None = None,
    ) -> Story:
        """Publish another revision; with neither title nor paragraphs one paragraph is written anew, one added."""
        with self._lock:
            if title is None and paragraphs is None:
                paragraphs = (*story.paragraphs[:-1], self._reporter.paragraph(), self._reporter.paragraph())
            edited = replace(
                self._stories[story.path],
                title=story.title if title is None else title,
                paragraphs=story.paragraphs if paragraphs is None else paragraphs,
                modified=at or datetime.now(UTC).replace(microsecond=0),
            )
            self._stories[story.path] = edited
        return edited

    def retract(self, story: Story) -> None:
        """Take a story down: its address answers 410."""
        with self._lock:
            del self._stories[story.path]
            self._fixed[story.path] = html(410, "<h1>This story was withdrawn</h1>")

    def move(self, story: Story, path: str) -> Story:
        """Give a story a new address; the old one redirects there for good."""
        with self._lock:
            moved = replace(self._stories.pop(story.path), path=path)
            self._stories[path] = moved
            self.redirect(story.path, moved.url, 301)
        return moved

    def redirect(self, path: str, target: str, status: int = 302) -> str:
        """Make a path redirect, perhaps to another host; returns the path's address."""
        with self._lock:
            self._fixed[path] = Answer(status, headers={"Location": target})
        return self.url(path)

    def serve(self, path: str, body: bytes, kind: str = "text/html; charset=utf-8") -> str:
        """Put any bytes at a path; returns its address."""
        with self._lock:
            self._fixed[path] = Answer(200, body, {"Content-Type": kind})
        return self.url(path)

    def open_again(self, path: str) -> None:
        """Take away what `serve` or `redirect` put at a path."""
        with self._lock:
            del self._fixed[path]

    def fail(self, path: str, how: int | Fault, times: int = 1, retry_after: int | str | None = None) -> None:
        """Answer the next `times` requests for a path with the status `how`, or with that fault on the way."""
        headers = {"Content-Type": "text/html"}
        if retry_after is not None:
            headers["Retry-After"] = str(retry_after)
        if isinstance(how, int):
            answer = Answer(how, b"<h1>Sorry</h1>", headers)
        else:
            answer = Answer(200, b"<html><body><p>" + b"half a page " * 400, headers, fault=how)
        with self._lock:
            self._faults[path] = [answer] * times

    @contextmanager
    def hold(self, path: str) -> Iterator[Hold]:
        """Let requests for a path wait until the hold is released, at the latest at the end of the block."""
        hold = Hold()
        with self._lock:
            self._holds[path] = hold
        try:
            yield hold
        finally:
            with self._lock:
                del self._holds[path]
            hold.released.set()

    def held(self, path: str) -> Hold | None:
        """The hold on a path, if there is one; its `arrived` is set by this."""
        with self._lock:
            hold = self._holds.get(path)
        if hold is not None:
            hold.arrived.set()
        return hold

    def answer(self, path: str, headers: Mapping[str, str]) -> Answer:
        """The answer to a GET; `headers` have lower-case names."""
        with self._lock:
            if self._faults.get(path):
                return self._faults[path].pop()
            if path in self._fixed:
                return self._fixed[path]
            story = self._stories.get(path)
        if story is not None:
            return self._page(self._story_page(story), headers, story.modified)
        listing = self._listings().get(path)
        if listing is not None:
            kind, body = listing
            return fresh(Answer(200, body(), {"Content-Type": kind}), headers, self._modified())
        return self._other(path, headers)

    def _other(self, path: str, headers: Mapping[str, str]) -> Answer:
        name, language = self.masthead.name, self.masthead.language
        feeds = [(feed, kind) for feed, (kind, _) in self._listings().items() if "sitemap" not in feed]
        if path in ("/", "/news"):
            page = markup.front_page(self.stories[:LISTED], name, language, feeds)
            return self._page(page, headers, self._modified())
        if path == "/robots.txt":
            return Answer(200, self._robots().encode(), {"Content-Type": "text/plain; charset=utf-8"})
        if path == SOFT_404:
            text = "<main><h1>Page not found</h1><p>The page you are looking for does not exist.</p></main>"
            return self._page(markup.page("Page not found", name, language, "", text), headers, None)
        if path in ("/about", "/contact") or path.startswith("/private/"):
            text = f"<main><h1>{path[1:].capitalize()}</h1><p>Write to the desk of {name}.</p></main>"
            return self._page(markup.page(path[1:], name, language, "", text), headers, None)
        return html(404, "<h1>Not found</h1>")

    def _listings(self) -> dict[str, tuple[str, Callable[[], bytes]]]:
        """Path -> media type and the body's maker, of the feeds that this paper has."""
        listed, host, name = self.stories[:LISTED], self.host, self.masthead.name
        match self.masthead.listing:
            case "rss":
                return {"/feed.xml": ("application/rss+xml", lambda: markup.rss(listed, host, name))}
            case "atom":
                return {
                    "/atom.xml": ("application/atom+xml", lambda: markup.atom(listed, host, name)),
                    "/news-sitemap.xml.gz": ("application/gzip", lambda: markup.news_sitemap(listed, host, name)),
                }
            case "json":
                return {"/feed.json": ("application/feed+json", lambda: markup.json_feed(listed, host, name))}
        return {}

    def _robots(self) -> str:
        lines = ["User-agent: *", "Disallow: /private/"]
        if self.crawl_delay is not None:
            lines.append(f"Crawl-delay: {self.crawl_delay}")
        lines += [f"Sitemap: {self.url(path)}" for path in self._listings() if "sitemap" in path]
        return "\n".join(lines) + "\n"

    def _story_page(self, story: Story) -> str:
        others = [other for other in self.stories if other.path != story.path][:5]
        return markup.story_page(story, self.masthead.name, self.masthead.style, others)

    def _page(self, page: str, headers: Mapping[str, str], modified: datetime | None) -> Answer:
        page = page.replace("<head>", f'<head><meta charset="{self.masthead.encoding}">', 1)
        body = page.encode(self.masthead.encoding, "xmlcharrefreplace")
        return fresh(Answer(200, body, {"Content-Type": "text/html"}), headers, modified)

    def _modified(self) -> datetime | None:
        return max((story.modified for story in self.stories), default=None)


def fresh(answer: Answer, headers: Mapping[str, str], modified: datetime | None) -> Answer:
    """The answer with its validators, or 304 if the request's still hold (RFC 9110, section 13)."""
    tag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
    validators = {"ETag": tag}
    if modified is not None:
        validators["Last-Modified"] = format_datetime(modified.astimezone(UTC), usegmt=True)
    since = headers.get("if-modified-since")
    if "if-none-match" in headers:
        is_known = tag in headers["if-none-match"]
    else:
        is_known = bool(since and modified and parsedate_to_datetime(since) >= modified.replace(microsecond=0))
    if is_known:
        return Answer(304, headers=validators)
    return replace(answer, headers={**answer.headers, **validators})


def html(status: int, text: str) -> Answer:
    """A bare page."""
    return Answer(status, f"<!DOCTYPE html><html><body>{text}</body></html>".encode(), {"Content-Type": "text/html"})


def slug(title: str) -> str:
    """The title as part of an address."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].rstrip("-")
