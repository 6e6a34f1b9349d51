-- The database isolates tenants. protect_tenant_table is also what plugins' migrations call (comptoir_sdk.migrations).
-- The (select …) makes the comparison an InitPlan: evaluated once a query. No tenant set = no rows.
create function current_tenant() returns uuid language sql stable parallel safe
    return nullif(current_setting('app.tenant_id', true), '')::uuid;

create function protect_tenant_table(target regclass, tenant_column name default 'tenant_id') returns void
language plpgsql as $$
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format('create policy tenant_isolation on %s using (%I = (select current_tenant())) '
        'with check (%I = (select current_tenant()))', target, tenant_column, tenant_column);
    execute format('grant select, insert, update, delete on %s to comptoir_app', target);
    execute format('grant all on %s to comptoir_sys', target);
end $$;

select protect_tenant_table('tenants', 'id');
select protect_tenant_table(t::regclass) from unnest(array[
    'memberships', 'api_keys', 'accounts', 'contacts', 'contact_identities', 'conversations', 'messages',
    'attachments', 'parked_statuses', 'send_attempts', 'quarantine', 'event_outbox', 'event_heads', 'event_log',
    'jobs', 'plugin_cursors', 'plugin_failures', 'plugin_settings']) t;

-- What the tenant's role may not do although the rows are its own.
revoke insert, delete on tenants from comptoir_app;
revoke insert, update, delete on memberships, accounts, quarantine, event_log, event_heads from comptoir_app;
revoke select, update, delete on event_outbox from comptoir_app;

grant usage on sequence event_outbox_id to comptoir_app;
grant select on installation to comptoir_app;
grant select on contact_resources, message_resources, conversation_resources to comptoir_app, comptoir_sys;
-- People, sessions, apps and the journal are read before a tenant is known: by the system role alone.
grant all on users, sessions, meta_apps, journal, journal_pending, cron_ticks, installation to comptoir_sys;
grant usage on all sequences in schema public to comptoir_sys;
