-- What the API shows and events carry, made in one place. security_invoker: a view runs with its reader's rights,
-- otherwise it would leak every tenant's rows.

create view contact_resources with (security_invoker = true) as
select c.tenant_id, c.id, jsonb_build_object(
    'id', c.id, 'name', c.display_name, 'given_name', c.name, 'profile_name', c.profile_name,
    'phone', c.phone, 'bsuid', c.bsuid, 'username', c.username, 'locale', c.locale,
    'created_at', c.created_at, 'updated_at', c.updated_at, 'version', c.version) as resource
from contacts c;

create view message_resources with (security_invoker = true) as
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
    'attachments', case when m.type in ('text', 'reaction', 'location', 'contacts', 'interactive', 'button') then '[]'::jsonb
        else coalesce((select jsonb_agg(jsonb_build_object('id', a.id, 'kind', a.kind, 'mime_type', a.mime_type,
            'filename', a.filename, 'size', a.size, 'voice', a.voice, 'state', a.state) order by a.id)
        from attachments a where a.tenant_id = m.tenant_id and a.message_id = m.id), '[]'::jsonb) end,
    'version', m.version) as resource
from messages m;

create view conversation_resources with (security_invoker = true) as
select v.tenant_id, v.id, v.status, v.assignee_id, v.account_id, v.contact_id, v.last_message_at, jsonb_build_object(
    'id', v.id, 'status', v.status, 'snoozed_until', v.snoozed_until,
    'assignee', case when v.assignee_id is null then null else jsonb_build_object('id', v.assignee_id,
        'name', (select u.name from memberships u where u.tenant_id = v.tenant_id and u.user_id = v.assignee_id)) end,
    'account', jsonb_build_object('id', a.id, 'phone_number_id', a.phone_number_id,
        'display_phone_number', a.display_phone_number, 'verified_name', a.verified_name),
    'contact', jsonb_build_object('id', c.id, 'name', c.display_name, 'phone', c.phone, 'bsuid', c.bsuid,
        'username', c.username, 'version', c.version),
    'unread', v.unread_count, 'last_message_at', v.last_message_at, 'last_inbound_at', v.last_inbound_at,
    'window_expires_at', v.last_inbound_at + interval '24 hours',
    'last_message', case when m.id is null then null else jsonb_build_object('id', m.id, 'direction', m.direction,
        'type', m.type, 'preview', left(m.body, 160), 'status', m.status, 'at', m.at) end,
    'created_at', v.created_at, 'updated_at', v.updated_at, 'version', v.version) as resource
from conversations v
join accounts a on a.tenant_id = v.tenant_id and a.id = v.account_id
join contacts c on c.tenant_id = v.tenant_id and c.id = v.contact_id
left join messages m on m.tenant_id = v.tenant_id and m.id = v.last_message_id;
