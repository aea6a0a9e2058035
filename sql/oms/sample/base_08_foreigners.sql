-- Who:    customers in Japan who read English.
-- Grain:  name (n from 0).
-- Params: none
create temp table base_foreigners as
select n - 1 as n, given, family
from unnest(
    array['Emma', 'Liam', 'Olivia', 'Noah', 'Sofia', 'James', 'Mia', 'Lucas', 'Anna', 'Daniel', 'Chloé', 'José',
          'Priya', 'Minh', 'Siobhán', 'Oliver'],
    array['Miller', 'O''Brien', 'Johnson', 'Smith', 'Rossi', 'Taylor', 'Müller', 'Silva', 'Kowalski', 'Brown', 'Martin',
          'García', 'Sharma', 'Nguyen', 'Walsh', 'van den Berg']
) with ordinality as name (given, family, n)
