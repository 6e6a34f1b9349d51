-- Durable work: rows committed with their cause. SAQ executes them, a sweeper wakes what is due.
create table jobs (
    id uuid primary key default uuidv7(),
    tenant_id uuid references tenants (id) on delete cascade,   -- null: work of the installation
    plugin text not null default 'core',
    name text not null,
    key text,                                                    -- one waiting job for each (tenant, plugin, name, key)
    args jsonb not null default '{}',
    state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
    run_at timestamptz not null default now(),
    attempts smallint not null default 0,
    max_attempts smallint not null default 5,
    lease_until timestamptz,
    worker text,
    last_error text,
    created_at timestamptz not null default now(),
    finished_at timestamptz
);
create unique index jobs_one_waiting on jobs (tenant_id, plugin, name, key) nulls not distinct
    where state = 'queued' and key is not null;
create index jobs_due on jobs (run_at) where state = 'queued';
create index jobs_leased on jobs (lease_until) where state = 'running';
create index jobs_by_tenant on jobs (tenant_id);

-- A cron tick is inserted once, whichever worker sees it first.
create table cron_ticks (
    name text not null,
    due_at timestamptz not null,
    primary key (name, due_at)
);

create table plugin_cursors (
    tenant_id uuid not null references tenants (id) on delete cascade,
    plugin text not null,
    seq bigint not null default 0,
    primary key (tenant_id, plugin)
);

-- An event that an observer kept failing on: set aside with its traceback, so the cursor can go on.
create table plugin_failures (
    tenant_id uuid not null references tenants (id) on delete cascade,
    id uuid not null default uuidv7(),
    plugin text not null,
    hook text not null,
    seq bigint not null,
    traceback text not null,
    created_at timestamptz not null default now(),
    replayed_at timestamptz,
    primary key (tenant_id, id)
);

create table plugin_settings (
    tenant_id uuid not null references tenants (id) on delete cascade,
    plugin text not null,
    values jsonb not null default '{}',
    primary key (tenant_id, plugin)
);
