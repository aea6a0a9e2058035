-- Who:    members whose box メールマガジン送付 says yes or no (plugin メールマガジン; without it nobody is here).
-- Grain:  member. A yes is as old as the member, a no as the last change.
-- Key:    dtb_customer.id
-- Why:    the plugin keeps no time. Were a yes as young as the row, a new address there would outlive an opt-out given to
--         Todoke; so a no that is taken back in EC-CUBE has to be taken back with Todoke too. How a missing column is borne
--         stands in customers.sql.
-- Params: after, limit, since, recent
select m.id as customer_id, 'email' as channel, 'marketing' as topic,
       case when m.flg = 1 then 'true' else 'false' end as granted,
       case when m.flg = 1 then m.create_date else m.update_date end as at, 'eccube' as source, m.id as _key
from (
  select c.id, c.create_date, c.update_date,
         (select plg_mailmagazine_flg from dtb_customer f where f.id = c.id) as flg
  from dtb_customer c
  cross join (select 0 + null as plg_mailmagazine_flg) without_plugin
  where c.id > :after and c.customer_status_id = 2
    and (:since is null or c.update_date > :since or c.create_date > :recent)
) m
where m.flg in (0, 1)
order by m.id
limit :limit
