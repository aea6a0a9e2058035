-- What providers and people say after a message left (docs/feedback.md). By itself it never changes the state of a message.

-- Grain: event of one provider. Insert-only: an event that comes twice is one row; only `raw` may be emptied (erasure).
create table feedback (
  feedback_id bigint generated always as identity primary key,
  provider    text not null,
  event_id    text not null,
  kind        text not null check (kind in ('queued', 'sent', 'delayed', 'failed', 'delivered', 'opened', 'clicked', 'bounced', 'complained',
                                            'unsubscribed', 'resubscribed', 'replied', 'preference', 'unknown')),
  channel     text not null,
  message_key uuid,                    -- ours (tasks/core/outgoing.py); the provider's ids stay in raw
  address_key text,
  reason      text,
  at          timestamptz not null,    -- as the provider says
  received_at timestamptz not null default clock_timestamp(),
  raw         jsonb,
  unique (provider, event_id)
);
create index on feedback (message_key) where message_key is not null;
create index on feedback (provider, channel) where message_key is not null;
create index on feedback (address_key) where kind in ('bounced', 'complained', 'unsubscribed', 'resubscribed');
create index on feedback (feedback_id) where kind in ('preference', 'replied');
create trigger a_frozen before delete or truncate on feedback for each statement execute function refuse_change();
create trigger b_frozen before update of feedback_id, provider, event_id, kind, channel, message_key, address_key, reason, at, received_at
  on feedback for each statement execute function refuse_change();
alter table feedback enable always trigger a_frozen, enable always trigger b_frozen;

-- Grain: address x scope that may not be written to, by what was said of it. A dead mailbox and a complaint stay; an opt-out ends
-- with a later yes. On e-mail an opt-out is one from marketing, on other channels (a block, STOP) one from everything.
create view stopped_address as
select address_key, scope, kind, provider, at
from (
  select distinct on (address_key, scope) address_key, scope, kind, provider, at
  from (
    select address_key, case when kind in ('bounced', 'complained') or channel <> 'email' then 'all' else 'marketing' end as scope,
           kind, provider, at, feedback_id
    from feedback
    where address_key is not null and kind in ('bounced', 'complained', 'unsubscribed', 'resubscribed')
  ) said
  order by address_key, scope, kind in ('bounced', 'complained') desc, at desc, kind desc, feedback_id
) last_word
where kind <> 'resubscribed';

-- Grain: saved page or reply that became facts.
create table feedback_settled (feedback_id bigint primary key);

-- Grain: provider x reason x day. What was refused is kept nowhere but counted here.
create table feedback_refused (
  provider text not null,
  reason   text not null,
  on_day   date not null,
  times    bigint not null,
  primary key (provider, reason, on_day)
);

-- Grain: customer. What they chose on the preference page; null = as the order system says.
create table preference (
  customer_id       text primary key,
  language          text check (language in ('ja', 'en')),
  preferred_channel text,
  birthday          date,
  paused_until      timestamptz,
  said_at           timestamptz not null,
  source            text not null
);
select keep_history('preference');
