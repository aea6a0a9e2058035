insert into dtb_order (id, order_no, name01, name02, email, phone_number, postal_code, addr01, addr02, subtotal,
  delivery_fee_total, tax, total, payment_total, payment_method, create_date, update_date, order_date, payment_date,
  currency_code, pref_id, order_status_id)
select seq, concat('N-', seq), '髙﨑', '恵', concat('p', seq, '@example.invalid'), '09012345678', '1500001', '渋谷区神宮前',
  '1-2-3 ハイツ"神宮" 101', 3000, 770, 377, 4147, 4147, 'クレジットカード', '2026-10-31 03:00:00', '2026-11-01 03:00:00',
  '2026-10-31 03:00:00', '2026-10-31 03:00:01', 'JPY', 13, 5
from {series};
insert into dtb_shipping (id, order_id, name01, name02, postal_code, addr01, addr02, delivery_name, delivery_time,
  delivery_date, shipping_date, tracking_number, create_date, update_date, pref_id)
select seq, seq, '髙﨑', '恵', '1500001', '渋谷区神宮前', '1-2-3 ハイツ"神宮" 101', 'ヤマト運輸（宅急便）', '14:00～16:00',
  '2026-11-04 15:00:00', '2026-11-01 02:00:00', concat('40', seq), '2026-10-31 03:00:00', '2026-11-01 03:00:00', 13
from {series};
insert into dtb_order_item (id, order_id, product_id, product_class_id, shipping_id, tax_type_id, tax_display_type_id,
  order_item_type_id, product_name, product_code, class_category_name1, price, quantity, tax, tax_rate)
select seq * 2, seq, 10, 100, seq, 1, 1, 1, '有田焼の皿', 'SARA-S', '小', 3000, 1, 300, 10
from {series};
insert into dtb_order_item (id, order_id, shipping_id, tax_type_id, tax_display_type_id, order_item_type_id, product_name,
  price, quantity, tax, tax_rate)
select seq * 2 + 1, seq, seq, 1, 2, 2, '送料', 770, 1, 70, 10
from {series};
