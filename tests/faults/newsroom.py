"""A newspaper of its own for a test: one host on one port, which can be away, and its feed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from tests.site.paper import Masthead, Paper
from tests.site.press import Press
from tests.site.story import Story


class Newsroom:
    """A newspaper at 127.0.0.1:PORT, reached without a proxy; within `with` it may leave and come back."""

    def __init__(self) -> None:
        self.press = Press()
        self.stories: list[Story] = []
        self.is_open = False

    def __enter__(self) -> Self:
        self.press.__enter__()
        self.is_open = True
        self.host = f"127.0.0.1:{self.press.port}"
        path = "/%Y/%m/%d/{slug}-{number}"
        self.paper: Paper = self.press.add(Masthead(self.host, "The Harbour Gazette", "rss", "json-ld", path))
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    @property
    def feed(self) -> str:
        """The address of its feed."""
        return self.paper.url("/feed.xml")

    def publish(self, number: int) -> Sequence[Story]:
        """Put so many new stories on the site; they are expected to be stored from now on."""
        fresh = [self.paper.publish() for _ in range(number)]
        self.stories += fresh
        return fresh

    def leave(self) -> None:
        """Close the port: whoever connects is refused."""
        if self.is_open:
            self.press.__exit__(None, None, None)
            self.is_open = False

    def come_back(self) -> None:
        """Open the same port again, with the same stories."""
        self.press.stopping.clear()
        self.press.__enter__()
        self.is_open = True
