-- Effect: scans, three for each changed order of the hour: five of each parcel that arrives, two of each handed over.
-- Params: clock, hour
create temp table delta_tracking_events on commit drop as
select s.carrier, '7' || lpad(b.i::text, 11, '0') as tracking_number, w.raw_status, :clock + e.after as occurred_at,
       :clock + greatest(e.after, case when :hour then interval '1 minute' else interval '-20 hours' end) as recorded_at,
       '千葉' as location, 'JP-12' as region, null::date as eta_on, null::text as payload
from bench.copied_order b
join shipments s using (shipment_id)
join (values
  ('arrived', false, 'picked_up', interval '-23 hours'), ('arrived', true, 'in_transit', interval '-6 hours'),
  ('arrived', true, 'in_transit', interval '-3 hours'), ('arrived', true, 'in_transit', interval '-1 hour'),
  ('arrived', true, 'out_for_delivery', interval '10 minutes'), ('arrived', true, 'delivered', interval '40 minutes'),
  ('handed_over', true, 'picked_up', interval '16 minutes'), ('handed_over', true, 'in_transit', interval '45 minutes')
) e (kind, is_of_hour, status, after) on e.kind = b.kind and e.is_of_hour = :hour
join (values
  ('yamato', 'picked_up', '荷物受付'), ('yamato', 'in_transit', '作業店通過'), ('yamato', 'out_for_delivery', '配達中'),
  ('yamato', 'delivered', '配達完了'), ('sagawa', 'picked_up', '集荷'), ('sagawa', 'in_transit', '輸送中'),
  ('sagawa', 'out_for_delivery', '配達中'), ('sagawa', 'delivered', '配達完了'), ('japanpost', 'picked_up', '引受'),
  ('japanpost', 'in_transit', '中継'), ('japanpost', 'out_for_delivery', '持ち出し中'), ('japanpost', 'delivered', 'お届け先にお届け済み')
) w (carrier, status, raw_status) on w.carrier = s.carrier and w.status = e.status
