-- Who:    members whose メルマガ choice a plugin added to 会員CSV. EC-CUBE itself asks nobody: without it nobody gets marketing.
-- Grain:  member.
-- Params: none
select pg_temp.plain_of(id) as customer_id, 'email' as channel, 'marketing' as topic, pg_temp.flag_of(newsletter) as granted,
       pg_temp.instant_of(registered_at) as at, '会員CSV' as source, _file, _line
from raw_members
where pg_temp.flag_of(newsletter) is not null
order by _line
