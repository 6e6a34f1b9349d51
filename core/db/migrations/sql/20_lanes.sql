-- What Meta refuses for a number as a whole, or of one customer's marketing, told at once or later by a status.

-- Until when the number is stopped because Meta will take nothing of it before somebody has done something about it.
alter table accounts add column stopped_until timestamptz;

-- What is bulk waits for this customer, longer each time.
alter table conversations
    add column bulk_rest_until timestamptz,
    add column bulk_rests smallint not null default 0;
