"""The scheduler of beat: a clock that no other clock can stop, and that does not fill a queue which nobody reads.

Celery's own compares times of day: after the machine's clock was set back by an hour it would send nothing for that
hour, and messages that end at a time of day would be thrown away by a machine whose clock is ahead.
"""

from __future__ import annotations

import logging
import signal
import time
from typing import Any

from celery import signals
from celery.beat import Scheduler, Service

log = logging.getLogger(__name__)

BACKLOG = 20  # messages; where so many wait, one more is only read later, and delays what waits behind it
STALLED_S = 30.0  # of a backlog that does not shrink, until somebody is told


@signals.beat_init.connect
def _end_when_asked(sender: Service, **_: Any) -> None:
    """Note that beat is to end; an exception, as Celery's handler raises, is lost where the signal finds a callback."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sender.stop())


class Clock(Scheduler):
    """Sends each entry of the schedule every so many seconds by the monotonic clock, the first time at once."""

    def setup_schedule(self) -> None:
        """Take the entries of the configuration, whose schedules are seconds; nothing is kept on disk."""
        self.update_from_dict(self.app.conf.beat_schedule)
        self._every_s = {name: entry["schedule"] for name, entry in self.app.conf.beat_schedule.items()}
        self._due_at = dict.fromkeys(self.schedule, time.monotonic())
        self._broker: Any = None
        self._read_at = time.monotonic()  # when the queue was last seen shorter than a backlog

    def tick(self, *_: Any, **__: Any) -> float:
        """Send what is due; how many seconds to sleep then."""
        for name, entry in self.schedule.items():
            if (now := time.monotonic()) >= self._due_at[name]:
                self._due_at[name] = now + self._every_s[name]
                self._send(entry)
        left = min(self._due_at.values()) - time.monotonic()
        return float(max(0.0, min(left, self.max_interval or left)))

    def _send(self, entry: Any) -> None:
        """Send one entry's task; a broker that cannot be reached is asked anew the next time."""
        if self._broker is None:
            self._broker = self.app.connection_for_write()
        try:
            self._broker.connect()
            waiting = self._broker.default_channel.queue_declare(self.app.conf.task_default_queue).message_count
            if waiting < BACKLOG:
                self._read_at = time.monotonic()
                self.app.send_task(entry.task, connection=self._broker, retry=False)
            elif time.monotonic() - self._read_at >= STALLED_S:
                self._read_at = time.monotonic()
                log.warning("%s messages wait in the queue, %s is not sent: are there workers?", waiting, entry.name)
        except Exception as error:  # whatever it is, the clock goes on
            log.warning("%s could not be sent: %s", entry.name, error)
            self.close()

    def close(self) -> None:
        """Let the broker go."""
        broker, self._broker = self._broker, None
        if broker is not None:
            broker.collect()
