-- Organisations, people, their sessions and keys. Users and sessions are not tenant-owned: a person may belong to
-- several tenants and is looked up before any tenant is known, by the system role only.

create table tenants (
    id uuid primary key default uuidv7(),
    slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
    name text not null,
    locale text not null default 'fr' check (locale in ('ar', 'fr', 'en')),
    timezone text not null default 'Africa/Casablanca',
    hue smallint not null default 163 check (hue between 0 and 360),
    status text not null default 'active' check (status in ('active', 'suspended')),
    created_at timestamptz not null default now()
);

create table users (
    id uuid primary key default uuidv7(),
    email text not null check (email = lower(email)),
    name text not null,
    password_hash text,
    locale text check (locale in ('ar', 'fr', 'en')),
    disabled_at timestamptz,
    created_at timestamptz not null default now(),
    unique (email)
);

create table memberships (
    tenant_id uuid not null references tenants (id) on delete cascade,
    user_id uuid not null references users (id) on delete cascade,
    name text not null,     -- as colleagues of this tenant see it; spares the tenant's role a look at users
    role text not null check (role in ('owner', 'admin', 'supervisor', 'agent', 'viewer')),
    created_at timestamptz not null default now(),
    primary key (tenant_id, user_id)
);
create index memberships_by_user on memberships (user_id);

-- The cookie carries a random token; only its hash is kept, so a stolen dump opens no session.
create table sessions (
    id uuid primary key default uuidv7(),
    token_hash bytea not null unique,
    user_id uuid not null references users (id) on delete cascade,
    tenant_id uuid not null references tenants (id) on delete cascade,
    csrf_secret bytea not null,
    user_agent text,
    ip inet,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz
);
create index sessions_by_user on sessions (user_id);

create table api_keys (
    tenant_id uuid not null references tenants (id) on delete cascade,
    id uuid not null default uuidv7(),
    prefix text not null unique,
    secret_hash bytea not null,
    name text not null,
    role text not null default 'admin',
    created_by uuid references users (id) on delete set null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz,
    primary key (tenant_id, id)
);

-- A Meta app: its secrets sign the webhooks that arrive at /webhooks/whatsapp/<slug>. It belongs to the
-- installation, for one app may serve many tenants. Secrets are sealed (core.secrets).
create table meta_apps (
    id uuid primary key default uuidv7(),
    slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    app_secrets_sealed text[] not null,
    verify_token_sealed text not null,
    created_at timestamptz not null default now()
);

-- A WhatsApp business number. phone_number_id is unique in the whole installation: two tenants claiming one number
-- would let the second read the first one's customers.
create table accounts (
    tenant_id uuid not null references tenants (id) on delete cascade,
    id uuid not null default uuidv7(),
    meta_app_id uuid references meta_apps (id),
    phone_number_id text not null unique,
    waba_id text not null,
    display_phone_number text not null,
    verified_name text not null default '',
    access_token_sealed text,
    graph_url text not null default 'https://graph.facebook.com',
    graph_version text not null default 'v26.0',
    status text not null default 'connected' check (status in ('connected', 'token_dead', 'disabled')),
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, phone_number_id)
);
