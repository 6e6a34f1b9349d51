-- Sending every type of message, and what goes with it.

-- Meta delivers only while the recipient's identity is still the one this stands for.
alter table messages add column identity_key_hash text;

-- Whom a number has blocked: Meta delivers nothing of theirs, and takes nothing for them.
create table contact_blocks (
    tenant_id uuid not null,
    account_id uuid not null,
    contact_id uuid not null,
    blocked_at timestamptz not null default now(),
    primary key (tenant_id, account_id, contact_id),
    foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade,
    foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade
);
create index contact_blocks_by_contact on contact_blocks (tenant_id, contact_id);
create index contact_blocks_latest on contact_blocks (tenant_id, account_id, blocked_at desc, contact_id desc);
select protect_tenant_table('contact_blocks');

-- What Meta last told of an account's templates; a send is checked against it before it is queued.
create table known_templates (
    tenant_id uuid not null references tenants (id) on delete cascade,
    waba_id text not null,
    name text not null,
    language text not null,
    status text not null,
    category text not null,
    named boolean not null,         -- variables have names, else positions
    components jsonb not null,
    primary key (tenant_id, waba_id, name, language)
);

-- When a number's account was last asked. A row per account, also of one that has no templates.
create table template_readings (
    tenant_id uuid not null references tenants (id) on delete cascade,
    waba_id text not null,
    read_at timestamptz not null,
    primary key (tenant_id, waba_id)
);
select protect_tenant_table(t::regclass) from unnest(array['known_templates', 'template_readings']) t;
revoke insert, update, delete on known_templates, template_readings from comptoir_app;
