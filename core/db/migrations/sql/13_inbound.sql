-- Every word of Meta's: who a customer has been, what became of a message's words, what was told once already.

-- A user id is Meta's name for a person within one business portfolio, so it is only ever matched within the WhatsApp
-- Business Account that told it (`scope`); '' matches everywhere: phones, and ids that a person entered.
-- `retired_at` later than `claimed_at`: the customer has left this name, and whoever writes under it since is another.
alter table contact_identities
    add column scope text not null default '',
    add column claimed_at timestamptz,
    add column retired_at timestamptz,
    drop constraint contact_identities_pkey,
    add primary key (tenant_id, kind, value, scope);

alter table contacts
    add column preferences jsonb not null default '{}',     -- {"marketing_messages": {"value": "stop", "at": seconds}}
    add column told_at jsonb not null default '{}';         -- {field: seconds of Meta's clock}, where a webhook settled it

alter table messages
    add column edited_at timestamptz,
    add column revoked_at timestamptz,
    add column original jsonb,      -- {type, body, content} before the first edit or the deletion
    add column receipts jsonb;      -- of a group: {"sent": 3, "delivered": 2, "read": 1}, from message_receipts

-- Edits and deletions by the author, each once; also those of messages that have not come yet.
create table message_corrections (
    tenant_id uuid not null references tenants (id) on delete cascade,
    phone_number_id text not null,
    target_wamid text not null,
    kind text not null check (kind in ('edit', 'revoke')),
    wamid text not null,
    outbound boolean not null,
    at timestamptz not null,
    body text not null,
    content jsonb not null,
    delivery_id bigint,
    message_id uuid,                -- null until its message is known
    created_at timestamptz not null default now(),
    primary key (tenant_id, phone_number_id, target_wamid, kind, wamid),
    foreign key (tenant_id, message_id) references messages (tenant_id, id) on delete cascade
);
create index message_corrections_by_message on message_corrections (tenant_id, message_id);
create index message_corrections_waiting on message_corrections (created_at) where message_id is null;

-- How far a message to a group has come with each of its people.
create table message_receipts (
    tenant_id uuid not null,
    message_id uuid not null,
    participant text not null,
    status text not null,
    rank smallint not null,
    at timestamptz not null,
    primary key (tenant_id, message_id, participant, status),
    foreign key (tenant_id, message_id) references messages (tenant_id, id) on delete cascade
);

-- What was told and has no row of its own to be recognised by, so that a delivery that comes again tells nothing twice.
-- Kept as long as the journal could be replayed (core.messaging.intake.marks).
create table webhook_marks (
    tenant_id uuid not null references tenants (id) on delete cascade,
    key bytea not null,
    marked_at timestamptz not null default now(),
    primary key (tenant_id, key)
);
create index webhook_marks_by_age on webhook_marks (marked_at);

-- What Meta said that nobody here understands, by number and day (of our clock).
create table webhook_unknowns (
    tenant_id uuid not null references tenants (id) on delete cascade,
    day date not null,
    phone_number_id text not null,
    field text not null,
    kind text not null,             -- the type of the message; '' for the whole field
    count bigint not null,
    last_at timestamptz not null default now(),
    last_delivery_id bigint,
    primary key (tenant_id, day, phone_number_id, field, kind)
);

select protect_tenant_table(t::regclass) from unnest(array[
    'message_corrections', 'message_receipts', 'webhook_marks', 'webhook_unknowns']) t;
revoke insert, update, delete on message_receipts, webhook_unknowns from comptoir_app;
revoke all on message_corrections, webhook_marks from comptoir_app;

create or replace view contact_resources with (security_invoker = true) as
select c.tenant_id, c.id, jsonb_build_object(
    'id', c.id, 'name', c.display_name, 'given_name', c.name, 'profile_name', c.profile_name,
    'phone', c.phone, 'bsuid', c.bsuid, 'username', c.username, 'locale', c.locale, 'preferences', c.preferences,
    'created_at', c.created_at, 'updated_at', c.updated_at, 'version', c.version) as resource
from contacts c;

create or replace view conversation_resources with (security_invoker = true) as
select v.tenant_id, v.id, v.status, v.assignee_id, v.account_id, v.contact_id, v.last_message_at, jsonb_build_object(
    'id', v.id, 'status', v.status, 'snoozed_until', v.snoozed_until,
    'assignee', case when v.assignee_id is null then null else jsonb_build_object('id', v.assignee_id,
        'name', (select u.name from memberships u where u.tenant_id = v.tenant_id and u.user_id = v.assignee_id)) end,
    'team', case when v.team_id is null then null else jsonb_build_object('id', v.team_id,
        'name', (select t.name from teams t where t.tenant_id = v.tenant_id and t.id = v.team_id)) end,
    'account', jsonb_build_object('id', a.id, 'phone_number_id', a.phone_number_id,
        'display_phone_number', a.display_phone_number, 'verified_name', a.verified_name),
    'contact', jsonb_build_object('id', c.id, 'name', c.display_name, 'phone', c.phone, 'bsuid', c.bsuid,
        'username', c.username, 'version', c.version),
    'unread', v.unread_count, 'last_message_at', v.last_message_at, 'last_inbound_at', v.last_inbound_at,
    'window_expires_at', v.last_inbound_at + interval '24 hours',
    'last_message', case when m.id is null then null else jsonb_build_object('id', m.id, 'direction', m.direction,
        'type', m.type, 'preview', left(m.body, 160), 'status', m.status, 'at', m.at, 'revoked_at', m.revoked_at) end,
    'created_at', v.created_at, 'updated_at', v.updated_at, 'version', v.version) as resource, v.team_id
from conversations v
join accounts a on a.tenant_id = v.tenant_id and a.id = v.account_id
join contacts c on c.tenant_id = v.tenant_id and c.id = v.contact_id
left join messages m on m.tenant_id = v.tenant_id and m.id = v.last_message_id;
