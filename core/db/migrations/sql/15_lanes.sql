-- Send lanes: what waits behind replies, what Meta told to wait, which workers share the limits; and what sending costs.

-- bulk: waits behind replies. not_before: Meta asked for hours or days; until then others overtake it.
alter table messages
    add column bulk boolean not null default false,
    add column not_before timestamptz;

-- The send queue is this partial index: what waits for a lane, replies first, the earliest due first.
drop index messages_queued;
create index messages_queued on messages (account_id, bulk, (coalesce(not_before, queued_at)), id)
    where status = 'queued';

-- A refused or unsent attempt whose lease runs keeps its conversation waiting.
create index send_attempts_resting on send_attempts (tenant_id, conversation_id, lease_until)
    where state in ('refused', 'not_sent');
-- What left lately: to one customer (pair limit), from one number (its rate).
create index send_attempts_lately on send_attempts (tenant_id, conversation_id, started_at);
create index send_attempts_rate on send_attempts (account_id, started_at);

-- Whole number, or only what is bulk. The error says why, in the words of messages.error.
alter table accounts
    add column paused_until timestamptz,
    add column pause_error jsonb,
    add column bulk_paused_until timestamptz,
    add column bulk_pause_error jsonb;

-- Workers that run lanes: without Valkey each takes its share of a number's allowance.
create table lane_workers (
    id uuid primary key,
    seen_at timestamptz not null default now()
);
grant all on lane_workers to comptoir_sys;
