-- What plugins keep sealed, and what a tenant does for one person: their data taken away, or erased.
create table plugin_secrets (
    tenant_id uuid not null references tenants (id) on delete cascade,
    plugin text not null,
    name text not null,
    value_sealed text not null,                          -- by the tenant's data key, for this very row
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, plugin, name)
);

-- It outlives the contact it is about, so no foreign key: an id, and nothing else of the person.
create table personal_data_requests (
    tenant_id uuid not null references tenants (id) on delete cascade,
    id uuid not null default uuidv7(),
    kind text not null check (kind in ('export', 'erasure')),
    contact_id uuid not null,
    state text not null default 'waiting' check (state in ('waiting', 'ready', 'failed', 'done')),
    requested_by uuid,
    plugins jsonb not null default '[]',                 -- those asked: {plugin, state, rows, why}
    attempts integer not null default 0,
    error text,
    storage_key text,
    size bigint,
    sha256 text,
    created_at timestamptz not null default now(),
    next_attempt_at timestamptz,
    finished_at timestamptz,
    expires_at timestamptz,
    primary key (tenant_id, id)
);
create index personal_data_requests_newest on personal_data_requests (tenant_id, created_at desc, id desc);
create index personal_data_requests_of_contact on personal_data_requests (tenant_id, contact_id, created_at desc,
    id desc);
create index personal_data_requests_over on personal_data_requests (expires_at) where expires_at is not null;
-- Asked for twice at the same time, it is the same request.
create unique index personal_data_requests_one_waiting on personal_data_requests (tenant_id, kind, contact_id)
    where state = 'waiting';

select protect_tenant_table(t::regclass) from unnest(array['plugin_secrets', 'personal_data_requests']) t;
revoke delete on personal_data_requests from comptoir_app;
