-- Who:    postal codes on islands that parcels reach by ship alone: municipalities without a bridge to any of the main islands,
--         Okinawa's own among them (有人離島).
-- Grain:  postal code.
-- Params: none
create temp table island on commit drop as
select distinct postal_code
from postal_area
where municipality = any(string_to_array(
        '01367 01517 01518 01519 13361 13362 13363 13364 13381 13382 13401 13402 13421 15224 15586 32525 32526 32527 32528 34431 '
        '37322 37324 37364 38356 42209 42210 42211 42383 42411 46213 46222 46303 46304 46501 46502 46505 46523 46524 46525 46527 '
        '46529 46530 46531 46532 46533 46534 46535 47207 47214 47315 47353 47354 47355 47356 47357 47358 47359 47360 47361 47375 47381 47382', ' '))
