-- Operations' ad-hoc notices: plans, whom they are about, how they ended (docs/notices.md).

-- Grain: plan. A preview stores it, an approval sends it, a lift ends it; what it says and to whom never changes.
create table notice (
  plan_id       text primary key,
  kind          text not null check (kind in ('delay', 'service')),
  request       jsonb not null,         -- tasks/core/notices.py NoticeRequest
  words         jsonb,                  -- own words by language, null where the template's are used
  plan_hash     text not null,          -- of members, texts and dates
  summary       jsonb not null,         -- the figures of the preview
  state         text not null check (state in ('previewed', 'approved', 'rejected', 'lifted')),
  operator      text not null,
  as_of         timestamptz not null,   -- business time of the preview
  previewed_at  timestamptz not null default clock_timestamp(),
  expires_at    timestamptz not null,   -- by clock_timestamp()
  decided_by    text,
  decided_at    timestamptz,            -- by clock_timestamp()
  decided_as_of timestamptz,            -- business time of the approval or rejection
  lifted_by     text,
  lifted_at     timestamptz,            -- by clock_timestamp()
  lifted_as_of  timestamptz,            -- business time
  lift_words    jsonb
);
create index on notice (decided_as_of) where state in ('approved', 'lifted');
select keep_history('notice');

-- Grain: plan x order. Every order the filters found, as previewed.
create table notice_member (
  plan_id     text not null,
  order_id    text not null,
  customer_id text not null,
  region      text,                     -- where the order goes, ISO 3166-2
  left_out    text,                     -- why its customer is not written to; null: is
  later       boolean not null,         -- is written to, but waits for an hour of its own
  channel     text,
  language    text,
  primary key (plan_id, order_id)
);
create index on notice_member (order_id);
select keep_facts('notice_member');

-- An approval and a lift are loads of their own: what they change is seen again as of them.
alter table load drop constraint load_kind_check;
alter table load add constraint load_kind_check check (kind in ('merge', 'fold', 'detect', 'erase', 'feedback', 'notice'));

-- The plan a run decided alone; null: an hour.
alter table run add column plan_id text;
