-- What lists of conversations are made of besides status and receivers: tags, priority, and since when a customer waits.

create table tags (
    tenant_id uuid not null references tenants (id) on delete cascade,
    id uuid not null default uuidv7(),
    name text not null,
    -- A token of the screens' palette, which has it for light and for dark.
    colour text not null check (colour in ('grey', 'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'violet', 'pink')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version integer not null default 1,
    primary key (tenant_id, id)
);
create unique index tags_by_name on tags (tenant_id, lower(name));

-- answered_at: when we last answered. waiting_since: the first message of the customer after that; a closed conversation
-- keeps it, for whoever opens it again without an answer, and shows none.
alter table conversations
    add column priority text not null default 'none' check (priority in ('none', 'low', 'normal', 'high', 'urgent')),
    add column tag_ids uuid[] not null default '{}',
    add column answered_at timestamptz,
    add column waiting_since timestamptz;

-- The conversations of a tag, in the orders of the lists: kept by the trigger below from `tag_ids`, which are what a
-- resource shows. The foreign keys hold `tag_ids` to tags that there are.
create table conversation_tags (
    tenant_id uuid not null,
    conversation_id uuid not null,
    tag_id uuid not null,
    status text not null,
    last_message_at timestamptz not null,
    waiting_since timestamptz,
    primary key (tenant_id, conversation_id, tag_id),
    foreign key (tenant_id, conversation_id) references conversations (tenant_id, id) on delete cascade,
    foreign key (tenant_id, tag_id) references tags (tenant_id, id) on delete cascade
);
create index conversation_tags_latest
    on conversation_tags (tenant_id, tag_id, status, last_message_at desc, conversation_id desc);
create index conversation_tags_waiting
    on conversation_tags (tenant_id, tag_id, status, waiting_since, conversation_id) where waiting_since is not null;

select protect_tenant_table(t::regclass) from unnest(array['tags', 'conversation_tags']) t;

create function keep_conversation_tags() returns trigger language plpgsql as $$
begin
    if old.tag_ids <> new.tag_ids then
        delete from conversation_tags
        where tenant_id = new.tenant_id and conversation_id = new.id and tag_id <> all (new.tag_ids);
    end if;
    insert into conversation_tags (tenant_id, conversation_id, tag_id, status, last_message_at, waiting_since)
    select new.tenant_id, new.id, tag_id, new.status, new.last_message_at,
        case when new.status <> 'closed' then new.waiting_since end
    from unnest(new.tag_ids) tag_id
    on conflict (tenant_id, conversation_id, tag_id) do update set status = excluded.status,
        last_message_at = excluded.last_message_at, waiting_since = excluded.waiting_since;
    return null;
end $$;
create trigger conversation_tags_kept
after update of tag_ids, status, last_message_at, waiting_since on conversations for each row
when (old.tag_ids <> new.tag_ids or (new.tag_ids <> '{}'
    and (old.status, old.last_message_at, old.waiting_since)
        is distinct from (new.status, new.last_message_at, new.waiting_since)))
execute function keep_conversation_tags();

-- One index for each way of looking. A list of several statuses is merged from one piece for each.
create index conversations_by_account on conversations (tenant_id, account_id, status, last_message_at desc, id desc);
create index conversations_by_priority on conversations (tenant_id, priority, status, last_message_at desc, id desc)
    where priority <> 'none';
create index conversations_unread on conversations (tenant_id, status, last_message_at desc, id desc)
    where unread_count > 0;
create index conversations_by_window on conversations (tenant_id, last_inbound_at) where last_inbound_at is not null;
drop index conversations_of_groups;
create index conversations_of_groups on conversations (tenant_id, status, last_message_at desc, id desc)
    where kind = 'group';
-- Who waits, the longest first. Small: whoever was answered is not in them.
create index conversations_waiting on conversations (tenant_id, status, waiting_since, id)
    where waiting_since is not null and status <> 'closed';
create index conversations_waiting_by_assignee on conversations (tenant_id, assignee_id, status, waiting_since, id)
    where waiting_since is not null and status <> 'closed';
create index conversations_waiting_by_team on conversations (tenant_id, team_id, status, waiting_since, id)
    where waiting_since is not null and status <> 'closed' and team_id is not null;

-- Conversations from before this: our last answer, and the first message of the customer after it.
alter table conversations no force row level security;
alter table messages no force row level security;
update conversations v set answered_at = a.at, waiting_since = (
    select min(m.at) from messages m where m.tenant_id = v.tenant_id and m.conversation_id = v.id
        and m.direction = 'inbound' and m.type not in ('reaction', 'system') and m.at >= coalesce(a.at, '-infinity'))
from (select tenant_id, id from conversations where status <> 'closed') o
cross join lateral (select max(m.at) as at from messages m
    where m.tenant_id = o.tenant_id and m.conversation_id = o.id and m.direction = 'outbound'
        and m.author_kind <> 'automation' and m.type <> 'reaction') a
where v.tenant_id = o.tenant_id and v.id = o.id;
alter table messages force row level security;
alter table conversations force row level security;

-- Its tags, by name; its priority; since when the customer waits.
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
        from tags t where t.tenant_id = v.tenant_id and t.id = any (v.tag_ids)), '[]'::jsonb) end,
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
