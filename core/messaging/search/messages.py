"""Messages that say something, the newest first: shelf by shelf until there are enough, or it has taken long enough."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.errors import Unavailable
from core.messaging.page import by_time, encode
from core.messaging.search.folding import fold
from core.messaging.search.question import Question, Terms, terms_of_text
from core.messaging.search.sight import limited_sight
from core.messaging.search.snippets import snippet

_BUDGET_SECONDS: Final = 0.25
"""After so long a page ends, however little it has found; `next` goes on from there."""
_FIRST_SHELVES: Final = 4
_FEW_CONVERSATIONS: Final = 64
_BEFORE_ALL: Final = UUID(int=0)

_SETTINGS: Final = "set local enable_seqscan = off; set local statement_timeout = '2s'"
_SHELVES: Final = """select number, from_at, from_at <= $3 as last from search_shelves
where tenant_id = $1 and messages > 0 and ($2::timestamptz is null or from_at <= $2) order by from_at desc"""

# The keys of the index say which texts may hold the words; the words themselves decide. `tenant_id` is asked for in a
# way that is no condition of an index. Shelves do not overlap in time: one after the other, the newest first, and no
# further than the page needs.
_FIND: Final = """select f.message_id, f.at
from unnest($2::integer[]) with ordinality s (number, nth) cross join lateral (
    select w.message_id, w.at from message_words w
    where search_keys(w.tenant_id, w.shelf, w.words, w.facets) @> array(
            select k # hashtextextended($1::uuid::text, s.number) from unnest($3::bigint[] || array(
                select search_facet(name) from unnest($4::text[]) name)) k)
        and (w.tenant_id = $1) is true and w.shelf = s.number and ' ' || w.words like all ($5::text[])
        and ($6::timestamptz is null or (w.at, w.message_id) < ($6, $7::uuid))
        and ($8::timestamptz is null or w.at >= $8) and ($9::timestamptz is null or w.at < $9)
        and ($11::uuid is null or exists (select from conversation_tags t where t.tenant_id = w.tenant_id
            and t.conversation_id = w.conversation_id and t.tag_id = $11)) {sight}
    order by w.at desc, w.message_id desc limit $10) f
limit $10"""
# Members of limited sight. Few conversations are looked for by their keys; of many, each hit's is looked at.
_IN_FEW: Final = """
        and search_keys(w.tenant_id, w.shelf, w.words, w.facets) && array(
            select search_facet('conversation ' || id) # hashtextextended($1::uuid::text, s.number)
            from unnest($12::uuid[]) id)
        and w.conversation_id = any ($12)"""
_IN_SIGHT: Final = """
        and exists (select from conversations v where v.tenant_id = w.tenant_id and v.id = w.conversation_id
            and (v.assignee_id = $12 or v.team_id = any ($13::uuid[])))"""

_SHOWN: Final = """select m.id, m.at, m.body, r.resource, v.id as conversation_id, v.kind, v.status,
    c.id as contact_id, c.display_name, g.subject, m.account_id,
    array(select a.filename from attachments a where a.tenant_id = m.tenant_id and a.message_id = m.id
        and a.filename is not null order by a.id) as files
from messages m join message_resources r on r.tenant_id = m.tenant_id and r.id = m.id
join conversations v on v.tenant_id = m.tenant_id and v.id = m.conversation_id
left join contacts c on c.tenant_id = v.tenant_id and c.id = v.contact_id
left join groups g on g.tenant_id = v.tenant_id and g.conversation_id = v.id
where m.id = any ($1) and m.revoked_at is null"""
_OF_MESSAGE: Final = ("id", "conversation_id", "direction", "type", "status", "at", "author", "participant")


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, and where to go on. `next` may be there although little was found: it had taken long enough."""

    items: list[dict[str, Any]]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Sight:
    """What is added to the question of a member who does not see everything."""

    condition: str = ""
    values: tuple[Any, ...] = ()
    blind: bool = False


async def find_messages(db: Database, question: Question, *, limit: int, cursor: str | None = None) -> Found:
    """The newest that say it. Raises Invalid for too few letters, Unavailable when the database takes too long."""
    moment, identifier = by_time(cursor)
    try:
        async with db.system_transaction() as connection:
            await connection.execute(_SETTINGS)
            terms = terms_of_text(await connection.fetchval("select search_text($1)", question.q))
            rows, stopped = await _walk(connection, question, terms, (moment, identifier), limit + 1)
    except asyncpg.QueryCanceledError as error:
        raise Unavailable("That search takes too long: write more of a word, or narrow it down.") from error
    page = rows[:limit]
    following = encode(page[-1]["at"], page[-1]["message_id"]) if len(rows) > limit else stopped
    return Found(await _shown(db, [row["message_id"] for row in page], terms), following)


async def _walk(
    connection: Connection, question: Question, terms: Terms, place: tuple[datetime | None, UUID | None], most: int
) -> tuple[list[Any], str | None]:
    """Rows, and the cursor where it stopped for want of time."""
    tenant_id, began = require_tenant(), time.monotonic()
    sight = await _sight(connection)
    if sight.blind:
        return [], None
    shelves = await connection.fetch(_SHELVES, tenant_id, _earliest(place[0], question.until), question.since)
    query, found, at, many = _FIND.format(sight=sight.condition), list[Any](), 0, _FIRST_SHELVES
    while at < len(shelves):
        turn = shelves[at:at + many]
        found += await connection.fetch(
            query, tenant_id, [shelf["number"] for shelf in turn], terms.grams, question.facets, terms.patterns,
            *place, question.since, question.until, most - len(found),
            question.tag, *sight.values)  # fmt: skip
        at, many = at + many, many * 2
        if len(found) >= most or turn[-1]["last"]:
            break
        if at < len(shelves) and time.monotonic() - began > _BUDGET_SECONDS:
            return found, encode(turn[-1]["from_at"], _BEFORE_ALL)
    return found, None


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


async def _sight(connection: Connection) -> _Sight:
    sight = await limited_sight(connection, _FEW_CONVERSATIONS)
    if sight is None:
        return _Sight()
    if sight.few is not None:
        return _Sight(_IN_FEW, (sight.few,), blind=not sight.few)
    return _Sight(_IN_SIGHT, (sight.member_id, sight.teams))


async def _shown(db: Database, ids: Sequence[UUID], terms: Terms) -> list[dict[str, Any]]:
    """As the viewer sees them now: what is hidden, was taken back or says something else since is left out."""
    async with db.tenant() as connection:
        rows = {row["id"]: row for row in await connection.fetch(_SHOWN, ids)} if ids else {}
    hits = (_hit(rows[one], terms) for one in ids if one in rows)
    return [hit for hit in hits if hit is not None]


def _hit(row: Any, terms: Terms) -> dict[str, Any] | None:
    said = next((told for text in (row["body"], *row["files"], " · ".join([row["body"], *row["files"]]))
                 if (told := snippet(fold(text), text, terms.words)) is not None), None)
    if said is None:
        return None
    return {
        "message": {name: row["resource"][name] for name in _OF_MESSAGE},
        "conversation": {
            "id": row["conversation_id"], "kind": row["kind"], "status": row["status"],
            "name": row["display_name"] if row["contact_id"] else row["subject"] or "",
            "contact_id": row["contact_id"], "account_id": row["account_id"],
        },
        "snippet": said,
    }  # fmt: skip
