-- Effect: the shared names of this session show the shadow: which touchpoints it decides anew, from which instant and load on.
-- Params: touchpoints, from_at, from_load, as_of
select set_config('todoke.shadow_touchpoints', cast(cast(:touchpoints as text[]) as text), true), set_config('todoke.shadow_from', :from_at, true),
       set_config('todoke.shadow_load', :from_load, true), set_config('todoke.as_of', :as_of, true)
