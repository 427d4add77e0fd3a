-- Dateline's whole schema. It creates an empty database from nothing and does no harm when applied again.
-- Readers: the views in schema "dateline" are the interface; tables may change between versions.
-- `dateline db init` applies this file in one transaction under a lock; psql -1 -f schema.sql does the same.

set search_path = public;  -- a database user called dateline would otherwise make the tables in the schema of that name
select pg_advisory_xact_lock(hashtextextended('dateline.schema', 0));

create table if not exists schema_version (
    only_row   boolean primary key default true check (only_row),
    version    integer not null check (version > 0),
    applied_at timestamptz not null default now()
);
comment on table schema_version is 'One row: which version of the schema is installed. A worker refuses to run on one it does not know.';
comment on column schema_version.only_row is 'Always true: there is only one row.';
comment on column schema_version.version is 'The version of schema.sql that was applied last.';
comment on column schema_version.applied_at is 'When this version was first applied.';

-- Sources and where they list their pages ---------------------------------------------------------------------------

create table if not exists source (
    id         text primary key check (id = lower(id) and id ~ '^\S+$'),
    name       text not null,
    homepage   text check (homepage ~ '^https?://'),
    site       text not null,
    country    text,
    language   text,
    timezone   text,
    origin     text not null check (origin in ('file', 'catalogue', 'added', 'crawl')),
    enabled    boolean not null default true,
    created_at timestamptz not null default now(),
    removed_at timestamptz
);
comment on table source is 'A publisher. Its row stays after removal, because its articles stay.';
comment on column source.id is 'Short name, such as brecorder; for a source found by a one-off crawl its host without www.';
comment on column source.name is 'The name people know it by.';
comment on column source.homepage is 'Address of the front page.';
comment on column source.site is 'Host of the home page without www.; pages that no feed brought find their source by it.';
comment on column source.country is 'Two-letter country code, where known.';
comment on column source.language is 'Main language as a two-letter code, where known.';
comment on column source.timezone is 'IANA zone of times that its pages show without one.';
comment on column source.origin is 'How it came: file (sources.toml), catalogue, added (by a person), crawl (a one-off crawl met it).';
comment on column source.enabled is 'False while paused: its feeds are not polled.';
comment on column source.created_at is 'When it was first known.';
comment on column source.removed_at is 'When it was removed; null while it is in use.';
alter table source add column if not exists selectors jsonb check (jsonb_typeof(selectors) = 'object');  -- since version 2
comment on column source.selectors is
    'CSS selectors that an operator gave for fields of its pages, by field; they win over those of scrapers/publishers.';
create index if not exists source_site on source (site);  -- store.source_for

create table if not exists host (
    name              text primary key check (name = lower(name) and name <> ''),
    due_at            timestamptz,
    token             uuid,
    leased_until      timestamptz not null default '-infinity',
    leased_by         text,
    last_request_at   timestamptz,
    latency_ms        real,
    crawl_delay_s     real check (crawl_delay_s >= 0),
    slow_until        timestamptz not null default '-infinity',
    cooldown_until    timestamptz not null default '-infinity',
    failures          real not null default 0 check (failures >= 0),
    trouble           text,
    robots_status     smallint,
    robots_body       text,
    robots_checked_at timestamptz
);
comment on table host is 'A host name: the unit of politeness. Whoever holds its lease is the only one to send it requests.';
comment on column host.name is 'Lower-case host name, with :port where it is not the scheme''s own.';
comment on column host.due_at is 'When something at this host is due next; null when nothing is.';
comment on column host.token is 'Proof of the current lease; a release with another token changes nothing.';
comment on column host.leased_until is 'End of the lease. After it anyone may take the host: a lost visit costs this long and nothing else.';
comment on column host.leased_by is 'Name of the worker that holds the lease.';
comment on column host.last_request_at is 'When the last request to it ended; the next visit waits the delay from here.';
comment on column host.latency_ms is 'Moving average of the time to the head of an answer, in milliseconds.';
comment on column host.crawl_delay_s is 'Crawl-delay of its robots.txt in seconds; obeyed up to 30.';
comment on column host.slow_until is 'Until then the delay between requests is doubled (after a 429 or 503).';
comment on column host.cooldown_until is 'Until then no visit at all (Retry-After, a bot wall, a host that is down).';
comment on column host.failures is 'Weight of the failures of the host as a whole since its last success; sets the length of the cooldown.';
comment on column host.trouble is 'Reason of the last failure of the host as a whole; null once it answers again.';
comment on column host.robots_status is 'HTTP status of the last robots.txt; null if it could not be reached.';
comment on column host.robots_body is 'The last robots.txt, as text.';
comment on column host.robots_checked_at is 'When robots.txt was last asked for.';
create index if not exists host_due on host (due_at) where due_at is not null;  -- frontier.take
create index if not exists host_leased on host (leased_until) where leased_until > '-infinity';  -- workers.room
alter table host set (fillfactor = 80);  -- a visit changes its host three times: the new versions find room beside the old

create table if not exists feed (
    id             bigint generated always as identity primary key,
    source_id      text not null references source,
    url            text not null unique check (url ~ '^https?://'),
    location       text not null check (location ~ '^https?://'),
    host           text not null references host,
    kind           text check (kind in ('feed', 'news_sitemap', 'sitemap', 'sitemap_index', 'section')),
    link_pattern   text,
    title          text,
    parent_id      bigint references feed on delete cascade,
    enabled        boolean not null default true,
    due_at         timestamptz,
    interval_s     real not null check (interval_s > 0),
    floor_s        real not null default 0 check (floor_s >= 0),
    overlap        real check (overlap between 0 and 1),
    attempts       integer not null default 0 check (attempts >= 0),
    failures       real not null default 0 check (failures >= 0),
    outcome        text,
    polled_at      timestamptz,
    answered_at    timestamptz,
    new_at         timestamptz,
    polls          integer not null default 0 check (polls >= 0),
    etag           text,
    last_modified  text,
    trusted        boolean not null default true,
    body_hash      bytea,
    created_at     timestamptz not null default now()
);
comment on table feed is 'A place that lists a source''s pages: RSS, Atom, JSON Feed, sitemap, sitemap index or section page.';
comment on column feed.id is 'Number of the feed.';
comment on column feed.source_id is 'The source that it belongs to.';
comment on column feed.url is 'Its address as it was given or found.';
comment on column feed.location is 'The address that is asked: url, or where a redirect to another host led.';
comment on column feed.host is 'Host of location.';
comment on column feed.kind is 'What it turned out to be at its first poll; null before that.';
comment on column feed.link_pattern is 'For a section page: regular expression that a story''s address must match.';
comment on column feed.title is 'Its own title.';
comment on column feed.parent_id is 'The sitemap index or home page that named it.';
comment on column feed.enabled is 'False while it is not to be polled.';
comment on column feed.due_at is 'When it is polled next; null while paused.';
comment on column feed.interval_s is 'Current wait between polls in seconds; moved by what the polls bring.';
comment on column feed.floor_s is 'Shortest wait that the feed itself asks for (ttl, Cache-Control), in seconds.';
comment on column feed.overlap is 'Share of the last answer''s links that were known before, 0 to 1.';
comment on column feed.attempts is 'Polls since the last one that ended, counted when claimed.';
comment on column feed.failures is 'Weight of the failures since the last success; it never disables a feed.';
comment on column feed.outcome is 'Reason of the last poll, from the same list as fetch_log.reason.';
comment on column feed.polled_at is 'Last poll, whatever came of it.';
comment on column feed.answered_at is 'Last poll that was answered.';
comment on column feed.new_at is 'Last poll that brought a link not known before.';
comment on column feed.polls is 'Polls so far; now and then one is made without validators.';
comment on column feed.etag is 'ETag of the last answer.';
comment on column feed.last_modified is 'Last-Modified of the last answer.';
comment on column feed.trusted is 'False once a validator stayed the same while the content changed: it is not sent again.';
comment on column feed.body_hash is 'SHA-256 of the last body; the same body is not read twice.';
comment on column feed.created_at is 'When it was first known.';
create index if not exists feed_host on feed (host);  -- due.at_host, frontier.release
drop index if exists feed_due;  -- until version 4; without due_at in an index, a poll's two changes touch none
alter table feed set (fillfactor = 80);  -- and the new versions find room beside the old
create index if not exists feed_source on feed (source_id);  -- sources.show
create index if not exists feed_parent on feed (parent_id) where parent_id is not null;  -- the foreign key

-- The archive of articles ------------------------------------------------------------------------------------------

create table if not exists article (
    id                  bigint generated always as identity primary key,
    source_id           text not null references source,
    identity            text not null,
    source_article_id   text,
    url                 text not null check (url ~ '^https?://'),
    canonical_url       text not null check (canonical_url ~ '^https?://'),
    title               text not null,
    subtitle            text,
    authors             text[] not null default '{}',
    agency              text,
    published           timestamptz,
    published_precision text check (published_precision in ('day', 'minute', 'second')),
    modified            timestamptz,
    language            text,
    section             text,
    edition             text,
    edition_date        date,
    dateline            text,
    body                text not null,
    image               text,
    tags                text[] not null default '{}',
    access              text not null check (access in ('free', 'metered', 'subscriber')),
    kind                text not null,
    provenance          jsonb not null default '{}' check (jsonb_typeof(provenance) = 'object'),
    text_hash           bigint,
    copy_of             bigint references article,
    similarity          real check (similarity between 0 and 1),
    method              text,
    revision            integer not null default 1 check (revision > 0),
    first_seen          timestamptz not null default now(),
    revised_at          timestamptz not null default now(),
    gone_at             timestamptz,
    unique (source_id, identity),
    check (copy_of <> id),
    check ((copy_of is null) = (method is null) and (copy_of is null) = (similarity is null)),
    check ((published is null) = (published_precision is null))
);
comment on table article is 'One row per article; the row holds the current revision.';
comment on column article.id is 'Number of the article; it never changes.';
comment on column article.source_id is 'The source that published it.';
comment on column article.identity is 'What makes it this article within its source: id:<publisher''s id>, else url:<canonical key>; moved:<id> once joined to another.';
comment on column article.source_article_id is 'The publisher''s own id, where the scraper knows one.';
comment on column article.url is 'The newest address it was read at.';
comment on column article.canonical_url is 'The address that the page itself calls its own, where that is believable; else its address.';
comment on column article.title is 'Headline.';
comment on column article.subtitle is 'Standfirst, where there is one.';
comment on column article.authors is 'People''s names, in the page''s order; empty rather than guessed.';
comment on column article.agency is 'News agency that the story is credited to.';
comment on column article.published is 'First publication as the page tells it.';
comment on column article.published_precision is 'How exact published is: day, minute or second.';
alter table article add column if not exists published_raw text;  -- since version 2
comment on column article.published_raw is 'The text that published was read from, as the page has it.';
comment on column article.modified is 'Last change as the page tells it.';
comment on column article.language is 'Two-letter language code.';
comment on column article.section is 'Section of the paper.';
comment on column article.edition is 'Edition, such as print.';
comment on column article.edition_date is 'Day of the edition.';
comment on column article.dateline is 'Place that opens the story, such as ISLAMABAD; the body keeps it too.';
comment on column article.body is 'The text: paragraphs joined by newlines.';
comment on column article.image is 'Address of the lead image.';
comment on column article.tags is 'Topics in the page''s order.';
comment on column article.access is 'free, metered or subscriber, as far as the page tells.';
comment on column article.kind is 'article, live, video or gallery.';
comment on column article.provenance is 'For each field where it came from: publisher rule, json-ld, meta, html, heuristic, url, feed.';
comment on column article.text_hash is '64-bit hash of the normalised text; the same under another identity is a copy. Null for a text of almost no words.';
comment on column article.copy_of is 'The original that this article is a copy of; null for an original.';
comment on column article.similarity is 'How alike the texts of copy and original are, 0 to 1.';
comment on column article.method is 'How the copy was recognised: exact (the same words), near, or moved: the very article, met at another address before that led on to it.';
comment on column article.revision is 'Number of the current revision, from 1.';
comment on column article.first_seen is 'When it was stored first.';
comment on column article.revised_at is 'When the current revision was stored.';
comment on column article.gone_at is 'When the publisher was found to have taken it down; null while it is up. The text stays.';
alter table article add column if not exists missing_looks smallint not null default 0 check (missing_looks >= 0);
alter table article add column if not exists missing_since timestamptz;
alter table article add column if not exists missing_at timestamptz;
alter table article add column if not exists flipped_to integer;
alter table article add column if not exists flipped_at timestamptz;
alter table article add column if not exists correction text;
comment on column article.missing_looks is 'Looks in a row at which the publisher had no such page, at most one a day counted; at the third, two days on, it is gone.';
comment on column article.missing_since is 'The first of these looks; null while it is up.';
comment on column article.missing_at is 'The last of these looks that counted.';
comment on column article.flipped_to is 'Number of the earlier revision that the page shows in turn with the current text; null while it does not.';
comment on column article.flipped_at is 'Since when it has shown that one alone.';
comment on column article.correction is 'The correction or clarification that the page announces, in its words; null where it announces none.';
create index if not exists article_text on article (text_hash) where text_hash is not null;  -- dedup.groups
create index if not exists article_copy on article (copy_of) where copy_of is not null;  -- dateline.copies
create index if not exists article_seen on article (first_seen desc);  -- articles list, status
create index if not exists article_published on article (source_id, published desc);  -- articles list --source

create table if not exists sketch (
    hash       bigint not null,
    article_id bigint not null references article on delete cascade,
    primary key (hash, article_id)
);
comment on table sketch is 'The smallest hashes of each recent article''s text: articles that share some are compared. Dropped after a week.';
comment on column sketch.hash is 'Hash of four words in a row, one of the 16 smallest of the text.';
comment on column sketch.article_id is 'The article.';
create index if not exists sketch_article on sketch (article_id);  -- dedup.candidates: keep, expire

create table if not exists likeness (
    one        bigint not null references article on delete cascade,
    other      bigint not null references article on delete cascade,
    similarity real not null check (similarity between 0 and 1),
    primary key (one, other),
    check (one < other)
);
comment on table likeness is 'Pairs of articles with other words that are one report; the groups of copies follow from these and from equal texts.';
comment on column likeness.one is 'The article with the smaller number.';
comment on column likeness.other is 'The article with the larger number.';
comment on column likeness.similarity is 'How much of the shorter text the other has, 0 to 1.';
create index if not exists likeness_other on likeness (other);  -- dedup.groups

create table if not exists article_url (
    url        text primary key check (url ~ '^https?://'),
    article_id bigint not null references article on delete cascade,
    was_read   boolean not null,
    seen_at    timestamptz not null default now()
);
comment on table article_url is 'Every address that led to an article: fetched, redirected from, or called canonical.';
comment on column article_url.url is 'The address.';
comment on column article_url.article_id is 'The article it leads to.';
comment on column article_url.was_read is 'True if the article was read there; false for a canonical address that nobody looked at.';
comment on column article_url.seen_at is 'When it first did.';
alter table article_url add column if not exists key text collate "C";  -- C, so that prefixes are found
comment on column article_url.key is
    'Its canonical form: no scheme''s, mirror''s, variant''s or tracking parameter''s difference. Null if stored before keys were kept.';
create index if not exists article_url_key on article_url (key);  -- identity.find, parameters.observe
create index if not exists article_url_article on article_url (article_id);  -- articles show

create table if not exists url_parameter (
    host       text not null,
    name       text not null,
    equal      integer not null default 0 check (equal >= 0),
    different  integer not null default 0 check (different >= 0),
    changed_at timestamptz not null default now(),
    primary key (host, name)
);
comment on table url_parameter is
    'What was seen of parameters in addresses: five stories in the same words and none in others, and it no longer counts.';
comment on column url_parameter.host is 'The host, without www. and the like.';
comment on column url_parameter.name is 'The parameter, in lower case.';
comment on column url_parameter.equal is 'Stories met at two addresses that differ in it alone, with the same text.';
comment on column url_parameter.different is 'Addresses met that differ from another in it alone, with another text.';
comment on column url_parameter.changed_at is 'When it was last met so.';

create table if not exists revision (
    article_id bigint not null references article on delete cascade,
    number     integer not null check (number > 0),
    seen_from  timestamptz not null,
    seen_until timestamptz not null,
    title      text not null,
    subtitle   text,
    authors    text[] not null,
    published  timestamptz,
    modified   timestamptz,
    kind       text not null,
    body       text not null,
    changed    text[] not null,
    primary key (article_id, number)
);
alter table revision add column if not exists share real check (share between 0 and 1);
alter table revision add column if not exists last_seen timestamptz;
alter table revision add column if not exists flips integer not null default 0 check (flips >= 0);
comment on column revision.share is 'Share of its words that are others in the next revision, 0 to 1.';
comment on column revision.last_seen is 'The last look that found this text, before the one that found another.';
comment on column revision.flips is 'How often the page showed this text again, for less than a day, after another had taken its place.';
comment on table revision is 'Earlier texts of articles; the current one is in article.';
comment on column revision.article_id is 'The article.';
comment on column revision.number is 'Number of the revision, from 1.';
comment on column revision.seen_from is 'When this text was first seen.';
comment on column revision.seen_until is 'When another text was seen in its place.';
comment on column revision.title is 'Headline then.';
comment on column revision.subtitle is 'Standfirst then.';
comment on column revision.authors is 'Authors then.';
comment on column revision.published is 'Publication time as given then.';
comment on column revision.modified is 'Time of change as given then.';
comment on column revision.kind is 'Kind of page then.';
comment on column revision.body is 'Text then.';
comment on column revision.changed is 'Fields in which the next revision differs from this one.';

-- The change feed and the two logs are kept in partitions by time, so that what is too old goes by DROP. Those of version 2
-- become the first partition of the new ones: no row is copied.
do $$
declare
    plain text;
    index text;
begin
    for plain in select relname from pg_class
                  where relnamespace = 'public'::regnamespace and relkind = 'r' and relname in ('event', 'archive', 'fetch_log')
    loop
        execute format('alter table %1$I rename to %1$s_before', plain);
        execute format('alter table %1$s_before drop constraint %1$s_pkey', plain);
        for index in select indexrelid::regclass::text from pg_index where indrelid = (plain || '_before')::regclass
        loop
            execute format('alter index %s rename to %s', index, replace(index, plain, plain || '_before'));
        end loop;
    end loop;
end
$$;

create table if not exists event (
    id         bigint generated always as identity,
    at         timestamptz not null default clock_timestamp(),
    kind       text not null constraint event_kind_check
               check (kind in ('created', 'updated', 'copied', 'separated', 'gone', 'restored')),
    article_id bigint not null references article,
    source_id  text not null,
    url        text not null,
    title      text not null,
    changed    text[] not null default '{}',
    primary key (id, at)
) partition by range (at);
comment on table event is 'The change feed. Ids are given within the commit, under a lock, so they become visible in their order.';
comment on column event.id is 'Cursor of the change feed; grows in the order in which events become visible.';
comment on column event.at is 'When it became visible.';
comment on column event.kind is 'created, updated, copied, separated, gone or restored.';
comment on column event.article_id is 'The article it happened to.';
comment on column event.source_id is 'Its source.';
comment on column event.url is 'Its address at that time.';
comment on column event.title is 'Its headline at that time.';
comment on column event.changed is 'For updated: the fields that changed.';
create index if not exists event_article on event (article_id);  -- articles show, articles export --after

create unlogged table if not exists event_pending (
    tx         xid8 not null default pg_current_xact_id(),
    number     bigint generated always as identity,
    kind       text not null,
    article_id bigint not null,
    changed    text[] not null default '{}',
    primary key (tx, number)
);
comment on table event_pending is 'Events of transactions under way: each is numbered and moved to event by its own commit, so all see it empty.';
comment on column event_pending.tx is 'The transaction.';
comment on column event_pending.number is 'Order within the transaction.';
comment on column event_pending.kind is 'As in event.';
comment on column event_pending.article_id is 'The article it happened to.';
comment on column event_pending.changed is 'For updated: the fields that changed.';

create or replace function publish_pending() returns trigger
language plpgsql
as $$
declare
    newest bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('dateline.events', 0));  -- freed once the commit is visible to all
    with mine as (
        delete from public.event_pending where tx = pg_current_xact_id() returning number, kind, article_id, changed),
    written as (
        insert into public.event (kind, article_id, source_id, url, title, changed)
        select m.kind, a.id, a.source_id, a.url, a.title, m.changed
          from mine m join public.article a on a.id = m.article_id order by m.number
        returning id)
    select max(id) into newest from written;
    if newest is not null then
        perform pg_notify('dateline', newest::text);
    end if;
    return null;
end
$$;
comment on function publish_pending is
    'Numbers the events of a transaction. Deferred, it runs within the commit: no client can dawdle while it holds the lock.';
do $$
begin
    if not exists (select from pg_trigger where tgname = 'event_pending_publish') then
        create constraint trigger event_pending_publish after insert on event_pending
            deferrable initially deferred for each row execute function publish_pending();
    end if;
end
$$;

create table if not exists event_floor (
    only_row boolean primary key default true check (only_row),
    id       bigint not null,
    at       timestamptz not null
);
comment on table event_floor is 'At most one row: the newest event that retention has dropped.';
comment on column event_floor.only_row is 'Always true: there is only one row.';
comment on column event_floor.id is 'Its id: a reader whose cursor is smaller has missed events.';
comment on column event_floor.at is 'When it happened.';

create table if not exists consumer (
    name            text primary key check (name ~ '^\S(.{0,98}\S)?$'),
    last_id         bigint not null check (last_id >= 0),
    registered_at   timestamptz not null default now(),
    acknowledged_at timestamptz not null default now()
);
comment on table consumer is 'Readers of the change feed that said how far they are: retention waits for them, for as long again.';
comment on column consumer.name is 'What it calls itself.';
comment on column consumer.last_id is 'The last event that it has dealt with.';
comment on column consumer.registered_at is 'When it first said so.';
comment on column consumer.acknowledged_at is 'When it last did.';

-- The frontier ------------------------------------------------------------------------------------------------------

create table if not exists page (
    id            bigint generated always as identity primary key,
    url           text not null unique check (url ~ '^https?://'),
    listed_url    text check (listed_url ~ '^https?://'),
    host          text not null references host,
    source_id     text references source,
    feed_id       bigint,
    found_at      timestamptz not null default now(),
    newest_at     timestamptz not null default now(),
    backfill      boolean not null default false,
    wanted        boolean not null default false,
    due_at        timestamptz,
    attempts      integer not null default 0 check (attempts >= 0),
    failures      real not null default 0 check (failures >= 0),
    outcome       text,
    detail        text,
    fetched_at    timestamptz,
    etag          text,
    last_modified text,
    body_hash     bytea,
    hint          jsonb,
    article_id    bigint references article on delete set null,
    redirected_to bigint references page on delete set null
);
comment on table page is 'The frontier: every address ever found, one row each, and when to look at it next.';
comment on column page.id is 'Number of the page.';
comment on column page.url is 'Its address, normalised: what it is known by.';
comment on column page.listed_url is 'The address as it was listed, with its tracking parameters, if that differs: this is what is fetched.';
comment on column page.host is 'Host of the address.';
comment on column page.source_id is 'Source of the feed that listed it; null where a one-off crawl named it.';
comment on column page.feed_id is 'The feed that listed it first; it may be gone.';
alter table page drop constraint if exists page_feed_id_fkey;  -- until version 4; removing a feed read all pages
comment on column page.found_at is 'When it was found.';
comment on column page.newest_at is 'Publication time that the feed gave, else found_at: the newest are fetched first.';
comment on column page.backfill is 'True if it came with the first poll of its feed: old news, fetched after fresh news.';
comment on column page.wanted is 'True while a one-off crawl waits for it: fetched before all others.';
comment on column page.due_at is 'When to fetch it next; null when there is no reason to.';
comment on column page.attempts is 'Claims since the last one that ended, counted at claim: a page that kills its worker still becomes a dead letter.';
comment on column page.failures is 'Weight of the failures since the last success; at its limit the page becomes a dead letter.';
comment on column page.outcome is 'What came of the last attempt, from the same list as fetch_log.reason; null before the first.';
comment on column page.detail is 'The last outcome in words.';
comment on column page.fetched_at is 'Last answer with a body, or 304.';
comment on column page.etag is 'ETag of the last answer.';
comment on column page.last_modified is 'Last-Modified of the last answer.';
comment on column page.body_hash is 'SHA-256 of the last decoded body; the same body is not parsed twice.';
comment on column page.hint is 'What the feed said of it: title, published, authors, summary, content.';
comment on column page.article_id is 'The article that it led to.';
comment on column page.redirected_to is 'The page at another host that it redirects to.';
create index if not exists page_next on page (host, backfill, due_at) where due_at is not null;  -- due.at_host, frontier.release
create index if not exists page_wanted on page (host, newest_at) where wanted;  -- due.at_host, crawls.finish
drop index if exists page_due;  -- until version 4
alter table page set (fillfactor = 90);  -- a claim finds room beside the row, and touches no index
create index if not exists page_article on page (article_id) where article_id is not null;  -- store.mark_gone
create index if not exists page_redirected on page (redirected_to) where redirected_to is not null;  -- store.save

create table if not exists archive (
    id         bigint generated always as identity,
    page_id    bigint not null references page on delete cascade,
    fetched_at timestamptz not null default now(),
    url        text not null,
    status     smallint not null,
    headers    jsonb not null,
    encoding   text not null,
    sha256     bytea not null,
    body       bytea not null,
    primary key (id, fetched_at)
) partition by range (fetched_at);
alter table archive alter column body set storage external;  -- mostly gzip already: compressing again only costs time
do $$
declare
    whole text;  -- and what was the whole table in version 2
begin
    foreach whole in array array['archive', 'archive_before']  -- since version 5
    loop
        if to_regclass('public.' || whole) is null
           or exists (select from pg_attribute where attrelid = to_regclass('public.' || whole) and attname = 'location') then
            continue;
        end if;
        execute format('alter table %I add column store_id uuid, add column location text, alter column body drop not null, '
                       'add constraint archive_is_somewhere check (num_nonnulls(body, location) = 1 '
                       'and (location is null) = (store_id is null))', whole);
    end loop;
end
$$;
comment on table archive is 'Fetched pages as they came, so that they can be parsed again; their bytes are here, or outside in a store.';
comment on column archive.id is 'Number of the archived answer.';
comment on column archive.page_id is 'The page.';
comment on column archive.fetched_at is 'When it came.';
comment on column archive.url is 'Final address, after redirects.';
comment on column archive.status is 'HTTP status.';
comment on column archive.headers is 'Headers of the answer.';
comment on column archive.encoding is 'Content-Encoding of body: identity, gzip or deflate.';
comment on column archive.sha256 is 'SHA-256 of the decoded body.';
comment on column archive.body is 'The body as it came, still compressed; null where it is in a store.';
comment on column archive.store_id is 'The store that has the body; null where it is here. No foreign key: every new row would lock the row of the store.';
comment on column archive.location is 'Where it is in the store: the day on which the visit began, SHA-256 of the body as it came, how it is compressed.';
create index if not exists archive_page on archive (page_id);  -- the newest bytes of a page
create index if not exists archive_time on archive using brin (fetched_at);  -- archive export

create table if not exists archive_store (
    id       uuid primary key default gen_random_uuid(),
    url      text not null check (url ~ '^(?:file:///|s3://)[^/]'),
    added_at timestamptz not null default now()
);
comment on table archive_store is 'Folders and buckets with bodies of archived pages. Rows stay, because rows of archive may point at them.';
comment on column archive_store.id is 'Its number, and the name of the folder below url that is this database''s own.';
comment on column archive_store.url is 'Where it is now, as DATELINE_ARCHIVE names it; dateline archive repoint changes it when a folder was moved.';
comment on column archive_store.added_at is 'When it was first written to.';

create table if not exists fetch_log (
    id         bigint generated always as identity,
    at         timestamptz not null default now(),
    kind       text not null constraint fetch_log_kind_check check (kind in ('page', 'feed', 'robots')),
    host       text not null,
    url        text not null,
    page_id    bigint references page on delete cascade,
    feed_id    bigint,
    status     smallint,
    reason     text not null,
    weight     real not null default 0,
    detail     text,
    elapsed_ms real,
    bytes      integer,
    worker     text not null,
    primary key (id, at)
) partition by range (at);
comment on table fetch_log is 'Every HTTP attempt, whatever came of it. Kept for 30 days by default.';
comment on column fetch_log.id is 'Number of the attempt.';
comment on column fetch_log.at is 'When it ended.';
comment on column fetch_log.kind is 'What was asked for: page, feed or robots.';
comment on column fetch_log.host is 'Host that was asked.';
comment on column fetch_log.url is 'Address that was asked.';
comment on column fetch_log.page_id is 'The page, where it was one.';
comment on column fetch_log.feed_id is 'The feed, where it was one; it may be gone.';
alter table fetch_log drop constraint if exists fetch_log_feed_id_fkey;  -- until version 4; removing a feed read the whole log
comment on column fetch_log.status is 'HTTP status; null if no answer came.';
comment on column fetch_log.reason is 'What came of it, from a fixed list that only grows.';
comment on column fetch_log.weight is 'Weight as a failure: 0 none, 0.25 temporary, 0.5 soft, 1 hard.';
comment on column fetch_log.detail is 'The outcome in words.';
comment on column fetch_log.elapsed_ms is 'Time to the head of the answer in milliseconds.';
comment on column fetch_log.bytes is 'Size of the body as it came, in bytes.';
comment on column fetch_log.worker is 'Name of the worker that asked.';
create index if not exists fetch_log_page on fetch_log (page_id, id) where page_id is not null;  -- the history of a page
create index if not exists fetch_log_time on fetch_log (at);  -- status

create table if not exists dead_letter (
    id           bigint generated always as identity primary key,
    page_id      bigint not null references page on delete cascade,
    reason       text not null,
    detail       text,
    attempts     integer not null check (attempts > 0),
    died_at      timestamptz not null default now(),
    settled_at   timestamptz,
    settled_as   text check (settled_as in ('retried', 'discarded', 'recovered')),
    check ((settled_at is null) = (settled_as is null))
);
comment on table dead_letter is 'Pages that failed for good, kept with the reason until someone retries or discards them.';
comment on column dead_letter.id is 'Number of the dead letter.';
comment on column dead_letter.page_id is 'The page.';
comment on column dead_letter.reason is 'Reason of the last failure, as in fetch_log.reason; crashed if its attempts never ended.';
comment on column dead_letter.detail is 'The same in words, or the traceback of a bug.';
comment on column dead_letter.attempts is 'How often it was tried.';
comment on column dead_letter.died_at is 'When it was given up.';
comment on column dead_letter.settled_at is 'When it was settled; null while open.';
comment on column dead_letter.settled_as is 'retried, discarded, or recovered (a later fetch of the page went well).';
create unique index if not exists dead_letter_open on dead_letter (page_id) where settled_at is null;  -- at most one open per page

-- One-off crawls ----------------------------------------------------------------------------------------------------

create table if not exists crawl (
    id           bigint generated always as identity primary key,
    request_id   uuid not null unique default gen_random_uuid(),
    requested_by text not null check (requested_by in ('command', 'task', 'sql')),
    targets      text[] not null check (cardinality(targets) > 0),
    max_pages    integer check (max_pages > 0),
    since        timestamptz,
    requested_at timestamptz not null default now(),
    opened_at    timestamptz,
    finished_at  timestamptz,
    refused      jsonb not null default '{}'
);
comment on table crawl is 'One-off crawls: what was asked for, by whom, and whether it is done.';
comment on column crawl.id is 'Number of the crawl.';
comment on column crawl.request_id is 'Identity of the request: the same request twice is one crawl.';
comment on column crawl.requested_by is 'command (dateline crawl), task (the Celery task dateline.crawl) or sql (dateline.crawl()).';
comment on column crawl.targets is 'Addresses of stories, feeds or home pages, or ids of sources, as given.';
comment on column crawl.max_pages is 'At most so many pages are taken from the lists that it meets; null for no limit.';
comment on column crawl.since is 'Pages that a list dates before this are left out.';
comment on column crawl.requested_at is 'When it was asked for.';
comment on column crawl.opened_at is 'When its targets became pages; null until then.';
comment on column crawl.finished_at is 'When its last page was done.';
comment on column crawl.refused is 'Targets that could not be used, each with the reason.';
create index if not exists crawl_open on crawl (id) where finished_at is null;  -- crawls.open_requested, crawls.finish

create table if not exists crawl_page (
    crawl_id   bigint not null references crawl on delete cascade,
    page_id    bigint not null references page on delete cascade,
    is_target  boolean not null default false,
    outcome    text,
    detail     text,
    article_id bigint references article on delete set null,
    done_at    timestamptz,
    primary key (crawl_id, page_id),
    check ((outcome is null) = (done_at is null))
);
comment on table crawl_page is 'The pages of a one-off crawl and what came of each: its progress, with a denominator.';
comment on column crawl_page.crawl_id is 'The crawl.';
comment on column crawl_page.page_id is 'The page.';
comment on column crawl_page.is_target is 'True if it was named by the request; such a page may turn out to be a list.';
comment on column crawl_page.outcome is 'new, revised, copied, unchanged, known, listing, or the reason why it is no article; null while open.';
comment on column crawl_page.detail is 'The outcome in words.';
comment on column crawl_page.article_id is 'The article it led to.';
comment on column crawl_page.done_at is 'When it was done.';
create index if not exists crawl_page_open on crawl_page (page_id) where outcome is null;  -- crawls.settle
create index if not exists crawl_page_left on crawl_page (crawl_id) where outcome is null;  -- crawls.finish

-- Workers -----------------------------------------------------------------------------------------------------------

create table if not exists worker (
    name       text primary key,
    version    text not null,
    slots      integer not null check (slots > 0),
    started_at timestamptz not null default now(),
    seen_at    timestamptz not null default now()
);
comment on table worker is 'Worker processes and when each was last heard of; a tick calls them for as many visits as they have room for.';
comment on column worker.name is 'Name of the process: worker@host-pid.';
comment on column worker.version is 'Version of Dateline that it runs.';
comment on column worker.slots is 'Visits that it makes at once.';
comment on column worker.started_at is 'When it started.';
comment on column worker.seen_at is 'Its last sign of life.';

create table if not exists clock (
    only_row  boolean primary key default true check (only_row),
    ticked_at timestamptz not null
);
comment on table clock is 'One row: when the last tick ran. A tick needs beat, the broker, a worker and Postgres, so it proves all four.';
comment on column clock.only_row is 'Always true: there is only one row.';
comment on column clock.ticked_at is 'When the last tick ran.';

-- Partitions --------------------------------------------------------------------------------------------------------

create or replace view partitions as
select parent.relname::text as parent, part.relname::text as name,
       coalesce(substring(bound.text from $re$FROM \('([^']+)'\)$re$)::timestamptz, '-infinity') as starts,
       substring(bound.text from $re$TO \('([^']+)'\)$re$)::timestamptz as ends
  from pg_class parent join pg_inherits i on i.inhparent = parent.oid join pg_class part on part.oid = i.inhrelid
       cross join lateral pg_get_expr(part.relpartbound, part.oid) as bound(text)
 where parent.relnamespace = 'public'::regnamespace and parent.relkind = 'p' and bound.text <> 'DEFAULT';
comment on view partitions is 'The partitions of event, archive and fetch_log, without those that take what fits in no other.';
comment on column partitions.parent is 'The table.';
comment on column partitions.name is 'Its partition.';
comment on column partitions.starts is 'Rows in it are not older.';
comment on column partitions.ends is 'Rows in it are older than this.';

create or replace function add_partition(parent text, starts timestamptz, ends timestamptz) returns boolean
language plpgsql security definer  -- the workers own no table, and so can neither make nor drop one
set search_path = pg_catalog, pg_temp
as $$
declare
    part text := parent || to_char(starts at time zone 'UTC', '_YYYYMMDD');
    key text := case parent when 'archive' then 'fetched_at' else 'at' end;
    referenced regclass;
begin
    if exists (select from public.partitions p where p.parent = $1 and p.starts < $3 and p.ends > $2) then
        return false;
    end if;
    for referenced in select distinct confrelid::regclass from pg_constraint  -- in the order of writers, so that none waits in a circle
                       where conrelid = ('public.' || parent)::regclass and contype = 'f' order by 1
    loop
        execute format('lock table %s in share row exclusive mode', referenced);
    end loop;
    execute format('lock table public.%I in access exclusive mode', parent || '_default');
    execute format('create table public.%I (like public.%I including defaults including constraints including storage '
                   'including comments)', part, parent);
    execute format('comment on table public.%I is %L', part, format('Rows of %s from %s on.', parent, starts::date));
    execute format('with moved as (delete from public.%1$I where %2$I >= %3$L and %2$I < %4$L returning *) '
                   'insert into public.%5$I select * from moved', parent || '_default', key, starts, ends, part);
    execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)', parent, part, starts, ends);
    return true;
end
$$;
comment on function add_partition is
    'Makes the partition of a time, unless there is one; rows that came before it was made move in. False if there was one.';
revoke all on function add_partition from public;

create or replace function drop_partition(part text) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from public.partitions p where p.name = part and p.ends <= now()) then
        raise exception '% is no partition whose time is over.', part using errcode = 'insufficient_privilege';
    end if;
    execute format('drop table public.%I', part);
end
$$;
comment on function drop_partition is 'Drops a partition of event, archive or fetch_log with its rows; no other table, and none that is still written to.';
revoke all on function drop_partition from public;

do $$
declare
    whole text;
    step interval;
    starts timestamptz;
begin
    foreach whole in array array['event', 'archive', 'fetch_log']
    loop
        step := case whole when 'event' then interval '7 days' else interval '1 day' end;
        starts := date_bin(step, now(), '2001-01-01Z');  -- a Monday
        if to_regclass(format('public.%s_before', whole)) is not null
           and not exists (select from partitions where name = whole || '_before') then
            execute format('select setval(pg_get_serial_sequence(%L, ''id''), last_value) from %s', 'public.' || whole,
                           pg_get_serial_sequence(whole || '_before', 'id'));
            execute format('alter table %s_before alter id drop identity', whole);
            execute format('alter table %1$s attach partition %1$s_before for values from (minvalue) to (%2$L)', whole, starts + step);
        end if;
        if to_regclass(format('public.%s_default', whole)) is null then
            execute format('create table %1$s_default (like %1$s including defaults including constraints including storage '
                           'including comments)', whole);
            execute format('alter table %1$s attach partition %1$s_default default', whole);
            execute format('comment on table %s_default is ''Rows of a time that no other partition has: writing never fails.''', whole);
        end if;
        perform add_partition(whole, starts, starts + step);
        perform add_partition(whole, starts + step, starts + 2 * step);
    end loop;
end
$$;

-- What readers get: stable within a major version ---------------------------------------------------------------------

create schema if not exists dateline;
comment on schema dateline is 'Dateline''s interface for readers: views that stay the same within a major version.';

create or replace view dateline.articles as
select a.id, a.url, a.source_id as source, a.title, a.body, a.published, a.first_seen,
       a.subtitle, a.authors, a.agency, a.published_precision, a.modified, a.language, a.section, a.edition, a.edition_date,
       a.dateline, a.image, a.tags, a.access, a.kind, a.canonical_url, a.source_article_id, a.revision, a.revised_at, a.gone_at,
       a.provenance, a.published_raw, a.correction
  from article a
 where a.copy_of is null;
comment on view dateline.articles is 'The originals, one row per article with its current text.';
comment on column dateline.articles.id is 'Number of the article; it never changes.';
comment on column dateline.articles.url is 'The newest address it was read at.';
comment on column dateline.articles.source is 'Id of the source that published it.';
comment on column dateline.articles.title is 'Headline.';
comment on column dateline.articles.body is 'The text: paragraphs joined by newlines.';
comment on column dateline.articles.published is 'First publication as the page tells it.';
comment on column dateline.articles.first_seen is 'When it was stored first.';
comment on column dateline.articles.subtitle is 'Standfirst, where there is one.';
comment on column dateline.articles.authors is 'People''s names, in the page''s order.';
comment on column dateline.articles.agency is 'News agency that the story is credited to.';
comment on column dateline.articles.published_precision is 'How exact published is: day, minute or second.';
comment on column dateline.articles.published_raw is 'The text that published was read from, as the page has it.';
comment on column dateline.articles.correction is 'The correction or clarification that the page announces, in its words.';
comment on column dateline.articles.modified is 'Last change as the page tells it.';
comment on column dateline.articles.language is 'Two-letter language code.';
comment on column dateline.articles.section is 'Section of the paper.';
comment on column dateline.articles.edition is 'Edition, such as print.';
comment on column dateline.articles.edition_date is 'Day of the edition.';
comment on column dateline.articles.dateline is 'Place that opens the story; the body keeps it too.';
comment on column dateline.articles.image is 'Address of the lead image.';
comment on column dateline.articles.tags is 'Topics in the page''s order.';
comment on column dateline.articles.access is 'free, metered or subscriber, as far as the page tells.';
comment on column dateline.articles.kind is 'article, live, video or gallery.';
comment on column dateline.articles.canonical_url is 'The address that the page calls its own, where believable.';
comment on column dateline.articles.source_article_id is 'The publisher''s own id, where known.';
comment on column dateline.articles.revision is 'Number of the current revision, from 1.';
comment on column dateline.articles.revised_at is 'When the current revision was stored.';
comment on column dateline.articles.gone_at is 'When the publisher was found to have taken it down; the text stays.';
comment on column dateline.articles.provenance is 'For each field where it came from.';

create or replace view dateline.copies as
select a.id, a.url, a.source_id as source, a.title, a.body, a.published, a.first_seen,
       a.copy_of, o.url as original_url, o.source_id as original_source, o.title as original_title,
       a.similarity, a.method, a.authors, a.agency, a.language, a.revision, a.revised_at, a.gone_at
  from article a join article o on o.id = a.copy_of;
comment on view dateline.copies is 'Articles whose text is another''s, each with its original.';
comment on column dateline.copies.id is 'Number of the copy; it never changes.';
comment on column dateline.copies.url is 'The newest address it was read at.';
comment on column dateline.copies.source is 'Id of the source that published the copy.';
comment on column dateline.copies.title is 'Its headline.';
comment on column dateline.copies.body is 'Its text: paragraphs joined by newlines.';
comment on column dateline.copies.published is 'Its publication as the page tells it.';
comment on column dateline.copies.first_seen is 'When it was stored first.';
comment on column dateline.copies.copy_of is 'Number of the original.';
comment on column dateline.copies.original_url is 'Address of the original.';
comment on column dateline.copies.original_source is 'Source of the original.';
comment on column dateline.copies.original_title is 'Headline of the original.';
comment on column dateline.copies.similarity is 'How alike the texts are, 0 to 1.';
comment on column dateline.copies.method is 'How the copy was recognised: exact (the same words), near, or moved: the very article, met at another address before that led on to it.';
comment on column dateline.copies.authors is 'People''s names, in the page''s order.';
comment on column dateline.copies.agency is 'News agency that it is credited to.';
comment on column dateline.copies.language is 'Two-letter language code.';
comment on column dateline.copies.revision is 'Number of the current revision, from 1.';
comment on column dateline.copies.revised_at is 'When the current revision was stored.';
comment on column dateline.copies.gone_at is 'When the publisher was found to have taken it down.';

create or replace view dateline.article_revisions as
select t.article_id, t.revision, t.seen_from, t.seen_until, t.title, t.subtitle, t.authors, t.published, t.modified, t.kind, t.body,
       t.changed_next, coalesce(lag(t.changed_next) over earlier, '{}') as changed, lag(t.share_next) over earlier as share,
       t.last_seen, t.flips
  from (select r.article_id, r.number as revision, r.seen_from, r.seen_until, r.title, r.subtitle, r.authors, r.published,
               r.modified, r.kind, r.body, r.changed as changed_next, r.share as share_next, r.last_seen, r.flips
          from revision r
        union all
        select a.id, a.revision, a.revised_at, null, a.title, a.subtitle, a.authors, a.published, a.modified, a.kind, a.body,
               '{}', null, greatest(a.revised_at, (select max(p.fetched_at) from page p where p.article_id = a.id)), 0
          from article a) t
window earlier as (partition by t.article_id order by t.revision);
comment on view dateline.article_revisions is 'Every text that an article had, the current one included.';
comment on column dateline.article_revisions.article_id is 'The article.';
comment on column dateline.article_revisions.revision is 'Number of the revision, from 1.';
comment on column dateline.article_revisions.seen_from is 'When this text was first seen.';
comment on column dateline.article_revisions.seen_until is 'When another was seen in its place; null for the current one.';
comment on column dateline.article_revisions.title is 'Headline of this revision.';
comment on column dateline.article_revisions.subtitle is 'Standfirst of this revision.';
comment on column dateline.article_revisions.authors is 'Authors of this revision.';
comment on column dateline.article_revisions.published is 'Publication time of this revision.';
comment on column dateline.article_revisions.modified is 'Time of change that this revision gave.';
comment on column dateline.article_revisions.kind is 'Kind of page.';
comment on column dateline.article_revisions.body is 'Text of this revision.';
comment on column dateline.article_revisions.changed_next is 'Fields in which the next revision differs; empty for the current one.';
comment on column dateline.article_revisions.changed is 'Fields in which it differs from the revision before; empty for the first one.';
comment on column dateline.article_revisions.share is 'Share of the words that are others than in the revision before, 0 to 1.';
comment on column dateline.article_revisions.last_seen is 'The last look that found this text; it stood from seen_from until here at least.';
comment on column dateline.article_revisions.flips is 'How often the page showed this text again for less than a day, after another had taken its place.';

create or replace view dateline.sources as
select s.id, s.name, s.homepage, s.country, s.language, s.origin, s.enabled and s.removed_at is null as enabled,
       count(f.id)::integer as feeds, max(f.answered_at) as last_answer, max(f.new_at) as last_new
  from source s left join feed f on f.source_id = s.id
 group by s.id;
comment on view dateline.sources is 'The publishers, and when their feeds last answered and last brought something new.';
comment on column dateline.sources.id is 'Short name of the source.';
comment on column dateline.sources.name is 'The name people know it by.';
comment on column dateline.sources.homepage is 'Address of the front page.';
comment on column dateline.sources.country is 'Two-letter country code.';
comment on column dateline.sources.language is 'Two-letter language code.';
comment on column dateline.sources.origin is 'How it came: file, catalogue, added, crawl.';
comment on column dateline.sources.enabled is 'True while its feeds are polled.';
comment on column dateline.sources.feeds is 'How many feeds it has.';
comment on column dateline.sources.last_answer is 'When one of its feeds last answered.';
comment on column dateline.sources.last_new is 'When one of its feeds last brought a link not known before.';

create or replace view dateline.events as
select e.id, e.at, e.kind, e.article_id, e.source_id as source, e.url, e.title, e.changed
  from event e
union all
select f.id, f.at, 'expired', null, null, null, 'This event and all before it are no longer kept: read dateline.articles anew.',
       '{}'
  from event_floor f;
comment on view dateline.events is
    'The change feed: select * from dateline.events where id > :cursor order by id. LISTEN dateline wakes a reader.';
comment on column dateline.events.id is 'The cursor; grows in the order in which events become visible.';
comment on column dateline.events.at is 'When it became visible.';
comment on column dateline.events.kind is
    'created, updated, copied, separated, gone or restored; expired: a reader that gets this line has missed what was before it.';
comment on column dateline.events.article_id is 'The article it happened to.';
comment on column dateline.events.source is 'Id of its source.';
comment on column dateline.events.url is 'Its address at that time.';
comment on column dateline.events.title is 'Its headline at that time.';
comment on column dateline.events.changed is 'For updated: the fields that changed.';

create or replace function dateline.events_since(cursor bigint, at_most integer default null) returns setof dateline.events
language plpgsql stable
as $$
declare
    newest bigint := (select coalesce(max(id), 0) from dateline.events);
    expired bigint := (select id from dateline.events where kind = 'expired');
begin
    if cursor is null or cursor > newest then
        raise exception 'There is no event % yet: the newest is %.', cursor, newest using errcode = 'invalid_parameter_value',
            hint = 'If the database was restored from an older copy, read dateline.articles anew and go on from the newest event.';
    elsif cursor < expired then
        raise exception 'Events up to % are no longer kept; your cursor is %.', expired, cursor using errcode = 'no_data_found',
            hint = format('Read dateline.articles and dateline.copies anew, and go on from event %s.', newest);
    end if;
    return query select * from dateline.events e where e.id > cursor order by e.id limit at_most;
end
$$;
comment on function dateline.events_since is
    'The change feed after a cursor, in order. Fails if events after it are no longer kept, or if it was never reached.';

create or replace view dateline.consumers as
select c.name, c.last_id, greatest(newest.id - c.last_id, 0) as behind, unread.at as unread_since,
       c.last_id < coalesce(floor.id, 0) as has_missed, c.registered_at, c.acknowledged_at
  from consumer c left join event_floor floor on true
       cross join lateral (select coalesce(max(e.id), floor.id, 0) as id from event e) as newest
       left join lateral (select e.at from event e where e.id > c.last_id order by e.id limit 1) as unread on true;
comment on view dateline.consumers is 'Readers of the change feed that said how far they are, with dateline.acknowledge().';
comment on column dateline.consumers.name is 'What it calls itself.';
comment on column dateline.consumers.last_id is 'The last event that it has dealt with: its cursor.';
comment on column dateline.consumers.behind is 'How many ids the newest event is ahead; some may be unused.';
comment on column dateline.consumers.unread_since is 'When the first event after its cursor happened; null if it has read all.';
comment on column dateline.consumers.has_missed is 'True if events after its cursor are no longer kept.';
comment on column dateline.consumers.registered_at is 'When it first said how far it is.';
comment on column dateline.consumers.acknowledged_at is 'When it last did.';

create or replace function dateline.acknowledge(name text, id bigint) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    newest bigint := (select coalesce(max(e.id), 0) from dateline.events e);
begin
    if id is null or id not between 0 and newest then
        raise exception 'There is no event % yet: the newest is %.', id, newest using errcode = 'invalid_parameter_value';
    end if;
    insert into public.consumer as c (name, last_id) values ($1, $2)
        on conflict on constraint consumer_pkey do update set last_id = excluded.last_id, acknowledged_at = now();
end
$$;
comment on function dateline.acknowledge is
    'Registers a reader of the change feed, and from then on notes the last event that it has dealt with.';
revoke all on function dateline.acknowledge from public;

create or replace function dateline.crawl(target text, max_pages integer default null, since timestamptz default null)
returns bigint
language sql
as $$
    insert into public.crawl (requested_by, targets, max_pages, since)
    values ('sql', array[target], max_pages, since)
    returning id
$$;
comment on function dateline.crawl is
    'Asks for a one-off crawl of a story, feed, home page or source. The next tick starts it. Returns the number of the crawl.';
revoke all on function dateline.crawl from public;  -- readers read; whoever may write the tables may call it

-- Who may do what: the owner of the schema everything, its two roles this -----------------------------------------------

do $$
declare
    wanted text;
begin
    foreach wanted in array array['dateline_reader', 'dateline_worker']
    loop
        begin
            if not exists (select from pg_roles where rolname = wanted) then
                execute format('create role %I nologin', wanted);
            end if;
        exception
            when insufficient_privilege then
                raise notice 'May not create the role %; have an administrator create it, then apply this file again.', wanted;
            when duplicate_object or unique_violation then
                null;  -- another database of this server was set up at the same moment
        end;
    end loop;
end
$$;
do $$
begin
    if exists (select from pg_roles where rolname = 'dateline_reader') then
        grant usage on schema dateline to dateline_reader;
        grant select on all tables in schema dateline to dateline_reader;
        grant execute on function dateline.acknowledge to dateline_reader;
    end if;
    if exists (select from pg_roles where rolname = 'dateline_worker') then
        grant usage on schema public, dateline to dateline_worker;
        grant select on all tables in schema public, dateline to dateline_worker;
        grant select on all sequences in schema public to dateline_worker;  -- db check: numbers are given once
        grant insert on event, archive, fetch_log to dateline_worker;
        grant update (body, store_id, location) on archive to dateline_worker;  -- archive move
        grant insert, update on source, host, feed, article, sketch, likeness, article_url, url_parameter, revision,
            event_pending, event_floor, consumer, page, archive_store, dead_letter, crawl, crawl_page, worker, clock
            to dateline_worker;
        grant delete on feed, sketch, likeness, event_pending, consumer, worker, fetch_log_default, archive_default
            to dateline_worker;
        grant execute on function add_partition, drop_partition, dateline.acknowledge, dateline.crawl to dateline_worker;
    end if;
end
$$;
do $$
declare
    lock regprocedure;
begin
    if (select rolsuper from pg_roles where rolname = current_user) then
        for lock in select oid from pg_proc
                     where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^pg_(try_)?advisory_(xact_)?lock'
        loop
            execute format('revoke execute on function %s from public', lock);  -- a reader who held one would hold up all writers
            execute format('grant execute on function %s to dateline_worker', lock);
        end loop;
    else
        raise notice 'Only a superuser can keep readers from advisory locks, with which they could hold up the workers.';
    end if;
end
$$;

insert into schema_version (version) values (5)
    on conflict (only_row) do update set version = excluded.version, applied_at = excluded.applied_at
 where schema_version.version < excluded.version;
