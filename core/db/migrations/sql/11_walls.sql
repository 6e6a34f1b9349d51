-- Isolation of the second part's tables, and the wall between members: who sees which conversations.

select protect_tenant_table(t::regclass) from unnest(array[
    'roles', 'teams', 'team_members', 'invitations', 'data_keys', 'exports', 'idempotency_keys', 'audit_log',
    'audit_heads', 'meta_apps']) t;

revoke update on tenants from comptoir_app;
grant update (name, locale, timezone, hue, business_hours, updated_at, version) on tenants to comptoir_app;
revoke update, delete on data_keys from comptoir_app;
-- Whatever seals first for a tenant makes its key; the keys that sign and audit are the system role's to make.
create policy sealing on data_keys as restrictive for insert to comptoir_app with check (purpose = 'seal');
revoke insert, update, delete on meta_apps, roles, teams, team_members, invitations, api_keys from comptoir_app;
revoke update, delete, truncate on audit_log from comptoir_app, comptoir_sys;
revoke update, delete, truncate on audit_heads from comptoir_app;
revoke delete, truncate on audit_heads from comptoir_sys;

-- The one way in which entries go: a whole chain, with its tenant, a batch at a time. Runs as the owner, whom row-level
-- security holds too.
create function erase_audit(p_tenant uuid, p_limit integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    gone integer;
begin
    perform set_config('app.tenant_id', p_tenant::text, true);
    if not exists (select from tenants where id = p_tenant and status = 'closing') then
        raise insufficient_privilege using message = format('the tenant %s is not closing: its log stays', p_tenant);
    end if;
    delete from audit_log where ctid = any(array(select ctid from audit_log where chain = p_tenant limit p_limit));
    get diagnostics gone = row_count;
    if gone < p_limit then
        delete from audit_heads where chain = p_tenant;
    end if;
    perform set_config('app.tenant_id', '', true);
    return gone;
end $$;
revoke execute on function erase_audit from public;
grant execute on function erase_audit to comptoir_sys;

grant all on password_resets, recovery_codes, passkeys, login_challenges, token_families, refresh_tokens to comptoir_sys;

-- Set at every acquire by core.db.pool, from the scope of the request or socket. Nothing set: the kernel's own work.
create function current_member() returns uuid language sql stable parallel safe
    return nullif(current_setting('app.member_id', true), '')::uuid;
create function current_sees() returns text language sql stable parallel safe
    return coalesce(nullif(current_setting('app.sees', true), ''), 'all');

-- The one place that says which conversations a member sees; lists, searches, sockets and exports all pass here.
-- `case … end is not null`: the planner takes that to be true of nearly every row, and so plans for those who see all
-- (almost everybody) as if there were no wall. It takes a chain of `or` to be true of one row in a hundred, and then
-- plans anew at every execution. Limited members' lists bring an index condition of their own (core.messaging.sight).
create policy visibility on conversations as restrictive to comptoir_app
    using (case when (select current_sees()) = 'all' then true
        when assignee_id = (select current_member()) then true
        when (select current_sees()) = 'team' and team_id = any (array(
            select m.team_id from team_members m where m.user_id = (select current_member()))) then true
        end is not null)
    with check (true);

-- Functions and not subqueries: a subquery's own policies would be planned with every statement, for everybody.
create function sees_conversation(p_tenant_id uuid, p_id uuid) returns boolean language sql stable parallel safe as $$
    select exists (select from conversations v where v.tenant_id = p_tenant_id and v.id = p_id) $$;
create function sees_message(p_tenant_id uuid, p_id uuid) returns boolean language sql stable parallel safe as $$
    select exists (select from messages m where m.tenant_id = p_tenant_id and m.id = p_id) $$;

-- Whatever hangs on a conversation or a message is seen by those who see that.
create function hide_with_conversation(target regclass) returns void language plpgsql as $$
declare
    key record;
begin
    for key in
        select a.attname as own, case c.confrelid when 'messages'::regclass then 'message' else 'conversation' end as noun
        from pg_constraint c
        join unnest(c.conkey, c.confkey) k(own, theirs) on true
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.own
        join pg_attribute f on f.attrelid = c.confrelid and f.attnum = k.theirs and f.attname = 'id'
        where c.contype = 'f' and c.conrelid = target
            and c.confrelid in ('conversations'::regclass, 'messages'::regclass)
    loop
        execute format('create policy %I on %s as restrictive to comptoir_app using (case '
            'when (select current_sees()) = ''all'' then true when %I is null then true '
            'when %I(tenant_id, %I) then true end is not null) with check (true)',
            'visibility_by_' || key.own, target, key.own, 'sees_' || key.noun, key.own);
    end loop;
end $$;

select hide_with_conversation(t) from (select distinct conrelid::regclass as t from pg_constraint
    where contype = 'f' and confrelid in ('conversations'::regclass, 'messages'::regclass));

-- The same for the tables of plugins that come later, after their foreign keys (comptoir_sdk.migrations).
create or replace function protect_tenant_table(target regclass, tenant_column name default 'tenant_id') returns void
language plpgsql as $$
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format('create policy tenant_isolation on %s using (%I = (select current_tenant())) '
        'with check (%I = (select current_tenant()))', target, tenant_column, tenant_column);
    execute format('grant select, insert, update, delete on %s to comptoir_app', target);
    execute format('grant all on %s to comptoir_sys', target);
    perform hide_with_conversation(target);
end $$;
