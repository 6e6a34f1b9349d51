-- What a tenant itself keeps of its contacts, in tables of plugins (comptoir_sdk.migrations.FilterableFields): two values
-- are one where they differ by case and by the width of letters alone. A digest, for a value may be longer than what an
-- index holds, and of a type whose comparison row-level security lets through to an index.
create function field_key(p_value text) returns uuid language sql immutable strict parallel safe
return md5(lower(trim(normalize(p_value, nfkc)) collate "pg_c_utf8"))::uuid;

-- A deleted tag is seen nowhere from that moment; it is taken off its conversations behind that (core.messaging.tag_removal).
alter table tags add column deleted_at timestamptz;
drop index tags_by_name;
create unique index tags_by_name on tags (tenant_id, lower(name)) where deleted_at is null;

-- As before, without tags that are deleted.
create or replace view conversation_resources with (security_invoker = true) as
select v.tenant_id, v.id, v.status, v.assignee_id, v.account_id, v.contact_id, v.last_message_at, jsonb_build_object(
    'id', v.id, 'kind', v.kind, 'status', v.status, 'snoozed_until', v.snoozed_until,
    'assignee', case when v.assignee_id is null then null else jsonb_build_object('id', v.assignee_id,
        'name', (select u.name from memberships u where u.tenant_id = v.tenant_id and u.user_id = v.assignee_id)) end,
    'team', case when v.team_id is null then null else jsonb_build_object('id', v.team_id,
        'name', (select t.name from teams t where t.tenant_id = v.tenant_id and t.id = v.team_id)) end,
    'account', jsonb_build_object('id', a.id, 'phone_number_id', a.phone_number_id,
        'display_phone_number', a.display_phone_number, 'verified_name', a.verified_name),
    'contact', case when v.contact_id is null then null else jsonb_build_object('id', c.id, 'name', c.display_name,
        'phone', c.phone, 'bsuid', c.bsuid, 'username', c.username, 'version', c.version) end,
    'group', case when v.contact_id is null then group_resource(v.tenant_id, v.id) end,
    'blocked_at', (select b.blocked_at from contact_blocks b
        where b.tenant_id = v.tenant_id and b.account_id = v.account_id and b.contact_id = v.contact_id),
    'tags', case when v.tag_ids = '{}' then '[]'::jsonb else coalesce((
        select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'colour', t.colour) order by lower(t.name), t.id)
        from tags t where t.tenant_id = v.tenant_id and t.id = any (v.tag_ids) and t.deleted_at is null),
        '[]'::jsonb) end,
    'priority', v.priority, 'waiting_since', case when v.status <> 'closed' then v.waiting_since end,
    'unread', v.unread_count, 'last_message_at', v.last_message_at, 'last_inbound_at', v.last_inbound_at,
    'window_expires_at', v.last_inbound_at + interval '24 hours',
    'last_message', case when m.id is null then null else jsonb_build_object('id', m.id, 'direction', m.direction,
        'type', m.type, 'preview', left(m.body, 160), 'status', m.status, 'at', m.at, 'revoked_at', m.revoked_at) end,
    'created_at', v.created_at, 'updated_at', v.updated_at, 'version', v.version) as resource, v.team_id, v.kind
from conversations v
join accounts a on a.tenant_id = v.tenant_id and a.id = v.account_id
left join contacts c on c.tenant_id = v.tenant_id and c.id = v.contact_id
left join messages m on m.tenant_id = v.tenant_id and m.id = v.last_message_id;
