"""Follows the change feed: python consumer.py "$(dateline db url)". Run again, it goes on where it was."""

import sys

import psycopg

NAME = "printer"
conn = psycopg.connect(sys.argv[1], autocommit=True)
conn.execute("listen dateline")  # before the first look, so that nothing comes in between
known = conn.execute("select last_id from dateline.consumers where name = %s", [NAME]).fetchone()
cursor = known[0] if known else 0
while True:
    events = conn.execute("select id, kind, url, title from dateline.events_since(%s, 1000)", [cursor]).fetchall()
    for event in events:
        print(*event, sep="\t", flush=True)  # do your work here
    if events:
        cursor = events[-1][0]
        conn.execute("select dateline.acknowledge(%s, %s)", [NAME, cursor])
    elif "--once" in sys.argv:
        break
    else:
        list(conn.notifies(timeout=60, stop_after=1))  # sleep until there is more
