-- The event log. Writers append to event_outbox in their own transaction; the sequencer moves committed rows to
-- event_log and gives each tenant its next numbers, dense and in order (docs/decisions/0005-sequencer.md).
create table installation (
    one boolean primary key default true check (one),
    epoch uuid not null default gen_random_uuid(),
    created_at timestamptz not null default now()
);
insert into installation default values;

create sequence event_outbox_id cache 1;
create table event_outbox (
    id bigint primary key default nextval('event_outbox_id'),
    tenant_id uuid not null references tenants (id) on delete cascade,
    type text not null,
    conversation_id uuid,
    payload jsonb not null,
    created_at timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

create table event_heads (
    tenant_id uuid primary key references tenants (id) on delete cascade,
    seq bigint not null default 0
);

create table event_log (
    tenant_id uuid not null references tenants (id) on delete cascade,
    seq bigint not null,
    id bigint not null,             -- the outbox id: unique in the installation, the idempotency key of observers
    position bigint generated always as identity unique,  -- written by one sequencer at a time: commit order
    type text not null,
    conversation_id uuid,
    payload jsonb not null,
    created_at timestamptz not null,
    primary key (tenant_id, seq)
);
