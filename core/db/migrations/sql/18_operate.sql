-- Which request a job or a message came from, for whoever follows it through the logs. The application role's
-- connections carry it with the tenant (core/db/pool.py); work of nobody's request has none.
alter table jobs add column request_id text;
alter table jobs alter column request_id set default nullif(current_setting('app.request_id', true), '');
alter table messages add column request_id text;
alter table messages alter column request_id set default nullif(current_setting('app.request_id', true), '');

-- What operators are told of, however many jobs are done.
create index jobs_set_aside on jobs (finished_at) where state = 'failed';
