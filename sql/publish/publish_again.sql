-- Effect: every page that has not ended is published with the next run, changed or not.
-- Why:    the store lost its files, or templates changed that pages of untouched orders should show too.
-- Params: none
update tracking_page set digest = null where not ended
