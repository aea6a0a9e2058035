-- Effect: this transaction looks at ledger, feeds and time as one run did.
-- Params: as_of, load_id, seen, feeds
select set_config('todoke.as_of', :as_of, true), set_config('todoke.load_id', :load_id, true),
       set_config('todoke.as_of_seen', :seen, true), set_config('todoke.as_of_feeds', :feeds, true)
