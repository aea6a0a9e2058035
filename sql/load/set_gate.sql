-- Who:    one feed after validation: whether what needs it may be decided.
-- Grain:  feed.   changed_at moves only when the state does.
-- Params: feed, state, reason, newest_row_at, rows_read, as_of
insert into feed (feed, state, reason, newest_row_at, rows_read, changed_at)
values (:feed, :state, :reason, :newest_row_at, :rows_read, :as_of)
on conflict (feed) do update
set state = excluded.state,
    reason = excluded.reason,
    newest_row_at = greatest(feed.newest_row_at, excluded.newest_row_at),
    rows_read = excluded.rows_read,
    changed_at = case when feed.state = excluded.state then feed.changed_at else excluded.changed_at end
