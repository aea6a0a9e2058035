-- Who:    the one warehouse and the hubs its parcels cross.
-- Grain:  location.
-- Params: none
select * from (values
    ('WH-CHIBA', 'warehouse', '273-0014', 'JP-12'),
    ('HUB-HOKKAIDO', 'hub', '003-0030', 'JP-01'), ('HUB-MIYAGI', 'hub', '983-0034', 'JP-04'), ('HUB-TOKYO', 'hub', '136-0082', 'JP-13'),
    ('HUB-AICHI', 'hub', '480-0202', 'JP-23'), ('HUB-OSAKA', 'hub', '567-0853', 'JP-27'), ('HUB-HIROSHIMA', 'hub', '731-0138', 'JP-34'),
    ('HUB-FUKUOKA', 'hub', '812-0051', 'JP-40'), ('HUB-OKINAWA', 'hub', '901-0142', 'JP-47')
) as location (location_id, kind, postal_code, region)
order by location_id
