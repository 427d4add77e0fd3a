-- Prints what is new in the change feed since the last run: psql -XqAt -f consumer.sql "$(dateline db url)"
\set ON_ERROR_STOP on
begin isolation level repeatable read;  -- one state of the feed for both reading and acknowledging
select coalesce(max(last_id), 0) as cursor from dateline.consumers where name = 'psql' \gset
select id, kind, url, title from dateline.events_since(:cursor);
select dateline.acknowledge('psql', (select coalesce(max(id), :cursor) from dateline.events)) \g /dev/null
commit;
