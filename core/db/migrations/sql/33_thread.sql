-- What a thread shows beside the words: that a message was passed on, the advertisement or the product it came from;
-- and the files, voices and links of a conversation, found without reading the rest of it.

alter table messages add column context jsonb;      -- {forwarded, often_forwarded, product, referral}: what there is of it

-- One index for each shelf; with RLS only operators that cannot leak are used of an index, so these are no functions.
create index messages_media on messages (tenant_id, conversation_id, at desc, id desc) where type in ('image', 'video');
create index messages_documents on messages (tenant_id, conversation_id, at desc, id desc) where type = 'document';
create index messages_sounds on messages (tenant_id, conversation_id, at desc, id desc) where type = 'audio';
create index messages_links on messages (tenant_id, conversation_id, at desc, id desc) where body ~* 'https?://';

create or replace view message_resources with (security_invoker = true) as
select m.tenant_id, m.id, m.conversation_id, m.at, jsonb_build_object(
    'id', m.id, 'conversation_id', m.conversation_id, 'wamid', m.wamid, 'direction', m.direction, 'type', m.type,
    'body', m.body, 'content', m.content, 'status', m.status, 'error', m.error, 'at', m.at,
    'context_wamid', m.context_wamid, 'context', m.context,
    'author', case when m.author_kind = 'customer' then null
        else jsonb_build_object('kind', m.author_kind, 'id', m.author_id,
            'name', (select u.name from memberships u where u.tenant_id = m.tenant_id and u.user_id = m.author_id)) end,
    'participant', case when m.in_group and m.contact_id is not null then (
        select jsonb_build_object('id', c.id, 'name', c.display_name) from contacts c
        where c.tenant_id = m.tenant_id and c.id = m.contact_id) end,
    'timestamps', jsonb_strip_nulls(jsonb_build_object('created', m.created_at, 'queued', m.queued_at,
        'accepted', m.accepted_at, 'sent', m.sent_at, 'delivered', m.delivered_at, 'read', m.read_at,
        'played', m.played_at, 'failed', m.failed_at)),
    'edited_at', m.edited_at, 'revoked_at', m.revoked_at, 'original', m.original, 'receipts', m.receipts,
    'attachments', case when m.type in ('text', 'reaction', 'location', 'contacts', 'button')
        or m.revoked_at is not null then '[]'::jsonb
        else coalesce((select jsonb_agg(attachment_resource(a) order by a.id)
        from attachments a where a.tenant_id = m.tenant_id and a.message_id = m.id), '[]'::jsonb) end,
    'version', m.version) as resource
from messages m;
