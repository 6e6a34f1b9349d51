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

-- What Meta told of the price of each message, once for each wamid, whoever sent it from the number. A wamid spells the
-- customer's phone, so only its digest is kept: what was paid outlives the person's erasure. Counted on delivery.
create table message_costs (
    tenant_id uuid not null references tenants (id) on delete cascade,
    account_id uuid not null,
    wamid_digest bytea not null,
    prefix text not null default '',        -- calling code, or the country of a user id
    category text,                          -- Meta's words from here on, of the furthest status that told them
    type text,
    model text,
    billable boolean,
    told_rank smallint not null default -9,
    delivered_at timestamptz,
    primary key (tenant_id, account_id, wamid_digest),
    foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade
);
create index message_costs_by_time on message_costs (tenant_id, delivered_at)
    include (account_id, category, type, prefix, billable) where category is not null and delivered_at is not null;
select protect_tenant_table('message_costs');
revoke insert, update, delete on message_costs from comptoir_app;

-- What the tenant pays Meta, as the tenant says: [{"category", "prefix", "rate"}]. We know no prices.
create table rate_cards (
    tenant_id uuid primary key references tenants (id) on delete cascade,
    currency text not null,
    rates jsonb not null,
    updated_at timestamptz not null default now(),
    version integer not null default 1
);
select protect_tenant_table('rate_cards');
