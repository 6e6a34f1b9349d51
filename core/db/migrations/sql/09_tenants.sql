-- Tenants and their numbers, second part: settings, closing down, keys that seal secrets, what Meta says of a number.

alter table tenants drop constraint tenants_status_check;
alter table tenants
    -- {"monday": [["09:00", "12:30"], ["14:00", "18:30"]], …} in the tenant's time zone; null: always open
    add column business_hours jsonb,
    add column suspended_reason text,
    add column demo boolean not null default false,     -- made by `comptoir up`; an installation with nothing else is new
    add column updated_at timestamptz not null default now(),
    add column version integer not null default 1,
    add constraint tenants_status_check check (status in ('active', 'suspended', 'closing'));

-- Data keys: random, one for each tenant and purpose, wrapped by a master key that is not in the database. Deleting a
-- tenant's row makes everything sealed for it unreadable, in backups too. tenant_id null: the installation's own.
create table data_keys (
    id uuid primary key default uuidv7(),
    tenant_id uuid references tenants (id) on delete cascade,
    purpose text not null check (purpose in ('seal', 'sign', 'audit')),
    wrapped text not null,
    master_id text not null,        -- which master key wrapped it: what a rotation still has to do
    created_at timestamptz not null default now(),
    rewrapped_at timestamptz,
    unique nulls not distinct (tenant_id, purpose)
);

-- An app belongs to one tenant, or to the installation (null) when it serves several.
alter table meta_apps
    add column tenant_id uuid references tenants (id) on delete cascade,
    add column name text not null default '',
    add column meta_app_id text,                        -- Meta's own id of the app
    add column updated_at timestamptz not null default now();
create index meta_apps_by_tenant on meta_apps (tenant_id);

alter table accounts drop constraint accounts_status_check;
alter table accounts
    add column simulated boolean not null default false,
    add column team_id uuid,                            -- where its new conversations start
    add column business_name text,
    add column name_status text,                        -- Meta's words from here on, as told by GET or webhook
    add column quality_rating text,
    add column messaging_limit text,
    add column throughput_level text,
    add column meta_status text,
    add column profile jsonb,
    add column looked_at timestamptz,                   -- when Meta was last asked
    add column removed_at timestamptz,                  -- it is being erased, and shown to nobody any more
    add column told_at jsonb not null default '{}',     -- {column: when a webhook last settled it}
    add column examination jsonb,                       -- the doctor's last findings
    add column token_died_at timestamptz,
    add column token_error jsonb,
    add column updated_at timestamptz not null default now(),
    add column version integer not null default 1,
    add constraint accounts_status_check check (status in ('connected', 'token_dead', 'disabled')),
    add constraint accounts_team foreign key (tenant_id, team_id) references teams (tenant_id, id)
        on delete set null (team_id);

-- A number as every member sees it, and as events carry it.
create view account_resources with (security_invoker = true) as
select a.tenant_id, a.id, a.created_at, jsonb_build_object(
    'id', a.id, 'phone_number_id', a.phone_number_id, 'waba_id', a.waba_id,
    'display_phone_number', a.display_phone_number, 'verified_name', a.verified_name, 'status', a.status,
    'simulated', a.simulated, 'team', case when t.id is null then null else jsonb_build_object(
        'id', t.id, 'name', t.name) end, 'version', a.version) as resource
from accounts a left join teams t on t.tenant_id = a.tenant_id and t.id = a.team_id where a.removed_at is null;
grant select on account_resources to comptoir_app, comptoir_sys;

-- A tenant's data as one archive, made by a job, kept for a while.
create table exports (
    tenant_id uuid not null references tenants (id) on delete cascade,
    id uuid not null default uuidv7(),
    state text not null default 'waiting' check (state in ('waiting', 'ready', 'failed')),
    requested_by uuid,
    storage_key text,
    size bigint,
    sha256 text,
    error text,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    expires_at timestamptz,
    primary key (tenant_id, id)
);

-- Answers kept for Idempotency-Key, sealed: some show a secret once.
create table idempotency_keys (
    tenant_id uuid not null references tenants (id) on delete cascade,
    credential_id uuid not null,
    key text not null,
    request_hash bytea not null,
    status smallint,                                    -- null: still being worked on
    answer_sealed text,
    created_at timestamptz not null default now(),
    locked_until timestamptz not null,
    primary key (tenant_id, credential_id, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
