-- Grain: word of an author. May the shop show the photo of their post? The last word of a mention counts (facts/permission).
create table mention_permission (
  mention_id  text not null,
  given       boolean not null,
  at          timestamptz not null,
  by          text not null,           -- the author through the link of the mail, or whoever asked them
  proof       text,                    -- where it can be read
  feedback_id bigint not null unique   -- the word as it was kept
);
create index on mention_permission (mention_id);
select keep_facts('mention_permission');
create index on mentions (customer_id) where customer_id is not null;
