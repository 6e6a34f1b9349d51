-- People, second part: roles of a tenant's own, teams, who sees which conversations, ways in (invitations, resets,
-- second factors, passkeys, tokens).

alter table users
    add column platform_admin boolean not null default false,   -- runs the installation: tenants, plugins, health
    add column totp_sealed text,                                -- sealed for the installation (core.secrets)
    add column totp_enabled_at timestamptz,                     -- null while the first code is still awaited
    add column totp_last_step bigint,                           -- a code is good once: RFC 6238, section 5.2
    add column webauthn_handle bytea unique,                    -- random, tells nothing of the person
    add column password_changed_at timestamptz,
    add column version integer not null default 1;

-- A role is a set of permissions and how much of the conversations it sees. Built-in roles live in
-- core.auth.permissions; a row with a built-in's key changes what that role sees in this tenant, nothing else.
create table roles (
    tenant_id uuid not null references tenants (id) on delete cascade,
    key text not null check (key ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
    name text not null,
    permissions text[],
    sees text not null default 'all' check (sees in ('all', 'team', 'own')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version integer not null default 1,
    primary key (tenant_id, key),
    check ((permissions is null) = (key in ('owner', 'admin', 'supervisor', 'agent', 'viewer'))),
    check (key not in ('owner', 'admin') or sees = 'all')
);

create unique index roles_by_name on roles (tenant_id, lower(name)) where permissions is not null;

alter table memberships drop constraint memberships_role_check;
alter table memberships
    add column custom_role text generated always as (
        case when role in ('owner', 'admin', 'supervisor', 'agent', 'viewer') then null else role end) stored,
    add column updated_at timestamptz not null default now(),
    add column version integer not null default 1,
    add constraint memberships_role_known foreign key (tenant_id, custom_role) references roles (tenant_id, key);

alter table api_keys
    add column custom_role text generated always as (
        case when role in ('owner', 'admin', 'supervisor', 'agent', 'viewer') then null else role end) stored,
    add column scopes text[],       -- null: everything its role may do
    add constraint api_keys_role_known foreign key (tenant_id, custom_role) references roles (tenant_id, key);
create index api_keys_by_tenant on api_keys (tenant_id, created_at desc, id desc);

create table teams (
    tenant_id uuid not null references tenants (id) on delete cascade,
    id uuid not null default uuidv7(),
    name text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version integer not null default 1,
    primary key (tenant_id, id)
);
create unique index teams_by_name on teams (tenant_id, lower(name));

create table team_members (
    tenant_id uuid not null,
    team_id uuid not null,
    user_id uuid not null,
    primary key (tenant_id, team_id, user_id),
    foreign key (tenant_id, team_id) references teams (tenant_id, id) on delete cascade,
    foreign key (tenant_id, user_id) references memberships (tenant_id, user_id) on delete cascade
);
create index team_members_by_user on team_members (tenant_id, user_id);

alter table conversations
    add column team_id uuid,
    add constraint conversations_team foreign key (tenant_id, team_id) references teams (tenant_id, id)
        on delete set null (team_id);
create index conversations_by_team on conversations (tenant_id, team_id, status, last_message_at desc, id desc)
    where team_id is not null;

-- Single use, 24 h. Only a hash of the token is kept.
create table invitations (
    tenant_id uuid not null references tenants (id) on delete cascade,
    id uuid not null default uuidv7(),
    email text not null check (email = lower(email)),
    role text not null,
    custom_role text generated always as (
        case when role in ('owner', 'admin', 'supervisor', 'agent', 'viewer') then null else role end) stored,
    team_ids uuid[] not null default '{}',
    token_hash bytea not null unique,
    invited_by uuid references users (id) on delete set null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    accepted_at timestamptz,
    revoked_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, custom_role) references roles (tenant_id, key)
);
-- One invitation waits for each address; a new one revokes it.
create unique index invitations_waiting on invitations (tenant_id, email)
    where accepted_at is null and revoked_at is null;

-- Single use, 1 h.
create table password_resets (
    token_hash bytea primary key,
    user_id uuid not null references users (id) on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz
);
create index password_resets_by_user on password_resets (user_id);

create table recovery_codes (
    user_id uuid not null references users (id) on delete cascade,
    code_hash bytea not null,
    used_at timestamptz,
    primary key (user_id, code_hash)
);

-- WebAuthn credentials: public keys only.
create table passkeys (
    id uuid primary key default uuidv7(),
    user_id uuid not null references users (id) on delete cascade,
    credential_id bytea not null unique,
    public_key bytea not null,
    sign_count bigint not null default 0,
    transports text[] not null default '{}',
    backed_up boolean not null default false,
    name text not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz
);
create index passkeys_by_user on passkeys (user_id);

-- Between the password and the second factor, and between a WebAuthn challenge and its answer. Minutes long.
create table login_challenges (
    token_hash bytea primary key,
    purpose text not null check (purpose in ('second_factor', 'passkey_login', 'passkey_registration')),
    user_id uuid references users (id) on delete cascade,
    tenant_id uuid,
    challenge bytea,
    attempts smallint not null default 0,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz
);
create index login_challenges_by_age on login_challenges (expires_at);
-- How many wrong answers a person has had lately, whatever the challenge.
create index login_challenges_by_user on login_challenges (user_id, created_at) where purpose = 'second_factor';

-- What an API client got from one login: refresh tokens replace one another within the family. A used one that comes
-- again was stolen, and ends the whole family.
create table token_families (
    id uuid primary key default uuidv7(),
    user_id uuid not null references users (id) on delete cascade,
    tenant_id uuid not null references tenants (id) on delete cascade,
    user_agent text,
    ip inet,
    created_at timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    revoked_because text
);
create index token_families_by_user on token_families (user_id);

create table refresh_tokens (
    token_hash bytea primary key,
    family_id uuid not null references token_families (id) on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz
);
create index refresh_tokens_by_family on refresh_tokens (family_id);
