-- Groups: conversations of a number with several people at once. Whoever writes in one is a contact, as in a
-- conversation with one person; what they wrote there is theirs, and goes with them.

alter table conversations
    alter column contact_id drop not null,
    add column kind text not null default 'person' check (kind in ('person', 'group')),
    add constraint conversations_whom check ((kind = 'person') = (contact_id is not null));
create index conversations_of_groups on conversations (tenant_id, last_message_at desc, id desc) where kind = 'group';

-- contact_id of a message in a group: who of them wrote it; null for what we wrote.
alter table messages
    alter column contact_id drop not null,
    add column in_group boolean not null default false,
    add constraint messages_whom check (in_group or contact_id is not null);
create index messages_of_participants on messages (tenant_id, contact_id) where in_group;

-- told_at: {column: seconds of Meta's clock}, so that the newest word stays, whatever comes last.
create table groups (
    tenant_id uuid not null,
    conversation_id uuid not null,
    account_id uuid not null,
    group_id text not null,                     -- Meta's
    subject text,
    description text,
    invite_link text,
    join_approval_mode text,
    state text not null default 'active' check (state in ('active', 'suspended', 'deleted')),
    told_at jsonb not null default '{}',
    primary key (tenant_id, conversation_id),
    unique (tenant_id, account_id, group_id),
    foreign key (tenant_id, conversation_id) references conversations (tenant_id, id) on delete cascade,
    foreign key (tenant_id, account_id) references accounts (tenant_id, id) on delete cascade
);
create index groups_by_subject on groups (tenant_id, lower(subject), conversation_id) where subject is not null;

-- Somebody is in the group when what last showed them there (they joined, or wrote) is newer than their leaving.
create table group_participants (
    tenant_id uuid not null,
    conversation_id uuid not null,
    contact_id uuid not null,
    seen_at timestamptz,
    left_at timestamptz,
    primary key (tenant_id, conversation_id, contact_id),
    foreign key (tenant_id, conversation_id) references conversations (tenant_id, id) on delete cascade,
    foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade
);
create index group_participants_by_contact on group_participants (tenant_id, contact_id);

select protect_tenant_table(t::regclass) from unnest(array['groups', 'group_participants']) t;
revoke insert, update, delete on groups, group_participants from comptoir_app;

-- A participant is erased by name: their phone in its one spelling, or their user id.
create index message_receipts_by_participant on message_receipts (tenant_id, participant);
grant delete on message_receipts to comptoir_app;

create function group_resource(p_tenant_id uuid, p_conversation_id uuid) returns jsonb language sql stable parallel safe
    return (select jsonb_build_object('id', g.group_id, 'subject', g.subject, 'description', g.description,
        'invite_link', g.invite_link, 'join_approval_mode', g.join_approval_mode, 'state', g.state,
        'participants', coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'name', c.display_name,
                'phone', c.phone, 'bsuid', c.bsuid, 'username', c.username) order by c.id)
            from group_participants p join contacts c on c.tenant_id = p.tenant_id and c.id = p.contact_id
            where p.tenant_id = g.tenant_id and p.conversation_id = g.conversation_id
                and (p.left_at is null or p.seen_at > p.left_at)), '[]'::jsonb))
    from groups g where g.tenant_id = p_tenant_id and g.conversation_id = p_conversation_id);

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
    'unread', v.unread_count, 'last_message_at', v.last_message_at, 'last_inbound_at', v.last_inbound_at,
    'window_expires_at', v.last_inbound_at + interval '24 hours',
    'last_message', case when m.id is null then null else jsonb_build_object('id', m.id, 'direction', m.direction,
        'type', m.type, 'preview', left(m.body, 160), 'status', m.status, 'at', m.at, 'revoked_at', m.revoked_at) end,
    'created_at', v.created_at, 'updated_at', v.updated_at, 'version', v.version) as resource, v.team_id, v.kind
from conversations v
join accounts a on a.tenant_id = v.tenant_id and a.id = v.account_id
left join contacts c on c.tenant_id = v.tenant_id and c.id = v.contact_id
left join messages m on m.tenant_id = v.tenant_id and m.id = v.last_message_id;

-- `participant`: who of a group wrote it.
create or replace view message_resources with (security_invoker = true) as
select m.tenant_id, m.id, m.conversation_id, m.at, jsonb_build_object(
    'id', m.id, 'conversation_id', m.conversation_id, 'wamid', m.wamid, 'direction', m.direction, 'type', m.type,
    'body', m.body, 'content', m.content, 'status', m.status, 'error', m.error, 'at', m.at,
    'context_wamid', m.context_wamid,
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
    'attachments', case when m.type in ('text', 'reaction', 'location', 'contacts', 'interactive', 'button')
        or m.revoked_at is not null then '[]'::jsonb
        else coalesce((select jsonb_agg(attachment_resource(a) order by a.id)
        from attachments a where a.tenant_id = m.tenant_id and a.message_id = m.id), '[]'::jsonb) end,
    'version', m.version) as resource
from messages m;
