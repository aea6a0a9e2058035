-- Grain: content. News about products (update, recall) and stories around them (blog, video, live, tutorial).
create table contents (
  content_id   text not null,
  kind         text not null,
  title        text not null,
  body         text,                 -- plain text, a paragraph a line
  url          text,
  locale       text,                 -- who reads it; null = everybody
  product_id   text,                 -- what it is about: a product or a category
  category     text,
  bought_from  date,                 -- of a recall: only what was ordered on these days
  bought_until date,
  starts_at    timestamptz not null,
  ends_at      timestamptz,
  primary key (content_id)
) with (fillfactor = 85);
create index on contents (starts_at);
select keep_history('contents');
