-- Media that never goes missing: why a file could not be fetched, its small pictures and waves, files that somebody
-- sends, and Meta's ids of those.

-- A file without a message was uploaded to be sent. Several rows may name one object: the same bytes are kept once.
alter table attachments
    alter column message_id drop not null,
    add column failure text check (failure in ('expired', 'gone', 'no_id', 'too_large', 'unreachable', 'lost')),
    add column source_id uuid,                  -- the attachment that was sent: its bytes are this row's bytes
    add column uploaded_by uuid,                -- the member; null for API keys and automations
    add column thumbnail_key text,
    add column preview jsonb,                   -- {width, height, duration, waveform}: what is known of it
    add column preview_due_at timestamptz,      -- when to make the preview; null: made, or not to be made
    add column preview_attempts smallint not null default 0,
    add constraint attachments_uploader foreign key (tenant_id, uploaded_by)
        references memberships (tenant_id, user_id) on delete set null (uploaded_by);
create index attachments_by_uploader on attachments (tenant_id, uploaded_by) where uploaded_by is not null;
create index attachments_preview_due on attachments (preview_due_at) where preview_due_at is not null;
-- The order of a store's listing, whatever the language of the database.
create index attachments_by_key on attachments (tenant_id, storage_key collate "C") where storage_key is not null;
create index attachments_by_thumbnail on attachments (tenant_id, thumbnail_key collate "C")
    where thumbnail_key is not null;
create index attachments_by_source on attachments (tenant_id, source_id) where source_id is not null;
create index attachments_unsent on attachments (created_at) where message_id is null;

-- What a member uploads is not shown to colleagues of limited sight; what hangs on a message goes with that message.
create policy visibility_by_uploader on attachments as restrictive to comptoir_app
    using (case when (select current_sees()) = 'all' then true when message_id is not null then true
        when uploaded_by = (select current_member()) then true end is not null)
    with check (true);

-- Meta's id of a file that was uploaded for a number: one for each, good for 30 days.
create table media_ids (
    tenant_id uuid not null,
    account_id uuid not null,
    sha256 text not null,                       -- hexadecimal
    mime_type text not null,
    media_id text,                              -- null while somebody uploads it
    pushing_until timestamptz,                  -- their lease
    expires_at timestamptz,
    primary key (tenant_id, account_id, sha256, mime_type),
    foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade
);
create index media_ids_by_age on media_ids (expires_at);
select protect_tenant_table('media_ids');
revoke insert, update, delete on media_ids from comptoir_app;

-- How far the comparison of the store with the rows has come. `found` is the report so far.
create table storage_sweeps (
    tenant_id uuid not null references tenants (id) on delete cascade,
    began_at timestamptz not null default now(),
    after_key text not null default '',
    found jsonb not null default '{}',
    finished_at timestamptz,
    primary key (tenant_id)
);
select protect_tenant_table('storage_sweeps');
revoke insert, update, delete on storage_sweeps from comptoir_app;

-- A file that waits rings for the workers at the commit that made it.
create function ring_for_media() returns trigger language plpgsql as $$
begin
    if exists (select from fresh where state = 'pending') then
        perform pg_notify('media', '');
    end if;
    return null;
end $$;
create trigger attachments_ring after insert on attachments referencing new table as fresh
    for each statement execute function ring_for_media();

-- An attachment as the API shows it.
create function attachment_resource(a attachments) returns jsonb language sql stable parallel safe
    return jsonb_build_object('id', a.id, 'kind', a.kind, 'mime_type', a.mime_type, 'filename', a.filename,
        'size', a.size, 'voice', a.voice, 'state', a.state, 'failure', a.failure,
        'thumbnail', a.thumbnail_key is not null,
        'width', a.preview -> 'width', 'height', a.preview -> 'height', 'duration', a.preview -> 'duration',
        'waveform', a.preview -> 'waveform');

-- A message that its author took back shows nothing of itself: body, content and attachments are empty, `original` says
-- what had been written.
create or replace view message_resources with (security_invoker = true) as
select m.tenant_id, m.id, m.conversation_id, m.at, jsonb_build_object(
    'id', m.id, 'conversation_id', m.conversation_id, 'wamid', m.wamid, 'direction', m.direction, 'type', m.type,
    'body', m.body, 'content', m.content, 'status', m.status, 'error', m.error, 'at', m.at,
    'context_wamid', m.context_wamid,
    'author', case when m.author_kind = 'customer' then null
        else jsonb_build_object('kind', m.author_kind, 'id', m.author_id,
            'name', (select u.name from memberships u where u.tenant_id = m.tenant_id and u.user_id = m.author_id)) end,
    'timestamps', jsonb_strip_nulls(jsonb_build_object('created', m.created_at, 'queued', m.queued_at,
        'accepted', m.accepted_at, 'sent', m.sent_at, 'delivered', m.delivered_at, 'read', m.read_at,
        'played', m.played_at, 'failed', m.failed_at)),
    'edited_at', m.edited_at, 'revoked_at', m.revoked_at, 'original', m.original, 'receipts', m.receipts,
    'attachments', case when m.type in ('text', 'reaction', 'location', 'contacts', 'interactive', 'button')
        or m.revoked_at is not null then '[]'::jsonb
        else coalesce((select jsonb_agg(attachment_resource(a) order by a.id)
        from attachments a where a.tenant_id = m.tenant_id and a.message_id = m.id), '[]'::jsonb) end,
    'version', m.version) as resource
from messages m;
