-- The audit log: one chain for each tenant, and one for the installation (chain = the nil UUID). Entries name people by
-- id only, so that erasing a person leaves the chain whole. Nobody but the owner role may change or delete an entry.
create table audit_log (
    chain uuid not null,
    n bigint not null,                  -- dense from 1
    tenant_id uuid generated always as (nullif(chain, '00000000-0000-0000-0000-000000000000')) stored
        references tenants (id) on delete cascade,
    at timestamptz not null,
    actor_kind text not null check (actor_kind in ('member', 'api_key', 'plugin', 'operator', 'system', 'stranger')),
    actor_id text,                      -- a user's or key's id, a plugin's name
    ip inet,
    request_id text,
    action text not null,               -- noun.verb: member.invited, contact.updated
    subject_kind text not null,
    subject_id text,
    changes jsonb not null default '{}',  -- {field: [before, after]}; personal fields without their values
    prev_hash bytea not null,
    hash bytea not null,                -- SHA-256 over prev_hash and the entry's canonical JSON (core.audit.chain)
    primary key (chain, n)
);
create index audit_log_by_time on audit_log (chain, at desc, n desc);
create index audit_log_by_action on audit_log (chain, action, n desc);
create index audit_log_by_subject on audit_log (chain, subject_kind, subject_id, n desc);
create index audit_log_by_actor on audit_log (chain, actor_id, n desc);

-- Where each chain ends, sealed with a key that is not in the database: a cut tail and a rewritten chain both show.
create table audit_heads (
    chain uuid primary key,
    tenant_id uuid generated always as (nullif(chain, '00000000-0000-0000-0000-000000000000')) stored
        references tenants (id) on delete cascade,
    n bigint not null,                  -- 0: nothing sealed yet
    hash bytea not null,
    mac bytea not null,                 -- HMAC-SHA-256 of chain, n and hash
    at timestamptz not null
);

-- Appends one entry, and tells it as an event. One writer at a time in each chain, until its transaction ends.
create function audit_append(
    p_chain uuid, p_actor_kind text, p_actor_id text, p_ip inet, p_request_id text, p_action text,
    p_subject_kind text, p_subject_id text, p_changes jsonb) returns bigint language plpgsql as $$
declare
    entry audit_log;
begin
    perform pg_advisory_xact_lock(hashtextextended('audit ' || p_chain, 0));
    select n + 1, hash into entry.n, entry.prev_hash from audit_log where chain = p_chain order by n desc limit 1;
    entry.n := coalesce(entry.n, 1);
    entry.prev_hash := coalesce(entry.prev_hash, decode(repeat('00', 32), 'hex'));
    entry.at := clock_timestamp();
    insert into audit_log (chain, n, at, actor_kind, actor_id, ip, request_id, action, subject_kind, subject_id, changes,
        prev_hash, hash)
    values (p_chain, entry.n, entry.at, p_actor_kind, p_actor_id, p_ip, p_request_id, p_action, p_subject_kind,
        p_subject_id, p_changes, entry.prev_hash, sha256(entry.prev_hash || convert_to(jsonb_build_object(
            'chain', p_chain, 'n', entry.n,
            'at', to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
            'actor_kind', p_actor_kind, 'actor_id', p_actor_id, 'ip', host(p_ip), 'request_id', p_request_id,
            'action', p_action, 'subject_kind', p_subject_kind, 'subject_id', p_subject_id,
            'changes', p_changes)::text, 'UTF8')));
    if entry.n = 1 then
        insert into audit_heads (chain, n, hash, mac, at) values (p_chain, 0, '', '', entry.at);
    end if;
    if p_chain <> '00000000-0000-0000-0000-000000000000' then
        insert into event_outbox (tenant_id, type, payload) values (p_chain, 'audit.recorded', jsonb_build_object(
            'n', entry.n, 'at', entry.at, 'actor', jsonb_build_object('kind', p_actor_kind, 'id', p_actor_id),
            'action', p_action, 'subject', jsonb_build_object('kind', p_subject_kind, 'id', p_subject_id),
            'changes', p_changes));
        perform pg_notify('outbox', '');
    end if;
    return entry.n;
end $$;
