"""What came of one attempt: the single value that leaves the network side of a visit and enters the database side."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from scrapers.article import Article
from worker.discover import Listing
from worker.fetch import Fetched
from worker.fetch_errors import FetchError, Redirected

MISSING = frozenset({"not_found", "gone", "soft_404", "redirected_home"})
TRACEBACK_LIMIT = 4000  # characters kept of a traceback, from its end


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt, ended.

    `reason` is from a fixed list that only grows: the reasons of FetchError, and `not_modified`, `same`, `listing`,
    `article` (which the store refines to new, revised, copied or unchanged), `robots_disallowed`, `not_listing`,
    `redirected_home`, `bug`, and the kinds of pages that are no article.
    """

    reason: str
    weight: float = 0.0  # as a failure: 0 none, 0.25 temporary, 0.5 soft, 1 hard
    detail: str | None = None
    status: int | None = None
    elapsed_ms: float | None = None
    fetched: Fetched | None = None
    body_hash: bytes | None = None  # SHA-256 of the decoded body
    article: Article | None = None
    listing: Listing | None = None
    feeds: tuple[str, ...] = ()  # addresses of lists that a home page named
    moved_to: str | None = None  # the address at another host that it redirects to
    retry_after: timedelta | None = None
    is_host_trouble: bool = False

    @classmethod
    def failed(cls, error: FetchError) -> Self:
        """The outcome of a fetch that brought no usable page."""
        return cls(
            error.reason,
            weight=error.weight,
            detail=str(error),
            status=error.status,
            elapsed_ms=error.elapsed_ms,
            moved_to=error.target if isinstance(error, Redirected) else None,
            retry_after=error.retry_after,
            is_host_trouble=error.host_trouble,
        )

    @classmethod
    def bug(cls, error: Exception) -> Self:
        """The outcome of our own mistake: its traceback is kept, the page is tried again."""
        return cls("bug", weight=1.0, detail="".join(traceback.format_exception(error))[-TRACEBACK_LIMIT:])

    @property
    def is_failure(self) -> bool:
        """Whether it counts towards a dead letter."""
        return self.weight > 0

    @property
    def is_missing(self) -> bool:
        """Whether the publisher says that there is no such page."""
        return self.reason in MISSING
