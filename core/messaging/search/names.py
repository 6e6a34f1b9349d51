"""Contacts and groups by what they are called, and the conversations with them."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.messaging.contacts import LAST
from core.messaging.search.folding import fold
from core.messaging.search.question import Terms, terms_of_name
from core.messaging.search.sight import limited_sight

_CANDIDATES: Final = 300
_SHOWN: Final = 40
"""Of them, with whom there are conversations or not."""
_SETTINGS: Final = "set local enable_seqscan = off; set local statement_timeout = '2s'"
_BEGIN: Final = """select contact_id, conversation_id, words from name_words
where tenant_id = $1 and words collate "C" >= $2 and words collate "C" < $3 order by words collate "C" limit $4"""
_HOLD: Final = """select contact_id, conversation_id, words from name_words
where search_keys(tenant_id, 0, words, '{}') @> array(
        select k # hashtextextended($1::uuid::text, 0) from unnest($2::bigint[]) k)
    and (tenant_id = $1) is true and ' ' || words like all ($3::text[]) limit $4"""
# Of a member who does not see everything: among their own conversations, or others' names would fill the places. Each
# status of theirs and of each team is read in its index's order: under one `or` all of the tenant's would be.
_HOLD_IN_SIGHT: Final = """select n.contact_id, n.conversation_id, n.words from (
    select v.id, v.contact_id, v.last_message_at
    from unnest(array['open', 'snoozed', 'closed']) s (status) cross join lateral (
        select id, contact_id, last_message_at from conversations
        where tenant_id = $1 and assignee_id = $4 and status = s.status
        order by last_message_at desc, id desc limit 10000) v
    union select v.id, v.contact_id, v.last_message_at
    from unnest($5::uuid[]) t (id) cross join unnest(array['open', 'snoozed', 'closed']) s (status) cross join lateral (
        select id, contact_id, last_message_at from conversations
        where tenant_id = $1 and team_id = t.id and status = s.status
        order by last_message_at desc, id desc limit 10000) v
    order by last_message_at desc limit 10000) v
cross join lateral (select contact_id, conversation_id, words from name_words
    where tenant_id = $1 and item = coalesce(v.contact_id, v.id) offset 0) n
where ' ' || n.words like all ($2::text[]) limit $3"""
_CONVERSATIONS: Final = """select r.id, r.contact_id, r.resource from conversation_resources r
where r.contact_id = any ($1) or r.id = any ($2) order by r.last_message_at desc limit $3"""
_CONTACTS: Final = "select id, resource from contact_resources where id = any ($1)"


async def find_names(db: Database, q: str, *, limit: int, contacts: bool) -> dict[str, list[dict[str, Any]]]:
    """{conversations, contacts}: those with whom the viewer sees no conversation are in `contacts`, when they may be
    shown at all."""
    async with db.system_transaction() as connection:
        await connection.execute(_SETTINGS)
        words = await connection.fetchval("select search_text($1)", q)
        terms = terms_of_name(words)
        rows = await _rows(connection, words, terms) if terms.words else []
    named = {row["contact_id"] or row["conversation_id"]: row for row in rows[:_SHOWN]}
    async with db.tenant() as connection:
        people, groups = ([row[whom] for row in named.values() if row[whom]]
                          for whom in ("contact_id", "conversation_id"))
        talks = await connection.fetch(_CONVERSATIONS, people, groups, _CANDIDATES)
        met = {talk["contact_id"] for talk in talks}
        rest = [one for one, row in named.items() if row["contact_id"] and one not in met][:limit] if contacts else []
        known = {row["id"]: row["resource"] for row in await connection.fetch(_CONTACTS, rest)} if rest else {}
    order = {one: place for place, one in enumerate(named)}
    talks.sort(key=lambda talk: order[talk["contact_id"] or talk["id"]])
    return {
        "conversations": [{"conversation": talk["resource"], "found": _found(_texts(talk["resource"]), terms)}
                          for talk in talks[:limit]],
        "contacts": [{"contact": known[one], "found": _found(_own_texts(known[one]), terms)}
                     for one in rest if one in known],
    }  # fmt: skip


async def _rows(connection: Connection, words: str, terms: Terms) -> list[Any]:
    tenant_id, own = require_tenant(), list[Any]()
    if sight := await limited_sight(connection, 0):
        own = await connection.fetch(_HOLD_IN_SIGHT, tenant_id, terms.patterns, _CANDIDATES, sight.member_id,
                                     sight.teams)  # fmt: skip
    own = _ranked(own, words)
    begin = await connection.fetch(_BEGIN, tenant_id, words, words + LAST, _CANDIDATES)
    hold = await connection.fetch(_HOLD, tenant_id, terms.grams, terms.patterns, _CANDIDATES)
    return [*own, *_ranked([*begin, *hold], words)]


def _ranked(rows: Iterable[Any], words: str) -> list[Any]:
    """Whoever's name begins with it comes before those in whose name a word does, then the rest."""
    return sorted(rows, key=lambda row: (not row["words"].startswith(words), f" {words}" not in f" {row['words']}"))


def _texts(conversation: Any) -> Sequence[tuple[str, str]]:
    if conversation["contact"] is None:
        return [("subject", (conversation["group"] or {}).get("subject") or "")]
    return _own_texts(conversation["contact"])


def _own_texts(contact: Any) -> Sequence[tuple[str, str]]:
    fields = ("name", "phone", "username", "given_name", "profile_name")
    return [(field, str(contact[field])) for field in fields if contact.get(field)]


def _found(texts: Sequence[tuple[str, str]], terms: Terms) -> dict[str, Any] | None:
    """Where one sees it, when one field says it all."""
    for field, text in texts:
        if ranges := fold(text).ranges(terms.words):
            return {"field": field, "text": text, "ranges": [list(one) for one in ranges]}
    return None


