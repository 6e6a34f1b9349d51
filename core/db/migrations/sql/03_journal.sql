-- Raw deliveries, as Meta sent them. The journal is append-only; journal_pending is the queue that intake empties
-- in the same transaction in which it applies them.
create table journal (
    id bigint generated always as identity primary key,
    app_slug text not null,
    received_at timestamptz not null default now(),
    headers jsonb not null,
    body bytea not null
);

create table journal_pending (
    id bigint primary key,          -- of the journal row, written in the same statement: a foreign key would check that
                                    -- again for each delivery, which took 40 % of the receiver's time in the database
    attempts smallint not null default 0
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- What intake could not apply, with its reason; kept whole, to be replayed.
create table quarantine (
    id bigint generated always as identity primary key,
    delivery_id bigint not null references journal (id) on delete cascade,
    tenant_id uuid references tenants (id) on delete cascade,
    path text not null,
    reason text not null,
    item jsonb,
    created_at timestamptz not null default now(),
    replayed_at timestamptz
);
create index quarantine_by_tenant on quarantine (tenant_id, id desc);
