"""The Celery app: a Redis broker that carries host names, no result backend, and beat as a mere clock."""

from __future__ import annotations

import logging
import os
import signal
import threading
from typing import Any

import psycopg
from celery import Celery, signals
from psycopg_pool import PoolTimeout

from worker import db, logs, messages, processes, workers
from worker.settings import settings

log = logging.getLogger(__name__)

MAINTAIN_S = 600.0
BROKER = {  # measured: with both set a connection that went silent is noticed within 22 s, otherwise never
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "health_check_interval": 5,
    "socket_keepalive": True,
}

stopping = threading.Event()  # set when this worker was asked to end: visits end after the fetch they are at
_heartbeats: list[workers.Heartbeat] = []  # of this process: one, once it is ready
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
            "tick": {"task": "dateline.tick", "schedule": config.tick, "options": {"expires": 10 * config.tick}},
            "relay": {"task": "dateline.relay", "schedule": config.tick, "options": {"expires": 10 * config.tick}},
            "maintain": {"task": "dateline.maintain", "schedule": MAINTAIN_S, "options": {"expires": MAINTAIN_S}},
        },
        "beat_max_loop_interval": min(config.tick, 5.0),
    }


app.add_defaults(configuration)


@signals.setup_logging.connect
def _configure_logs(**_: object) -> None:
    logs.configure(settings().log_level)


@signals.worker_init.connect
@signals.beat_init.connect
def _follow_parent(**_: object) -> None:
    processes.end_with_parent()


@signals.worker_init.connect
def _know_no_other_tasks(**_: object) -> None:
    messages.forget_foreign_tasks(app)


@signals.worker_ready.connect
def _start_heartbeat(**_: object) -> None:
    try:
        heartbeat = workers.Heartbeat(db.pool(), workers.process_name(), settings().concurrency)
        heartbeat.start()
    except (db.SchemaError, psycopg.OperationalError, PoolTimeout) as error:
        log.critical("this worker cannot use the database and ends: %s", error)
        os.kill(os.getpid(), signal.SIGTERM)
    else:
        _heartbeats.append(heartbeat)


@signals.worker_shutting_down.connect
def _end_visits(**_: object) -> None:
    stopping.set()


@signals.worker_shutdown.connect
def _sign_off(**_: object) -> None:
    while _heartbeats:
        _heartbeats.pop().stop()
        db.pool().close()
