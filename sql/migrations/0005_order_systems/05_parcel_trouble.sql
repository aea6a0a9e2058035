-- Few parcels are ever in trouble: who asks for those of thousands of customers (facts/open_problem) looks the others up in nothing.
create index parcel_trouble on parcel (order_id) where problem_at is not null or returned_at is not null or attempt_failed_at is not null;
