-- The ledger: contacts with their identities, conversations, messages, attachments. Every key and foreign key carries
-- tenant_id, so no row can point across tenants (foreign keys do not obey row-level security).

create table contacts (
    tenant_id uuid not null references tenants (id) on delete cascade,
    id uuid not null default uuidv7(),
    name text,                      -- given by an agent; wins over profile_name
    profile_name text,              -- told by WhatsApp, chosen by the customer
    phone text,                     -- digits as Meta spells them, no plus; null for people who hide their number
    bsuid text,
    username text,
    display_name text not null generated always as (
        coalesce(nullif(name, ''), nullif(profile_name, ''), '@' || nullif(username, ''), '+' || nullif(phone, ''), bsuid, '')
    ) stored,
    locale text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version integer not null default 1,
    primary key (tenant_id, id)
);
create index contacts_by_name on contacts (tenant_id, lower(display_name), id);
create index contacts_by_created on contacts (tenant_id, created_at desc, id desc);

-- kind phone: the canonical spelling (core.whatsapp.phones), so that 52… and 521… are one person.
create table contact_identities (
    tenant_id uuid not null,
    kind text not null check (kind in ('phone', 'bsuid', 'parent_bsuid')),
    value text not null,
    contact_id uuid not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, kind, value),
    foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade
);
create index contact_identities_by_contact on contact_identities (tenant_id, contact_id);

create table conversations (
    tenant_id uuid not null,
    id uuid not null default uuidv7(),
    account_id uuid not null,
    contact_id uuid not null,
    status text not null default 'open' check (status in ('open', 'snoozed', 'closed')),
    assignee_id uuid,
    snoozed_until timestamptz,
    last_message_id uuid,
    last_message_at timestamptz not null default now(),
    last_inbound_at timestamptz,    -- Meta's clock: the 24 h window counts from here
    last_inbound_wamid text,
    unread_count integer not null default 0,
    read_up_to timestamptz,         -- the newest customer message an agent has read
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version integer not null default 1,
    primary key (tenant_id, id),
    unique (tenant_id, account_id, contact_id),
    foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade,
    foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade,
    foreign key (tenant_id, assignee_id) references memberships (tenant_id, user_id)
        on delete set null (assignee_id)
);
-- Lists are keyset-paged by (last_message_at, id); one index for each way an agent looks at them.
create index conversations_latest on conversations (tenant_id, last_message_at desc, id desc);
create index conversations_by_status on conversations (tenant_id, status, last_message_at desc, id desc);
create index conversations_by_assignee on conversations (tenant_id, assignee_id, status, last_message_at desc, id desc);
create index conversations_by_contact on conversations (tenant_id, contact_id);

create table messages (
    tenant_id uuid not null,
    id uuid not null default uuidv7(),          -- client-made for outbound: the idempotency key
    conversation_id uuid not null,
    account_id uuid not null,
    contact_id uuid not null,
    phone_number_id text not null,
    wamid text,
    direction text not null check (direction in ('inbound', 'outbound')),
    type text not null,                         -- Meta's word, also when we do not know it
    body text not null default '',              -- what a person would read of it
    content jsonb not null default '{}',        -- Meta's typed object, whole
    context_wamid text,                         -- the quoted message, or the target of a reaction
    author_id uuid,                             -- the member who wrote it; null for the customer, API keys, automations
    author_kind text not null check (author_kind in ('customer', 'agent', 'api', 'automation', 'phone')),
    status text not null,
    status_rank smallint not null,              -- core.whatsapp.statuses
    error jsonb,
    ghost boolean not null default false,       -- unsupported 131060: the real message may still come, same wamid
    at timestamptz not null,                    -- Meta's clock for inbound, ours for outbound
    created_at timestamptz not null default now(),
    queued_at timestamptz,
    accepted_at timestamptz,
    sent_at timestamptz,
    delivered_at timestamptz,
    read_at timestamptz,
    played_at timestamptz,
    failed_at timestamptz,
    request_hash bytea,                         -- outbound: same id with another body is refused
    delivery_id bigint,                         -- the journal row it came from
    version integer not null default 1,
    primary key (tenant_id, id),
    unique (tenant_id, phone_number_id, wamid),
    foreign key (tenant_id, conversation_id) references conversations (tenant_id, id) on delete cascade
);
create index messages_thread on messages (tenant_id, conversation_id, at desc, id desc);
create index messages_context on messages (tenant_id, phone_number_id, context_wamid) where context_wamid is not null;
-- The send queue is this partial index: what waits for a lane, oldest first.
create index messages_queued on messages (account_id, queued_at, id) where status = 'queued';

create table attachments (
    tenant_id uuid not null,
    id uuid not null default uuidv7(),
    message_id uuid not null,
    kind text not null,                         -- image, video, audio, document, sticker
    media_id text,
    mime_type text,
    sha256 text,
    filename text,
    size bigint,
    voice boolean not null default false,
    state text not null default 'pending' check (state in ('pending', 'stored', 'failed')),
    storage_key text,
    error text,
    attempts smallint not null default 0,
    due_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, message_id) references messages (tenant_id, id) on delete cascade
);
create index attachments_by_message on attachments (tenant_id, message_id);
create index attachments_due on attachments (due_at) where state = 'pending';

-- Statuses that came before their message was known; applied when it appears.
create table parked_statuses (
    tenant_id uuid not null references tenants (id) on delete cascade,
    phone_number_id text not null,
    wamid text not null,
    status text not null,
    participant text not null default '',
    callback_data text,
    at timestamptz not null,
    payload jsonb not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, phone_number_id, wamid, status, participant)
);
create index parked_statuses_by_age on parked_statuses (created_at);

-- One row for each POST to Meta, committed before it leaves. Its id travels as biz_opaque_callback_data.
create table send_attempts (
    tenant_id uuid not null,
    id uuid not null default uuidv7(),
    message_id uuid not null,
    conversation_id uuid not null,
    account_id uuid not null,
    number smallint not null default 1,
    state text not null check (state in ('sending', 'accepted', 'refused', 'not_sent', 'uncertain', 'settled')),
    started_at timestamptz not null default now(),
    lease_until timestamptz not null,
    finished_at timestamptz,
    http_status smallint,
    wamid text,
    error jsonb,
    primary key (tenant_id, id),
    foreign key (tenant_id, message_id) references messages (tenant_id, id) on delete cascade
);
create index send_attempts_by_message on send_attempts (tenant_id, message_id);
-- At most one message of a conversation is on its way: order is a constraint, not a lock in a process.
create unique index send_attempts_in_flight on send_attempts (tenant_id, conversation_id) where state = 'sending';
-- finished_at is null = still stands before the rest of its conversation.
create index send_attempts_blocking on send_attempts (tenant_id, conversation_id) where finished_at is null;
create index send_attempts_open on send_attempts (lease_until) where state in ('sending', 'uncertain');
