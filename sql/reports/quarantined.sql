-- Who:    facts set aside and still wrong when their feed was last read.
-- Grain:  table.
-- Params: as_of
select table_name, count(*) as n from rejected_fact where last_seen_at >= :as_of group by 1 order by 1
