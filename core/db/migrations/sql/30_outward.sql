-- The road for code that is not trusted: signed webhooks out, and pages of others in a sandboxed frame.

-- Where a tenant's events are sent. Its cursor is `seq`: everything of its types up to there was delivered or passed by.
create table webhook_endpoints (
    tenant_id uuid not null references tenants (id) on delete cascade,
    id uuid not null default uuidv7(),
    name text not null,
    url text not null,
    types text[] not null check (cardinality(types) > 0),
    state text not null default 'on' check (state in ('on', 'paused', 'off')),
    off_reason text check (off_reason in ('gone', 'failing')),
    secrets_sealed text[] not null check (cardinality(secrets_sealed) between 1 and 2),   -- the newest first
    old_secret_ends_at timestamptz,
    seq bigint not null,
    replayed_to bigint not null default 0,                  -- up to here it is told again: marks the attempts
    failures integer not null default 0,                    -- in a row, of the event after `seq`
    failing_since timestamptz,
    due_at timestamptz not null default now(),
    delivered_at timestamptz,
    leased_by uuid,                                         -- fences the cursor: whoever lost it moves nothing
    leased_until timestamptz,
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version integer not null default 1,
    primary key (tenant_id, id)
);
create index webhook_endpoints_due on webhook_endpoints (due_at) where state = 'on';

-- A test event, or one event again: asked for by a person, tried once, whatever the state of the endpoint.
create table webhook_requests (
    tenant_id uuid not null,
    id uuid not null default uuidv7(),
    endpoint_id uuid not null,
    kind text not null check (kind in ('test', 'again')),
    seq bigint,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, endpoint_id) references webhook_endpoints (tenant_id, id) on delete cascade
);
create index webhook_requests_by_endpoint on webhook_requests (tenant_id, endpoint_id, id);

-- What became of each delivery, for a week. `excerpt` is the receiver's word, not a customer's.
create table webhook_attempts (
    tenant_id uuid not null,
    id uuid not null default uuidv7(),
    endpoint_id uuid not null,
    kind text not null check (kind in ('event', 'replay', 'test', 'again')),
    seq bigint,
    message_id text not null,                               -- the header webhook-id
    type text not null,
    attempt integer not null,
    outcome text not null check (outcome in ('delivered', 'refused', 'unreachable', 'skipped')),
    status integer,
    milliseconds integer not null,
    error text,
    excerpt text not null default '',
    at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, endpoint_id) references webhook_endpoints (tenant_id, id) on delete cascade
);
create index webhook_attempts_by_endpoint on webhook_attempts (tenant_id, endpoint_id, at desc, id desc);
create index webhook_attempts_by_outcome on webhook_attempts (tenant_id, endpoint_id, outcome, at desc, id desc);
create index webhook_attempts_by_age on webhook_attempts (at);

-- Pages of others that agents see beside a conversation or a contact, in a frame without our origin.
create table frames (
    tenant_id uuid not null references tenants (id) on delete cascade,
    id uuid not null default uuidv7(),
    title text not null,
    url text not null,
    slot text not null check (slot in ('conversation.detail', 'contact.detail')),
    permission text,                                        -- null: whoever sees the slot
    enabled boolean not null default true,
    secret_sealed text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version integer not null default 1,
    primary key (tenant_id, id)
);

select protect_tenant_table(t::regclass)
from unnest(array['webhook_endpoints', 'webhook_requests', 'webhook_attempts', 'frames']) t;
-- Members read through the API, which never shows a secret; the system role writes.
revoke insert, update, delete on webhook_endpoints, webhook_requests, webhook_attempts, frames from comptoir_app;
