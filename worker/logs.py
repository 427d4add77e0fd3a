"""Logging: one line an event on standard error, the same for every process."""

from __future__ import annotations

import logging
import re
import sys

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
NOISY = ("urllib3", "charset_normalizer", "celery.worker.strategy", "celery.app.trace", "celery.beat")  # a line a task
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all of C0, DEL and C1 but tab and line feed


def visible(text: str) -> str:
    """The text with its control characters written out (`\\x1b`), but for tabs and line feeds.

    What pages say may reach a terminal, which would take them for orders (ECMA-48, 5.2 and 5.3).
    """
    return CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


class VisibleFormatter(logging.Formatter):
    """Writes control characters out, and line feeds within a message, so that no message looks like two."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # its name in the base class
        """The line without the traceback that may follow."""
        return super().formatMessage(record).replace("\n", "\\n")

    def format(self, record: logging.LogRecord) -> str:
        """The line and its traceback."""
        return visible(super().format(record))


def configure(level: str) -> None:
    """Send the log of this process to standard error, from `level` up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(VisibleFormatter(FORMAT))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
