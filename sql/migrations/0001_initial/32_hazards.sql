-- Warnings of any source in one form (tasks/core/hazards.py), where they hold, and what was fetched.

-- Grain: hazard. What is known of it now; earlier knowledge is its history.
create table hazard (
  hazard_id   text primary key,
  kind        text not null,
  severity    text not null check (severity in ('advisory', 'warning', 'emergency', 'unknown')),
  halts       boolean not null,         -- keeps parcels from moving: a warning or worse of a kind that stops lorries
  from_at     timestamptz not null,
  until_at    timestamptz,              -- null: until further notice
  state       text not null,            -- active, ended, withdrawn: what was said last
  said_at     timestamptz,              -- when the source sent that; null in lists that people keep
  source      text not null,
  message     text,                     -- the source's own id of that statement
  carrier     text,                     -- only this carrier's parcels
  headline_ja text,
  headline_en text,
  evidence    jsonb not null default '{}',
  supersedes  jsonb not null default '[]'
);
create index on hazard (until_at);
create index on hazard (from_at) where halts;
select keep_history('hazard');

-- Grain: hazard x area. Empty text narrows nothing: a row with a region alone is the whole region.
create table hazard_area (
  hazard_id     text not null,
  region        text not null,          -- ISO 3166-2
  municipality  text not null,          -- JIS X 0402, five digits
  postal_prefix text not null,
  part          text not null,          -- the source's own code for a part of the region, of which we know no more
  from_at       timestamptz not null,
  until_at      timestamptz,            -- cleared earlier than the rest
  primary key (hazard_id, region, municipality, postal_prefix, part)
);
create index on hazard_area (region);
create index on hazard_area (municipality) where municipality <> '';
select keep_history('hazard_area');

-- Grain: postal code x municipality. Only codes that were met; a code nobody knows has one row with an empty municipality.
-- A ward of a large city is there twice, as itself and as its city: warnings name the city, earthquakes the ward.
create table postal_area (
  postal_code  text not null,
  municipality text not null,
  region       text,
  edition      text not null,            -- of the postal data it was looked up in
  primary key (postal_code, municipality)
);
create view {ns}_asof.postal_area as select * from {ns}.postal_area;

-- A postal code as it is compared: seven digits in Japan however they were typed, capitals without spaces elsewhere.
create function postal_key(code text) returns text language sql immutable parallel safe as $$
  select case when length(digits) = 7 then digits else nullif(upper(replace(code, ' ', '')), '') end
  from (select regexp_replace(translate(code, '０１２３４５６７８９', '0123456789'), '[^0-9]', '', 'g') as digits) d
$$;
create function {ns}_asof.postal_key(code text) returns text language sql immutable parallel safe as $$
  select {ns}.postal_key(code)
$$;

-- Grain: address. What a live source was asked, what it said, and when it may be asked again.
create table hazard_fetch (
  url           text primary key,
  source        text not null,
  etag          text,
  last_modified text,
  asked_at      timestamptz not null,
  good_at       timestamptz,             -- last answer that could be read, unchanged ones included
  failures      integer not null default 0, -- since then
  retry_at      timestamptz,
  problem       text
);
create index on hazard_fetch (source);
