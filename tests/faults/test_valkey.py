"""Valkey emptied, restarted, gone, cut off, full and silent."""

from __future__ import annotations

import pytest

from tests.faults.case import Case
from tests.waiting import until

RECOVERS_WITHIN_S = 30
TWO_MINUTES = 120


def test_a_flushed_broker_costs_the_messages_in_it(case: Case) -> None:
    case.follow()
    for _ in range(5):
        case.newsroom.publish(1)
        case.service.broker.flushall()
        case.struck()
    case.over()
    case.settle("FLUSHALL")


def test_a_broker_restarted_without_what_it_had_costs_the_messages_in_it(case: Case) -> None:
    case.newsroom.publish(3)
    case.follow()
    case.service.valkey.kill()
    case.struck()
    case.newsroom.publish(3)
    case.service.valkey.start()
    case.over()
    case.settle("kill -9 of Valkey, started again empty")


def test_connections_to_the_broker_reset_under_load_are_made_anew(case: Case) -> None:
    case.newsroom.publish(10)
    case.follow()
    for stored in (1, 4, 8):
        until("some are stored", lambda stored=stored: len(case.stored()) >= stored)
        case.struck(case.service.broker_proxy.reset())
    case.over()
    case.settle("connections to Valkey reset under load")


def test_a_full_broker_that_evicts_nothing_takes_no_message_and_breaks_nothing(case: Case) -> None:
    broker = case.service.broker
    case.newsroom.publish(3)
    refused = _refused(broker)
    broker.config_set("maxmemory-policy", "noeviction")
    broker.config_set("maxmemory", "1mb")
    try:
        case.follow()
        until("messages are refused", lambda: _refused(broker) > refused + 5)
        case.struck(_refused(broker) - refused)
    finally:
        broker.config_set("maxmemory", "0")
    case.over()
    case.settle("Valkey's memory full, noeviction")


def _refused(broker) -> int:
    """How many commands the server has refused for want of memory."""
    return sum(entry["count"] for name, entry in broker.info("errorstats").items() if name == "errorstat_OOM")


@pytest.mark.long
def test_a_broker_gone_for_two_minutes_is_found_again_within_half_a_minute(case: Case) -> None:
    service = case.service
    case.newsroom.publish(3)
    case.follow()
    until("some are stored", lambda: len(case.stored()) > 0)
    service.valkey.stop()
    case.struck()
    case.newsroom.publish(3)
    _wait_by_postgres(case, TWO_MINUTES)
    service.valkey.start()
    case.over()
    case.settle("Valkey gone for two minutes", RECOVERS_WITHIN_S)


@pytest.mark.long
def test_silent_connections_to_the_broker_deafen_nobody_for_more_than_half_a_minute(case: Case) -> None:
    service = case.service
    case.newsroom.publish(3)
    case.follow()
    case.settle("nothing")
    case.ledger.lines.pop()
    case.struck(service.broker_proxy.silence())
    case.newsroom.publish(3)
    case.over()
    case.settle("all connections to Valkey silent", RECOVERS_WITHIN_S)
    until("every worker takes tasks", lambda: _all_sign(case), RECOVERS_WITHIN_S)


def _all_sign(case: Case) -> bool:
    query = "select count(*) from worker where seen_at > now() - interval '6 s'"
    return case.service.count(query) == len(case.service.workers)


def _wait_by_postgres(case: Case, seconds: float) -> None:
    """Let the fault last: by the clock of Postgres, which is not concerned."""
    case.service.rows("select pg_sleep(%s)", seconds)
