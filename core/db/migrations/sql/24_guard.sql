-- What the guard knows of plugins, shared by all processes and shown to the operator. Of the installation: no tenant's
-- rows, so the system role alone. Tracebacks may quote what a customer wrote; they are kept for two weeks.
create table plugin_incidents (
    id uuid primary key default uuidv7(),
    plugin text not null,
    fingerprint text not null,                                   -- the same trouble again is counted, not written again
    kind text not null check (kind in
        ('raised', 'late', 'blocked', 'leaked', 'memory', 'load', 'migration', 'browser')),
    call text not null,                                          -- the hook, job, route or piece
    place text not null,                                         -- file:line of the plugin's own code
    told text not null,
    traceback text not null,
    process text not null,
    count bigint not null default 1,
    first_at timestamptz not null default now(),
    last_at timestamptz not null default now(),
    unique (plugin, fingerprint)
);
create index plugin_incidents_latest on plugin_incidents (plugin, last_at desc, id desc);
create index plugin_incidents_by_age on plugin_incidents (last_at);

-- One breaker for each door of a plugin (its observers, jobs, filters, …). `rests_until` null: it works.
create table plugin_breakers (
    plugin text not null,
    door text not null,
    rests_until timestamptz,
    rests integer not null default 0,
    why text not null default '',
    changed_at timestamptz not null default clock_timestamp(),
    primary key (plugin, door)
);

create table plugin_spending (
    plugin text not null,
    day date not null,
    call text not null,
    calls bigint not null,
    failures bigint not null,
    seconds float8 not null,
    longest float8 not null,
    primary key (plugin, day, call)
);
create index plugin_spending_by_day on plugin_spending (day);

grant all on plugin_incidents, plugin_breakers, plugin_spending to comptoir_sys;
