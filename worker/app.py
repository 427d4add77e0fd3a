"""The Celery app: a Redis broker that carries calls and no work, no result backend, and beat as a mere clock."""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading
import time
from typing import Any

import psycopg
from celery import Celery, signals
from celery.worker import state
from kombu import Exchange, Queue

from worker import db, logs, messages, processes, workers
from worker.settings import settings

log = logging.getLogger(__name__)

MAINTAIN_S = 600.0
BROKER = {  # measured: a silent connection is noticed within 11 s; with 10 and 5 within 20 s; without them never
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
    "health_check_interval": 3,
    "socket_keepalive": True,
}
SIGN_FOR_S = 60  # a sign that nobody reads any more, because its worker is dead, stays in the broker for so long
SIGN_OFF_S = 3.0  # a worker that ends does not wait for a database that is away
GRACE_S = 10.0  # for the visits of a worker that ends because it is deaf: time for the fetches they are at
COLLECT_AFTER = 50_000, 10, 10  # objects made, then rounds of each younger generation; a soup is a ring of hundreds

stopping = threading.Event()  # set when this worker was asked to end: visits end after the fetch they are at
_pulses: list[workers.Pulse] = []  # of this process: one, once it is ready
app = Celery("dateline", include=["worker.tasks"])


def configuration() -> dict[str, Any]:
    """What Celery is told, from our settings; asked for when it is needed, so that importing does nothing."""
    config = settings()
    return {
        "broker_url": config.broker(),
        "broker_transport": "worker.messages:Transport",
        "broker_transport_options": BROKER,
        "broker_use_ssl": messages.tls_options(config.broker()),
        "worker_consumer": "worker.messages:Consumer",
        "result_expires": None,  # there are no results: beat need not send Celery's task that removes them
        "broker_connection_retry_on_startup": True,
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_default_queue": "dateline",
        "task_ignore_result": True,
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "timezone": "UTC",
        "beat_schedule": {
            "tick": {"task": "dateline.tick", "schedule": config.tick},
            "relay": {"task": "dateline.relay", "schedule": config.tick},
            "maintain": {"task": "dateline.maintain", "schedule": MAINTAIN_S},
        },
        "beat_max_loop_interval": min(config.tick, 1.0),  # it ends between two looks at the clock
    }


app.add_defaults(configuration)


@signals.setup_logging.connect
def _configure_logs(**_: object) -> None:
    logs.configure(settings().log_level)


@signals.worker_init.connect
@signals.beat_init.connect
def _follow_parent(**_: object) -> None:
    processes.end_with_parent()


def own_queue() -> Queue:
    """The queue that only this process reads: what comes back through it proves that the process is not deaf.

    It has the nameless exchange, which leaves nothing behind in the broker when the process is killed.
    """
    name = f"dateline.{workers.process_name()}"
    return Queue(name, exchange=Exchange(""), routing_key=name, auto_delete=True)


@signals.celeryd_after_setup.connect
def _read_own_queue(instance: Any, **_: object) -> None:
    instance.app.amqp.queues.select_add(own_queue())


@signals.worker_init.connect
def _know_no_other_tasks(**_: object) -> None:
    messages.forget_foreign_tasks(app)


@signals.worker_ready.connect
def _collect_less(**_: object) -> None:
    """Walk what was imported no more: the collector's share of a page falls from 3.2 to 1.0 of 23 ms, for 20 MB."""
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


@signals.worker_ready.connect
def _start_pulse(**_: object) -> None:
    slots = settings().concurrency
    try:
        workers.sign(db.pool(), workers.process_name(), slots)
    except (db.SchemaError, psycopg.OperationalError) as error:
        log.critical("this worker cannot use the database and ends: %s", error)
        os.kill(os.getpid(), signal.SIGTERM)
        return
    pulse = workers.Pulse(
        send=_send_sign,
        age_s=_age_of_sign,
        is_full=lambda: len(state.reserved_requests) > slots,
        sign=lambda: workers.sign(db.pool(), workers.process_name(), slots),
        give_up=_give_up,
    )
    _pulses.append(pulse)
    pulse.start()


def _send_sign() -> None:
    queue: Any = own_queue()
    with app.connection_for_write() as fresh:
        app.send_task("dateline.sign", queue=queue, connection=fresh, retry=False)
        client: Any = fresh.default_channel
        client.client.expire(queue.name, SIGN_FOR_S)


def _age_of_sign() -> float | None:
    with db.connect() as fresh:
        return workers.age_s(fresh, workers.process_name())


def _give_up() -> None:
    log.critical("this worker gets or does no task any more, though broker and database answer: it ends, to start anew")
    stopping.set()
    until = time.monotonic() + GRACE_S
    while state.active_requests and time.monotonic() < until:
        time.sleep(0.1)
    os._exit(1)  # the threads of a deaf worker do not end by themselves; whoever runs it starts it again


@signals.worker_shutting_down.connect
def _end_visits(**_: object) -> None:
    stopping.set()


@signals.worker_shutdown.connect
def _sign_off(**_: object) -> None:
    while _pulses:
        _pulses.pop().stop()
        pool = db.pool()
        pool.timeout = SIGN_OFF_S
        try:
            workers.leave(pool, workers.process_name())
        except psycopg.OperationalError as error:
            log.warning("could not sign off, the others will notice: %s", error)
        pool.close()
