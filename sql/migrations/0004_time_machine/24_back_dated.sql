-- A source that brings old orders in bulk is held, as one whose ids vanish.
alter table hold drop constraint hold_kind_check;
alter table hold add constraint hold_kind_check check (kind in ('gap', 'high_water', 'vanished', 'back_dated'));
