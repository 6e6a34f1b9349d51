-- Search: what messages, contacts and groups say, in one spelling, beside the ledger and kept a moment behind it, so that
-- intake writes no more than an id (search_queue). Built without extensions: pg_trgm knows no Arabic letter in a database
-- of the C locale (docs/decisions/0038-search.md has the measurements).

-- One spelling for what one may write in several ways: without case, accents, tashkeel, tatweel and invisible marks,
-- with one alef, one yeh, one kaf, Latin digits, and one space between words. core.messaging.search.folding mirrors it.
create function search_text(p_text text) returns text language plpgsql immutable strict parallel safe as $$
declare
    words text := left(p_text, 20000);
begin
    words := lower(words collate "pg_c_utf8");
    if octet_length(words) > length(words) then
        words := lower(regexp_replace(normalize(words, nfkd), '[\u0300-\u036F\u0483-\u0489\u0591-\u05BD\u0610-\u061A'
            '\u0640\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E8\u06EA-\u06ED\u08D3-\u08FF\u1AB0-\u1AFF\u1DC0-\u1DFF'
            '\u200B-\u200F\u202A-\u202E\u2060-\u206F\u20D0-\u20FF\uFE00-\uFE0F\uFE20-\uFE2F\uFEFF\u00AD]+',
            '', 'g') collate "pg_c_utf8");
        words := translate(words, 'ٱةىیکگھہٹپچڤڨڭ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹øłđı', 'اهييككههتبجفقك01234567890123456789oldi');
        words := replace(replace(replace(words, 'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss');
    end if;
    return trim(regexp_replace(words, '[\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u00BF\u00D7\u00F7\u060C\u061B'
        '\u061F\u066A-\u066D\u06D4\u2000-\u206F\u20A0-\u20CF\u2190-\u25FF\u3000-\u303F]+', ' ', 'g'));
end $$;

-- A text to be found: its words, and each number that is written in groups once more in one piece.
create function search_words(p_text text) returns text language plpgsql immutable strict parallel safe as $$
declare
    words text := search_text(p_text);
    digits text;
begin
    if words ~ '[0-9] [0-9]' then
        for digits in select m[1] from regexp_matches(
            regexp_replace(words, '(?<=[0-9]) (?=[0-9])', '', 'g'), '[0-9]{6,}', 'g') m
        loop
            if position(digits in words) = 0 then
                words := words || ' ' || digits;
            end if;
        end loop;
    end if;
    return words;
end $$;

-- What else is asked for: of which conversation, account, contact, author, kind.
create function search_facet(p_name text) returns bigint language sql immutable strict parallel safe
return hashtextextended(p_name, 0);

-- Three letters each, from inside the words, and the first two of each word: what a question of two or more letters has
-- in common with every text that holds it. A letter is its code point, so a key names its letters exactly. The keys are
-- mixed with the tenant and the shelf: in one index, each shelf of each tenant has an index of its own.
create function search_keys(p_tenant_id uuid, p_shelf integer, p_words text, p_facets bigint[]) returns bigint[]
language plpgsql immutable strict parallel safe as $$
declare
    salt bigint := hashtextextended(p_tenant_id::text, p_shelf);
    keys bigint[] := '{}';
    letter text;
    facet bigint;
    x bigint := 32;
    y bigint := 32;
    z bigint;
begin
    foreach letter in array string_to_array(p_words || ' ', null) loop
        z := ascii(letter);
        if y <> 32 and z <> 32 then
            keys := keys || (((x << 42) | (y << 21) | z) # salt);
        end if;
        x := y;
        y := z;
    end loop;
    foreach facet in array p_facets loop
        keys := keys || (facet # salt);
    end loop;
    return keys;
end $$;

-- What is to be read anew. Rows are taken and deleted by core.messaging.search.keeper.
create table search_queue (
    tenant_id uuid not null references tenants (id) on delete cascade,
    id bigint not null generated always as identity,
    noun text not null check (noun in ('message', 'contact', 'group')),
    item uuid not null,
    primary key (tenant_id, id)
);
create index search_queue_newest on search_queue (id);

-- A tenant's messages by time: a new shelf is begun when the newest is full, so that the newest hits are found in a few
-- thousand messages, however many there are.
create table search_shelves (
    tenant_id uuid not null references tenants (id) on delete cascade,
    number integer not null,
    from_at timestamptz not null,
    messages integer not null default 0,
    last_at timestamptz,
    primary key (tenant_id, number)
);

create table message_words (
    tenant_id uuid not null,
    message_id uuid not null,
    conversation_id uuid not null,
    shelf integer not null,
    at timestamptz not null,
    words text not null,
    facets bigint[] not null,
    primary key (tenant_id, message_id),
    foreign key (tenant_id, message_id) references messages (tenant_id, id) on delete cascade
);
-- No pending list: every question would read all of it, and writing happens where nobody waits for it.
create index message_words_by_key on message_words using gin (search_keys(tenant_id, shelf, words, facets))
    with (fastupdate = off);

-- What contacts and groups are called.
create table name_words (
    tenant_id uuid not null,
    item uuid not null,
    contact_id uuid,
    conversation_id uuid,
    words text not null,
    primary key (tenant_id, item),
    check (num_nonnulls(contact_id, conversation_id) = 1),
    foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade,
    foreign key (tenant_id, conversation_id) references conversations (tenant_id, id) on delete cascade
);
create index name_words_by_key on name_words using gin (search_keys(tenant_id, 0, words, '{}')) with (fastupdate = off);
create index name_words_by_beginning on name_words (tenant_id, words collate "C", item);
create index name_words_by_contact on name_words (tenant_id, contact_id) where contact_id is not null;
create index name_words_by_conversation on name_words (tenant_id, conversation_id) where conversation_id is not null;

select protect_tenant_table(t::regclass)
from unnest(array['search_queue', 'search_shelves', 'message_words', 'name_words']) t;
-- Searched by the system role, which names the tenant and the member's sight: no operator that finds words is leakproof,
-- so under row-level security no index would be used. What is found is then read under it like anything else.
revoke all on search_queue, search_shelves, message_words, name_words from comptoir_app;
grant insert on search_queue to comptoir_app;

create function search_message(m messages) returns text language sql stable parallel safe
return (case when m.revoked_at is not null or m.ghost or m.type = 'reaction' then ''
    else search_words(concat_ws(' ', nullif(m.body, ''), (select string_agg(a.filename, ' ' order by a.id)
        from attachments a where a.tenant_id = m.tenant_id and a.message_id = m.id and m.type <> 'text'))) end);

create function search_facets(m messages) returns bigint[] language sql stable parallel safe
return array_remove(array[
    search_facet('all'), search_facet('conversation ' || m.conversation_id), search_facet('account ' || m.account_id),
    search_facet('contact ' || m.contact_id), search_facet('author ' || m.author_id),
    search_facet('from ' || case when m.direction = 'inbound' then 'customer' else 'colleague' end),
    search_facet('kind ' || m.type), case when m.body ~* 'https?://' then search_facet('kind link') end], null);

create function queue_new_messages() returns trigger language plpgsql as $$
begin
    insert into search_queue (tenant_id, noun, item) select tenant_id, 'message', id from fresh;
    return null;
end $$;
create trigger messages_to_search after insert on messages referencing new table as fresh
    for each statement execute function queue_new_messages();

create function queue_for_search() returns trigger language plpgsql as $$
begin
    insert into search_queue (tenant_id, noun, item) values (new.tenant_id, tg_argv[0],
        case when tg_argv[0] = 'group' then (to_jsonb(new) ->> 'conversation_id') else (to_jsonb(new) ->> 'id') end::uuid);
    return null;
end $$;
-- By column, so that the statuses of a message, its commonest updates, are never looked at.
create trigger messages_to_search_again
    after update of body, content, type, ghost, revoked_at, conversation_id, contact_id on messages for each row
    when (old.body <> new.body or old.type <> new.type or old.ghost <> new.ghost
        or old.revoked_at is distinct from new.revoked_at or old.conversation_id <> new.conversation_id
        or old.contact_id is distinct from new.contact_id)
    execute function queue_for_search('message');
create trigger contacts_to_search after insert on contacts for each row execute function queue_for_search('contact');
create trigger contacts_to_search_again after update of name, profile_name, username, phone on contacts for each row
    when ((old.name, old.profile_name, old.username, old.phone)
        is distinct from (new.name, new.profile_name, new.username, new.phone))
    execute function queue_for_search('contact');
create trigger groups_to_search after insert or update of subject on groups for each row
    execute function queue_for_search('group');

-- What is there already: its shelves now, its words behind, the newest first. The owner migrates, whom forced row-level
-- security would show nothing of it.
do $$ begin
    execute (select string_agg(format('alter table %s no force row level security;', t), '') from unnest(array[
        'messages', 'contacts', 'groups', 'search_shelves', 'search_queue']) t);
end $$;
insert into search_shelves (tenant_id, number, from_at)
select tenant_id, n, case when n = 0 then '-infinity' else min(at) end from (
    select tenant_id, at, ((row_number() over (partition by tenant_id order by at, id) - 1) / 16384)::integer as n
    from messages) m group by tenant_id, n;
insert into search_queue (tenant_id, noun, item) select tenant_id, 'contact', id from contacts order by id;
insert into search_queue (tenant_id, noun, item) select tenant_id, 'group', conversation_id from groups;
insert into search_queue (tenant_id, noun, item) select tenant_id, 'message', id from messages order by at, id;
do $$ begin
    execute (select string_agg(format('alter table %s force row level security;', t), '') from unnest(array[
        'messages', 'contacts', 'groups', 'search_shelves', 'search_queue']) t);
end $$;
