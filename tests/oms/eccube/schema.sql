create table dtb_customer (
  id int {unsigned} primary key, name01 varchar(255) not null, name02 varchar(255) not null, kana01 varchar(255),
  kana02 varchar(255), company_name varchar(255), postal_code varchar(8), addr01 varchar(255), addr02 varchar(255),
  email varchar(255) not null, phone_number varchar(14), password varchar(255) default 'x' not null, birth {instant}, point decimal(12, 0) default 0 not null,
  create_date {instant} not null, update_date {instant} not null, customer_status_id smallint {unsigned}, sex_id smallint {unsigned},
  pref_id smallint {unsigned}, discriminator_type varchar(255) default 'customer' not null
);
create table dtb_order (
  id int {unsigned} primary key, pre_order_id varchar(255) unique, order_no varchar(255), message varchar(4000),
  name01 varchar(255) not null, name02 varchar(255) not null, company_name varchar(255), email varchar(255),
  phone_number varchar(14), postal_code varchar(8), addr01 varchar(255), addr02 varchar(255), birth {instant},
  subtotal decimal(12, 2) {unsigned} default 0 not null, discount decimal(12, 2) {unsigned} default 0 not null,
  delivery_fee_total decimal(12, 2) {unsigned} default 0 not null, charge decimal(12, 2) {unsigned} default 0 not null,
  tax decimal(12, 2) {unsigned} default 0 not null, total decimal(12, 2) {unsigned} default 0 not null,
  payment_total decimal(12, 2) {unsigned} default 0 not null, payment_method varchar(255), note varchar(4000),
  create_date {instant} not null, update_date {instant} not null, order_date {instant}, payment_date {instant},
  currency_code varchar(255), customer_id int {unsigned}, pref_id smallint {unsigned}, payment_id int {unsigned},
  order_status_id smallint {unsigned}, discriminator_type varchar(255) default 'order' not null
);
create index dtb_order_update_date_idx on dtb_order (update_date);
create index dtb_order_order_date_idx on dtb_order (order_date);
create table dtb_shipping (
  id int {unsigned} primary key, order_id int {unsigned}, name01 varchar(255) not null, name02 varchar(255) not null,
  phone_number varchar(14), postal_code varchar(8), addr01 varchar(255), addr02 varchar(255), delivery_id int {unsigned},
  delivery_name varchar(255), time_id int {unsigned}, delivery_time varchar(255), delivery_date {instant}, shipping_date {instant},
  tracking_number varchar(255), note varchar(4000), sort_no smallint {unsigned}, create_date {instant} not null,
  update_date {instant} not null, mail_send_date {instant}, pref_id smallint {unsigned},
  discriminator_type varchar(255) default 'shipping' not null
);
create index dtb_shipping_order_id_idx on dtb_shipping (order_id);
create table dtb_order_item (
  id int {unsigned} primary key, order_id int {unsigned}, product_id int {unsigned}, product_class_id int {unsigned},
  shipping_id int {unsigned}, tax_type_id smallint {unsigned}, tax_display_type_id smallint {unsigned},
  order_item_type_id smallint {unsigned}, product_name varchar(255) not null, product_code varchar(255), class_name1 varchar(255),
  class_name2 varchar(255), class_category_name1 varchar(255), class_category_name2 varchar(255),
  price decimal(12, 2) default 0 not null, quantity decimal(10, 0) default 0 not null, tax decimal(10, 0) default 0 not null,
  tax_rate decimal(10, 0) {unsigned} default 0 not null, currency_code varchar(255),
  discriminator_type varchar(255) default 'orderitem' not null
);
create index dtb_order_item_order_id_idx on dtb_order_item (order_id);
create index dtb_order_item_shipping_id_idx on dtb_order_item (shipping_id);
create table dtb_product (
  id int {unsigned} primary key, product_status_id smallint {unsigned}, name varchar(255) not null, create_date {instant} not null,
  update_date {instant} not null, discriminator_type varchar(255) default 'product' not null
);
create table dtb_product_class (
  id int {unsigned} primary key, product_id int {unsigned}, product_code varchar(255), stock decimal(10, 0),
  stock_unlimited boolean default false not null, price02 decimal(12, 2) not null, visible boolean default true not null,
  create_date {instant} not null, update_date {instant} not null, discriminator_type varchar(255) default 'productclass' not null
);
create table dtb_category (
  id int {unsigned} primary key, parent_category_id int {unsigned}, category_name varchar(255) not null, hierarchy int {unsigned} not null,
  sort_no int not null, discriminator_type varchar(255) default 'category' not null
);
create table dtb_product_category (
  product_id int {unsigned} not null, category_id int {unsigned} not null,
  discriminator_type varchar(255) default 'productcategory' not null, primary key (product_id, category_id)
);
