-- Effect: name_of(html): a name as people read it. WordPress stores some characters as entities.
-- Params: none
create or replace function pg_temp.name_of(html text) returns text language sql immutable as $$
  select replace(replace(replace(replace(replace(replace(replace(replace(replace(html,
    '&ndash;', '–'), '&#8211;', '–'), '&mdash;', '—'), '&#8217;', '’'), '&#039;', ''''), '&quot;', '"'), '&lt;', '<'), '&gt;', '>'), '&amp;', '&')
$$
