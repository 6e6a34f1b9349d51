-- `blocked_at`: since when this number hears nothing of this customer, because somebody here blocked them at Meta.
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
    'unread', v.unread_count, 'last_message_at', v.last_message_at, 'last_inbound_at', v.last_inbound_at,
    'window_expires_at', v.last_inbound_at + interval '24 hours',
    'last_message', case when m.id is null then null else jsonb_build_object('id', m.id, 'direction', m.direction,
        'type', m.type, 'preview', left(m.body, 160), 'status', m.status, 'at', m.at, 'revoked_at', m.revoked_at) end,
    'created_at', v.created_at, 'updated_at', v.updated_at, 'version', v.version) as resource, v.team_id, v.kind
from conversations v
join accounts a on a.tenant_id = v.tenant_id and a.id = v.account_id
left join contacts c on c.tenant_id = v.tenant_id and c.id = v.contact_id
left join messages m on m.tenant_id = v.tenant_id and m.id = v.last_message_id;
