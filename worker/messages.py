"""What stands between broker and tasks: a message that is no task of ours is logged and dropped, never retried.

Celery takes a message apart before it looks for the task. One that falls apart there ends the worker, which puts it
back for the next one: a single malformed message would stop the whole service.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from queue import Empty
from typing import Any

from celery import Celery
from celery.worker.consumer import Consumer as CeleryConsumer
from kombu.transport import redis

log = logging.getLogger(__name__)

OURS = "dateline."  # what the names of all our tasks begin with
_MALFORMED = (ValueError, TypeError, LookupError, AttributeError, RecursionError)  # none is an error of the connection


class Channel(redis.Channel):
    """A channel that survives what is no message at all."""

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[misc]  # its stubs lack it
        except _MALFORMED as error:
            log.error("something that is no message was dropped: %s", repr(error)[:300])
            raise Empty from error


class Transport(redis.Transport):
    """Celery's Redis transport with such channels."""

    Channel = Channel


class Consumer(CeleryConsumer):
    """A consumer that survives messages which cannot be taken apart."""

    def create_task_handler(self, *args: Any, **options: Any) -> Callable[[Any], None]:
        """What is called with each message."""
        receive = super().create_task_handler(*args, **options)

        def receive_or_reject(message: Any) -> None:
            try:
                receive(message)
            except _MALFORMED as error:
                log.error("a message that cannot be read was dropped: %s", repr(error)[:300])
                message.reject_log_error(log, self.connection_errors)  # type: ignore[attr-defined]  # its stubs lack it

        return receive_or_reject


def forget_foreign_tasks(app: Celery) -> None:
    """Let the app know no task but ours: Celery brings some that call others by name."""
    for name in [name for name in app.tasks if not name.startswith(OURS)]:
        app.tasks.unregister(name)


def tls_options(broker: str) -> dict[str, Any] | None:
    """What Celery is to be told of TLS for a broker's address, None without TLS; it would check no certificate."""
    is_plain = not broker.startswith("rediss://") or "ssl_cert_reqs" in broker
    return None if is_plain else {"ssl_cert_reqs": ssl.CERT_REQUIRED}
