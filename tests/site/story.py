"""A story as its newspaper has it: the text, its address and its times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Story:
    """One revision of a story; editing makes another one with the same `number`."""

    host: str
    path: str
    number: int
    title: str
    paragraphs: tuple[str, ...]
    authors: tuple[str, ...]
    section: str
    language: str
    published: datetime
    modified: datetime
    is_paywalled: bool = False

    @property
    def url(self) -> str:
        """The address of the story's page."""
        return f"http://{self.host}{self.path}"

    @property
    def body(self) -> str:
        """The paragraphs, one a line."""
        return "\n".join(self.paragraphs)
