-- Isolation of the second part's tables, and the wall between members: who sees which conversations.

select protect_tenant_table(t::regclass) from unnest(array[
    'roles', 'teams', 'team_members', 'invitations', 'data_keys', 'exports', 'idempotency_keys', 'audit_log',
    'audit_heads', 'meta_apps']) t;

revoke update, delete on data_keys from comptoir_app;
-- Whatever seals first for a tenant makes its key; the keys that sign and audit are the system role's to make.
create policy sealing on data_keys as restrictive for insert to comptoir_app with check (purpose = 'seal');
revoke insert, update, delete on meta_apps, roles, teams, team_members, invitations, api_keys from comptoir_app;
revoke update, delete, truncate on audit_log from comptoir_app, comptoir_sys;
revoke update, delete, truncate on audit_heads from comptoir_app;
revoke delete, truncate on audit_heads from comptoir_sys;
grant all on password_resets, recovery_codes, passkeys, login_challenges, token_families, refresh_tokens to comptoir_sys;

-- Set at every acquire by core.db.pool, from the scope of the request or socket. Nothing set: the kernel's own work.
create function current_member() returns uuid language sql stable parallel safe
    return nullif(current_setting('app.member_id', true), '')::uuid;
create function current_sees() returns text language sql stable parallel safe
    return coalesce(nullif(current_setting('app.sees', true), ''), 'all');

-- The one place that says which conversations a member sees; lists, searches, sockets and exports all pass here.
-- Writing one out of one's own sight is allowed: giving a conversation away is work.
create policy visibility on conversations as restrictive to comptoir_app
    using ((select current_sees()) = 'all'
        or assignee_id = (select current_member())
        or ((select current_sees()) = 'team' and team_id = any (array(
            select m.team_id from team_members m where m.user_id = (select current_member())))))
    with check (true);
create policy visibility on messages as restrictive to comptoir_app
    using ((select current_sees()) = 'all'
        or exists (select from conversations v where v.tenant_id = messages.tenant_id and v.id = conversation_id))
    with check (true);
create policy visibility on attachments as restrictive to comptoir_app
    using ((select current_sees()) = 'all'
        or exists (select from messages m where m.tenant_id = attachments.tenant_id and m.id = message_id))
    with check (true);
create policy visibility on send_attempts as restrictive to comptoir_app
    using ((select current_sees()) = 'all'
        or exists (select from conversations v where v.tenant_id = send_attempts.tenant_id and v.id = conversation_id))
    with check (true);
