create table things (code varchar(20) primary key, name varchar(100) not null);
create table sales (
  id integer primary key, buyer varchar(100) not null, placed_at {instant} not null, written_at {instant} not null,
  total decimal(12, 2) not null, price decimal(12, 2) not null, thing varchar(20) not null, wanted_on date, gift boolean
);
insert into things values ('P-1', 'bowl'), ('P-2', '皿 "大"');
