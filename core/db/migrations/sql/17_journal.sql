-- The journal by days, and what each delivery said: found again by wamid, phone or time, replayed, dropped when old.

-- journal_pending names the day as well, so that intake looks at one partition for each delivery.
alter table journal_pending add column received_at timestamptz;
update journal_pending p set received_at = j.received_at from journal j where j.id = p.id;
alter table journal_pending alter column received_at set not null, alter column received_at set default now();

-- A foreign key would forbid to drop a day. Retention keeps aside whatever an open row still points at.
alter table quarantine drop constraint quarantine_delivery_id_fkey,
    add column wamid text,
    add column phone text,              -- canonical
    add column dismissed_at timestamptz,
    add column dismissed_by text,
    add column note text;
create index quarantine_open on quarantine (reason, id) where replayed_at is null and dismissed_at is null;
create index quarantine_by_delivery on quarantine (delivery_id);
create index quarantine_by_wamid on quarantine (wamid) where wamid is not null;
create index quarantine_by_phone on quarantine (phone) where phone is not null;

alter table journal rename to journal_before;
alter table journal_before rename constraint journal_pkey to journal_before_id;
alter table journal_before alter column id drop identity;
create table journal (
    id bigint generated always as identity,
    app_slug text not null,
    received_at timestamptz not null default now(),
    headers jsonb not null,
    body bytea not null,
    primary key (id, received_at)
) partition by range (received_at);
-- A clock that jumped, or a worker that was off for a week, refuses no delivery. Also what outlives its day is kept here.
create table journal_default partition of journal default;

-- One row for each item of a delivery and the tenant it belongs to, written by intake with what it tells of.
-- No foreign key to tenants: intake has just found the tenant, and erasure empties every table that names one.
create table journal_traces (
    tenant_id uuid not null,
    delivery_id bigint not null,
    received_at timestamptz not null,   -- the delivery's
    item bigint not null,               -- of the item's kind and content: the same whenever it is read again
    kind text not null check (kind in ('message', 'status', 'field', 'malformed')),
    what text not null,                 -- the message's type, the status, the field
    wamid text,
    phone text,                         -- canonical
    outcome text not null check (outcome in ('applied', 'quarantined')),
    applied_at timestamptz not null default now(),
    batch bigint not null default pg_current_xact_id()::text::bigint,
    primary key (tenant_id, delivery_id, item, received_at)
) partition by range (received_at);
create index journal_traces_by_wamid on journal_traces using hash (wamid);
create index journal_traces_by_phone on journal_traces (phone, delivery_id) where phone is not null;
create table journal_traces_default partition of journal_traces default;

-- Fragments of a number are looked up among the customers', a few rows instead of one for each delivery.
create index contact_identities_fragments on contact_identities using gin (tenant_id, value gin_trgm_ops)
    where kind = 'phone';

select protect_tenant_table(t::regclass) from unnest(array['journal_traces', 'journal_traces_default']) t;
revoke all on journal_traces_default from comptoir_app;
revoke insert, update, delete on journal_traces from comptoir_app;
grant all on journal, journal_default to comptoir_sys;
grant usage on all sequences in schema public to comptoir_sys;

-- Deliveries of before this migration have no traces: what is told once of each item is not told again for them.
alter table installation add column traced_after bigint not null default 0;

-- Making a day takes three steps, for rows of that day may lie in the default partition already, and the owner, whom
-- row-level security holds too, cannot move the tenants' ones: make (owner), move (system role), attach (owner).
create function journal_make_day(p_day date) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    suffix text := to_char(p_day, 'YYYYMMDD');
begin
    execute format('create table journal_%s (like journal including defaults including storage including compression '
        'including indexes)', suffix);
    execute format('create table journal_traces_%s (like journal_traces including defaults including constraints '
        'including indexes)', suffix);
    execute format('grant all on journal_%s to comptoir_sys', suffix);
    perform protect_tenant_table(format('journal_traces_%s', suffix)::regclass);
    execute format('revoke all on journal_traces_%s from comptoir_app', suffix);
end $$;

create function journal_attach_day(p_day date) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    suffix text := to_char(p_day, 'YYYYMMDD');
    starts timestamptz := p_day::timestamp at time zone 'UTC';
    ends timestamptz := (p_day + 1)::timestamp at time zone 'UTC';
begin
    execute format('alter table journal attach partition journal_%s for values from (%L) to (%L)', suffix, starts, ends);
    execute format('alter table journal_traces attach partition journal_traces_%s for values from (%L) to (%L)',
        suffix, starts, ends);
end $$;

-- Dropping one: detach (owner), keep aside (system role), drop (owner), in one transaction.
create function journal_detach(p_suffix text) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    execute format('alter table journal detach partition %I', 'journal_' || p_suffix);
    execute format('alter table journal_traces detach partition %I', 'journal_traces_' || p_suffix);
end $$;

create function journal_drop(p_suffix text) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if p_suffix !~ '^([0-9]{8}|before)$' or exists (select from pg_class where relispartition
            and relname in ('journal_' || p_suffix, 'journal_traces_' || p_suffix)) then
        raise insufficient_privilege using message = format('journal_%s is no part of the journal that may go', p_suffix);
    end if;
    execute format('drop table %I, %I', 'journal_' || p_suffix, 'journal_traces_' || p_suffix);
end $$;

revoke execute on function journal_make_day, journal_attach_day, journal_detach, journal_drop from public;
grant execute on function journal_make_day, journal_attach_day, journal_detach, journal_drop to comptoir_sys;

-- What was there before becomes the first part, without copying a row. It ends with the day after the newest.
do $$
declare
    last bigint := coalesce((select max(id) from journal_before), 0);
    first_day date := (greatest((select max(received_at) from journal_before), now()) at time zone 'UTC')::date + 1;
    ends timestamptz := first_day::timestamp at time zone 'UTC';
begin
    perform setval(pg_get_serial_sequence('journal', 'id'), greatest(last, 1), last > 0);
    update installation set traced_after = last;
    if last = 0 then
        drop table journal_before;
        first_day := (now() at time zone 'UTC')::date;
    else
        alter table journal_before drop constraint journal_before_id;
        alter table journal_before add primary key (id, received_at);
        execute format('alter table journal attach partition journal_before for values from (minvalue) to (%L)', ends);
        create table journal_traces_before (like journal_traces including defaults including constraints including indexes);
        perform protect_tenant_table('journal_traces_before');
        revoke all on journal_traces_before from comptoir_app;
        execute format('alter table journal_traces attach partition journal_traces_before for values from (minvalue) to (%L)',
            ends);
    end if;
    for n in 0..7 loop
        perform journal_make_day(first_day + n);
        perform journal_attach_day(first_day + n);
    end loop;
end $$;

-- An operator's wish to apply deliveries once more: done by a job, a batch at a time, with what came of it.
create table journal_replays (
    id uuid primary key default uuidv7(),
    since timestamptz not null,
    until timestamptz not null,
    only_tenant uuid references tenants (id) on delete cascade,
    dry_run boolean not null,
    state text not null default 'running' check (state in ('running', 'done', 'cancelled')),
    reached bigint not null default 0,  -- the last delivery done
    last bigint not null,               -- the last there was when it began
    total bigint not null,
    deliveries bigint not null default 0,
    stored bigint not null default 0,
    changed bigint not null default 0,
    told bigint not null default 0,
    set_aside bigint not null default 0,
    asked_by text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    finished_at timestamptz
);
grant all on journal_replays to comptoir_sys;

-- When a plugin heard an event, for whoever asks what became of a message. Kept as long as deliveries are.
create table observations (
    tenant_id uuid not null references tenants (id) on delete cascade,
    seq bigint not null,
    plugin text not null,
    at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, seq, plugin)
);
create index observations_by_age on observations (at);
create index plugin_failures_by_seq on plugin_failures (tenant_id, seq);
create index event_log_by_conversation on event_log (tenant_id, conversation_id, seq) where conversation_id is not null;
select protect_tenant_table('observations');
revoke insert, update, delete on observations from comptoir_app;
