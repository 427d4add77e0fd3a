
set search_path = public;  -- a database user called dateline would otherwise make the tables in the schema of that name
select pg_advisory_xact_lock(hashtextextended('dateline.schema', 0));

create table if not exists schema_version (
    only_row   boolean primary key default true check (only_row),
    version    integer not null check (version > 0),
    applied_at timestamptz not null default now()
);


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
alter table source add column if not exists selectors jsonb check (jsonb_typeof(selectors) = 'object');  -- since version 2
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
create index if not exists host_due on host (due_at) where due_at is not null;  -- frontier.claim

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
create index if not exists feed_due on feed (host, due_at) where due_at is not null;  -- frontier.due
create index if not exists feed_source on feed (source_id);  -- sources.show
create index if not exists feed_parent on feed (parent_id) where parent_id is not null;  -- the foreign key


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
alter table article add column if not exists published_raw text;  -- since version 2
create index if not exists article_text on article (text_hash) where text_hash is not null;  -- dedup.groups
create index if not exists article_copy on article (copy_of) where copy_of is not null;  -- dateline.copies
create index if not exists article_seen on article (first_seen desc);  -- articles list, status
create index if not exists article_published on article (source_id, published desc);  -- articles list --source

create table if not exists sketch (
    hash       bigint not null,
    article_id bigint not null references article on delete cascade,
    primary key (hash, article_id)
);
create index if not exists sketch_article on sketch (article_id);  -- dedup.candidates: keep, expire

create table if not exists likeness (
    one        bigint not null references article on delete cascade,
    other      bigint not null references article on delete cascade,
    similarity real not null check (similarity between 0 and 1),
    primary key (one, other),
    check (one < other)
);
create index if not exists likeness_other on likeness (other);  -- dedup.groups

create table if not exists article_url (
    url        text primary key check (url ~ '^https?://'),
    article_id bigint not null references article on delete cascade,
    was_read   boolean not null,
    seen_at    timestamptz not null default now()
);
create index if not exists article_url_article on article_url (article_id);  -- articles show

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

create table if not exists event (
    id         bigint generated always as identity primary key,
    at         timestamptz not null default now(),
    kind       text not null check (kind in ('created', 'updated', 'copied', 'separated', 'gone', 'restored')),
    article_id bigint not null references article,
    source_id  text not null,
    url        text not null,
    title      text not null,
    changed    text[] not null default '{}'
);
create index if not exists event_article on event (article_id);  -- articles show


create table if not exists page (
    id            bigint generated always as identity primary key,
    url           text not null unique check (url ~ '^https?://'),
    listed_url    text check (listed_url ~ '^https?://'),
    host          text not null references host,
    source_id     text references source,
    feed_id       bigint references feed on delete set null,
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
create index if not exists page_due on page (host, due_at) where due_at is not null;  -- frontier.due
create index if not exists page_article on page (article_id) where article_id is not null;  -- store.mark_gone
create index if not exists page_redirected on page (redirected_to) where redirected_to is not null;  -- store.save

create table if not exists archive (
    id         bigint generated always as identity primary key,
    page_id    bigint not null references page on delete cascade,
    fetched_at timestamptz not null default now(),
    url        text not null,
    status     smallint not null,
    headers    jsonb not null,
    encoding   text not null,
    sha256     bytea not null,
    body       bytea not null
);
alter table archive alter column body set storage external;  -- mostly gzip already: compressing again only costs time
create index if not exists archive_page on archive (page_id);  -- the newest bytes of a page
create index if not exists archive_time on archive using brin (fetched_at);  -- maintain: retention

create table if not exists fetch_log (
    id         bigint generated always as identity primary key,
    at         timestamptz not null default now(),
    kind       text not null check (kind in ('page', 'feed', 'robots')),
    host       text not null,
    url        text not null,
    page_id    bigint references page on delete cascade,
    feed_id    bigint references feed on delete set null,
    status     smallint,
    reason     text not null,
    weight     real not null default 0,
    detail     text,
    elapsed_ms real,
    bytes      integer,
    worker     text not null
);
create index if not exists fetch_log_page on fetch_log (page_id, id) where page_id is not null;  -- the history of a page
create index if not exists fetch_log_time on fetch_log (at);  -- status, maintain: retention

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
create unique index if not exists dead_letter_open on dead_letter (page_id) where settled_at is null;  -- at most one open per page


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
create index if not exists crawl_page_open on crawl_page (page_id) where outcome is null;  -- crawls.settle


create table if not exists worker (
    name       text primary key,
    version    text not null,
    slots      integer not null check (slots > 0),
    started_at timestamptz not null default now(),
    seen_at    timestamptz not null default now()
);

create table if not exists clock (
    only_row  boolean primary key default true check (only_row),
    ticked_at timestamptz not null
);


create schema if not exists dateline;

create or replace view dateline.articles as
select a.id, a.url, a.source_id as source, a.title, a.body, a.published, a.first_seen,
       a.subtitle, a.authors, a.agency, a.published_precision, a.modified, a.language, a.section, a.edition, a.edition_date,
       a.dateline, a.image, a.tags, a.access, a.kind, a.canonical_url, a.source_article_id, a.revision, a.revised_at, a.gone_at,
       a.provenance, a.published_raw
  from article a
 where a.copy_of is null;

create or replace view dateline.copies as
select a.id, a.url, a.source_id as source, a.title, a.body, a.published, a.first_seen,
       a.copy_of, o.url as original_url, o.source_id as original_source, o.title as original_title,
       a.similarity, a.method, a.authors, a.agency, a.language, a.revision, a.revised_at, a.gone_at
  from article a join article o on o.id = a.copy_of;

create or replace view dateline.article_revisions as
select r.article_id, r.number as revision, r.seen_from, r.seen_until, r.title, r.subtitle, r.authors, r.published, r.modified,
       r.kind, r.body, r.changed as changed_next
  from revision r
union all
select a.id, a.revision, a.revised_at, null, a.title, a.subtitle, a.authors, a.published, a.modified, a.kind, a.body, '{}'
  from article a;

create or replace view dateline.sources as
select s.id, s.name, s.homepage, s.country, s.language, s.origin, s.enabled and s.removed_at is null as enabled,
       count(f.id)::integer as feeds, max(f.answered_at) as last_answer, max(f.new_at) as last_new
  from source s left join feed f on f.source_id = s.id
 group by s.id;

create or replace view dateline.events as
select e.id, e.at, e.kind, e.article_id, e.source_id as source, e.url, e.title, e.changed
  from event e;

create or replace function dateline.crawl(target text, max_pages integer default null, since timestamptz default null)
returns bigint
language sql
as $$
    insert into public.crawl (requested_by, targets, max_pages, since)
    values ('sql', array[target], max_pages, since)
    returning id
$$;
revoke all on function dateline.crawl from public;  -- readers read; whoever may write the tables may call it

do $$
begin
    if not exists (select from pg_roles where rolname = 'dateline_reader') then
        create role dateline_reader nologin;
    end if;
exception
    when insufficient_privilege then
        raise notice 'May not create the role dateline_reader; have an administrator create it, then apply this file again.';
    when duplicate_object or unique_violation then
        null;  -- another database of this server was set up at the same moment
end
$$;
do $$
begin
    if exists (select from pg_roles where rolname = 'dateline_reader') then
        grant usage on schema dateline to dateline_reader;
        grant select on all tables in schema dateline to dateline_reader;
    end if;
end
$$;

insert into schema_version (version) values (2)
    on conflict (only_row) do update set version = excluded.version, applied_at = excluded.applied_at
 where schema_version.version < excluded.version;
