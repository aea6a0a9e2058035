-- Who:    members (本会員 2). 仮会員 (1) have not confirmed their address and are nobody yet.
-- Grain:  member.
-- Key:    dtb_customer.id
-- Why:    who withdrew (退会 3) keeps the row, with an address made up (…@dummy.dummy): no address, do not contact.
--         plg_mailmagazine_flg is there only with the plugin メールマガジン: the inner select finds its own column first and
--         the null outside otherwise.
-- Params: after, limit, since, recent
select c.id as customer_id,
       case when c.customer_status_id = 3 then null else c.email end as email,
       case when c.customer_status_id = 3 then null else c.phone_number end as phone,
       trim(concat(c.name01, ' ', c.name02)) as name, c.name01 as family_name, c.name02 as given_name,
       c.company_name as company, 'ja-JP' as locale, c.birth as birthday, c.create_date as registered_at,
       c.postal_code as postal_code,
       case when c.pref_id < 10 then concat('JP-0', c.pref_id) when c.pref_id >= 10 then concat('JP-', c.pref_id) end as region,
       case when c.customer_status_id = 3 then 'do_not_contact' else 'active' end as status,
       case (select plg_mailmagazine_flg from dtb_customer m where m.id = c.id) when 1 then 'true' when 0 then 'false' end as newsletter,
       c.update_date as updated_at, c.id as _key
from dtb_customer c
cross join (select 0 + null as plg_mailmagazine_flg) without_plugin
where c.id > :after and c.customer_status_id in (2, 3)
  and (:since is null or c.update_date > :since or c.create_date > :recent)
order by c.id
limit :limit
