"""Taking deliveries off the queue, in the transaction that applies them."""

from collections.abc import Sequence
from typing import Final

from core.db.pool import Connection
from core.messaging.intake.batch import Delivery

SUSPECT_AFTER: Final = 3
"""A delivery that was on the table at so many crashes is tried alone from then on."""
GIVE_UP_AFTER: Final = 6
MOST_DELIVERIES: Final = 500
MOST_BYTES: Final = 8 * 2**20

# `any(array(…))`, not `in (…)`: on a never-analysed queue table the latter flips to a plan that scans everything.
# The journal is joined by the day as well, so that each delivery is looked up in its own partition alone.
_CLAIM: Final = """with locked as materialized (
    select id, received_at from journal_pending where attempts < $3 order by id limit $1 for update skip locked),
found as materialized (
    select j.*, sum(octet_length(j.body)) over (order by l.id) - octet_length(j.body) as before
    from locked l join journal j on j.received_at = l.received_at and j.id = l.id),
claimed as (
    delete from journal_pending where id = any(array(select id from found where before < $2)))
select id, app_slug, received_at, body, headers ->> 'x-request-id', (select count(*) from locked) as locked
from found where before < $2 order by id"""

_CLAIM_THESE: Final = """with claimed as materialized (
    delete from journal_pending where id = any(array(
        select id from journal_pending where id = any($1::bigint[]) order by id for update skip locked))
    returning id, received_at)
select j.id, j.app_slug, j.received_at, j.body, j.headers ->> 'x-request-id' from claimed c
join journal j on j.received_at = c.received_at and j.id = c.id order by j.id"""

_COUNT_ATTEMPT: Final = """update journal_pending set attempts = attempts + 1 where id = any(array(
    select id from journal_pending where id = any($1::bigint[]) order by id for update skip locked))
returning id, attempts"""

_OLDEST: Final = "select id from journal_pending where attempts < $2 order by id limit $1"
_SUSPECTS: Final = "select id from journal_pending where attempts >= $1 order by id limit 20"


async def claim(connection: Connection) -> tuple[list[Delivery], bool]:
    """The oldest deliveries that no other worker holds; whether more are held until the transaction ends, too heavy for
    one batch."""
    rows = await connection.fetch(_CLAIM, MOST_DELIVERIES, MOST_BYTES, SUSPECT_AFTER)
    return [Delivery(*row[:5]) for row in rows], bool(rows) and rows[0]["locked"] > len(rows)


async def claim_these(connection: Connection, ids: Sequence[int]) -> list[Delivery]:
    """These deliveries, as far as they still wait and no other worker holds them."""
    return [Delivery(*row) for row in await connection.fetch(_CLAIM_THESE, ids)]


async def oldest(connection: Connection) -> list[int]:
    """What a worker may have on its table: the next batch, and the one of the intake that follows it."""
    return [row[0] for row in await connection.fetch(_OLDEST, 2 * MOST_DELIVERIES, SUSPECT_AFTER)]


async def suspects(connection: Connection) -> list[int]:
    """Deliveries that were there too often when a worker died."""
    return [row[0] for row in await connection.fetch(_SUSPECTS, SUSPECT_AFTER)]


async def count_attempt(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """Written and committed before the attempt, so that it also counts the one nobody returns from."""
    return {row[0]: row[1] for row in await connection.fetch(_COUNT_ATTEMPT, ids)}
