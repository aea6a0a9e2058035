-- Who:    members of digests that were told, as the ledger of a shadow (shadow/views/message).
-- Params: none
select touchpoint, member, subject_id, planned_load from {live}.covers
where planned_load <= case when touchpoint = any(cast(current_setting('todoke.shadow_touchpoints') as text[]))
                           then cast(current_setting('todoke.shadow_load') as bigint) else {live}.as_of_load() end
union all
select touchpoint, member, subject_id, planned_load from {shadow}.covers
