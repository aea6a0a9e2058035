insert into dtb_customer (id, name01, name02, company_name, postal_code, addr01, addr02, email, phone_number, birth, point,
  create_date, update_date, customer_status_id, pref_id)
values
  (1, '髙﨑', '恵', null, '1500001', '渋谷区神宮前', '1-2-3', 'megumi@example.invalid', '09012345678', '1948-06-30 14:00:00', 120,
   '2026-03-01 03:00:00', '2026-11-01 01:00:00', 2, 13),
  (2, '𠮷野', '家', '株式会社𠮷野', '0600001', '札幌市中央区北一条西', '5', 'yoshino@example.invalid', '0112345678',
   '1990-03-31 15:00:00', 0, '2026-05-01 03:00:00', '2026-11-01 02:00:00', 2, 1),
  (3, '退会', '済', null, null, null, null, 'Xk3Jd9@dummy.dummy', '0900000000', null, 0,
   '2025-01-01 00:00:00', '2026-10-31 02:00:00', 3, 27),
  (4, '仮', '会員', null, null, null, null, 'kari@example.invalid', null, null, 0,
   '2026-11-01 00:00:00', '2026-11-01 00:00:00', 1, null);
insert into dtb_product (id, product_status_id, name, create_date, update_date) values
  (10, 1, '有田焼の皿', '2026-01-01 00:00:00', '2026-01-01 00:00:00'),
  (11, 1, '木の箸', '2026-01-01 00:00:00', '2026-01-01 00:00:00'),
  (12, 3, '終売の鉢', '2026-01-01 00:00:00', '2026-01-01 00:00:00');
insert into dtb_product_class (id, product_id, product_code, stock, stock_unlimited, price02, visible, create_date, update_date) values
  (100, 10, 'SARA-S', 0, false, 3000, true, '2026-01-01 00:00:00', '2026-01-01 00:00:00'),
  (101, 10, 'SARA-L', 4, false, 5000, true, '2026-01-01 00:00:00', '2026-01-01 00:00:00'),
  (110, 11, 'HASHI', 0, false, 1000, true, '2026-01-01 00:00:00', '2026-01-01 00:00:00'),
  (111, 11, 'HASHI-X', 9, false, 1000, false, '2026-01-01 00:00:00', '2026-01-01 00:00:00'),
  (120, 12, 'HACHI', null, true, 1000, true, '2026-01-01 00:00:00', '2026-01-01 00:00:00');
insert into dtb_category (id, parent_category_id, category_name, hierarchy, sort_no) values
  (1, null, '食器', 1, 2), (2, 1, '磁器', 2, 1);
insert into dtb_product_category (product_id, category_id) values (10, 1), (10, 2), (11, 1);
insert into dtb_order (id, order_no, name01, name02, email, phone_number, postal_code, addr01, addr02, subtotal, discount,
  delivery_fee_total, charge, tax, total, payment_total, payment_method, create_date, update_date, order_date, payment_date,
  currency_code, customer_id, pref_id, order_status_id)
values
  (1001, '20261101-1001', '髙﨑', '恵', 'megumi@example.invalid', '09012345678', '1500001', '渋谷区神宮前', '1-2-3', 8800, 600, 770, 330, 900,
   9200, 9200, 'クレジットカード（VISA/Master）', '2026-11-01 01:00:00', '2026-11-01 01:05:00', '2026-11-01 01:05:00', '2026-11-01 01:05:30',
   'JPY', 1, 13, 1),
  (1002, '1002', '𠮷野', '家', 'yoshino@example.invalid', '0112345678', '0600001', '札幌市中央区北一条西', '5', 3300, 0, 770, 330, 400,
   4400, 4400, '代金引換', '2026-10-30 01:00:00', '2026-11-01 06:00:00', '2026-10-30 01:00:00', null, 'JPY', 2, 1, 5),
  (1003, '1003', '客', '一見', 'guest@example.invalid', '0300000000', '5300001', '大阪市北区梅田', '1', 1100, 0, 770, 0, 170,
   1870, 1870, '銀行振込', '2026-11-01 03:00:00', '2026-11-01 03:00:00', '2026-11-01 03:00:00', null, 'JPY', null, 27, 4),
  (1004, '1004', '髙﨑', '恵', 'megumi@example.invalid', '09012345678', '1500001', '渋谷区神宮前', '1-2-3', 1100, 0, 770, 0, 170,
   1870, 1870, 'コンビニ決済', '2026-10-31 03:00:00', '2026-11-01 04:00:00', '2026-10-31 03:00:00', null, 'JPY', 1, 13, 3),
  (1005, '1005', '髙﨑', '恵', 'megumi@example.invalid', '09012345678', '1500001', '渋谷区神宮前', '1-2-3', 1100, 0, 770, 0, 170,
   1870, 1870, 'クロネコ代金後払い', '2026-10-20 03:00:00', '2026-11-01 05:00:00', '2026-10-20 03:00:00', null, 'JPY', 1, 13, 9),
  (1006, '1006', '𠮷野', '家', 'yoshino@example.invalid', '0112345678', '0600001', '札幌市中央区北一条西', '5', 1100, 0, 770, 0, 170,
   1870, 1870, '郵便振替', '2026-10-31 23:00:00', '2026-11-01 05:30:00', '2026-10-31 23:00:00', null, 'JPY', 2, 1, 6),
  (1007, null, '決済', '中', 'a@example.invalid', null, null, null, null, 1100, 0, 770, 0, 170,
   1870, 1870, 'クレジットカード', '2026-11-01 05:00:00', '2026-11-01 05:00:00', '2026-11-01 05:00:00', null, 'JPY', null, 13, 7),
  (1008, null, '購入', '中', 'b@example.invalid', null, null, null, null, 1100, 0, 770, 0, 170,
   1870, 1870, null, '2026-11-01 05:00:00', '2026-11-01 05:00:00', null, null, 'JPY', null, 13, 8);
insert into dtb_shipping (id, order_id, name01, name02, postal_code, addr01, addr02, delivery_name, delivery_time, delivery_date,
  shipping_date, tracking_number, create_date, update_date, pref_id)
values
  (501, 1001, '髙﨑', '恵', '1500001', '渋谷区神宮前', '1-2-3', 'ヤマト運輸（宅急便）', '14:00～16:00', '2026-11-04 15:00:00', null, null,
   '2026-11-01 01:00:00', '2026-11-01 01:05:00', 13),
  (502, 1001, '祖母', '花', '9000001', '那覇市', '9-9', 'ヤマト運輸（クール宅急便）', '午前中', '2026-11-06 15:00:00', null, null,
   '2026-11-01 01:00:00', '2026-11-01 01:05:00', 47),
  (503, 1002, '𠮷野', '家', '0600001', '札幌市中央区北一条西', '5', '佐川急便', '18時〜20時', '2026-11-02 15:00:00', '2026-11-01 06:00:00',
   '0012-3456 7890', '2026-10-30 01:00:00', '2026-11-01 06:00:00', 1),
  (504, 1003, '客', '一見', '5300001', '大阪市北区梅田', '1', 'サンプル業者', null, null, null, null,
   '2026-11-01 03:00:00', '2026-11-01 03:00:00', 27),
  (505, 1004, '髙﨑', '恵', '1500001', '渋谷区神宮前', '1-2-3', '日本郵便', null, null, null, null,
   '2026-10-31 03:00:00', '2026-11-01 04:00:00', 13),
  (506, 1005, '髙﨑', '恵', '1500001', '渋谷区神宮前', '1-2-3', 'ゆうパケット', null, null, '2026-10-21 03:00:00', '123456789013',
   '2026-10-20 03:00:00', '2026-10-21 03:00:00', 13),
  (507, 1006, '𠮷野', '家', '0600001', '札幌市中央区北一条西', '5', 'ヤマト運輸', null, null, null, null,
   '2026-10-31 23:00:00', '2026-11-01 05:30:00', 1);
insert into dtb_order_item (id, order_id, product_id, product_class_id, shipping_id, tax_type_id, tax_display_type_id,
  order_item_type_id, product_name, product_code, class_category_name1, class_category_name2, price, quantity, tax, tax_rate)
values
  (9001, 1001, 10, 100, 501, 1, 1, 1, '有田焼の皿', 'SARA-S', '小', null, 3000, 1, 300, 10),
  (9002, 1001, 10, 101, 502, 1, 1, 1, '有田焼の皿', 'SARA-L', '大', '青', 5000, 1, 500, 10),
  (9003, 1001, null, null, 501, 1, 2, 2, '送料', null, null, null, 770, 1, 70, 10),
  (9004, 1001, null, null, null, 1, 2, 3, '手数料', null, null, null, 330, 1, 30, 10),
  (9005, 1001, null, null, null, 2, 2, 4, '割引', null, null, null, -500, 1, 0, 0),
  (9006, 1001, null, null, null, 2, 2, 6, 'ポイント', null, null, null, -100, 1, 0, 0),
  (9007, 1002, 10, 100, 503, 1, 1, 1, '有田焼の皿', 'SARA-S', '小', null, 3000, 1, 300, 10),
  (9008, 1003, 11, 110, 504, 1, 2, 1, '木の箸', 'HASHI', null, null, 1100, 1, 100, 10),
  (9009, 1004, 11, 110, 505, 1, 2, 1, '木の箸', 'HASHI', null, null, 1100, 1, 100, 10),
  (9010, 1005, 11, 110, 506, 1, 2, 1, '木の箸', 'HASHI', null, null, 1100, 1, 100, 10),
  (9011, 1006, 11, 110, 507, 1, 2, 1, '木の箸', 'HASHI', null, null, 1100, 1, 100, 10),
  (9012, 1007, 11, 110, null, 1, 2, 1, '木の箸', 'HASHI', null, null, 1100, 1, 100, 10);
