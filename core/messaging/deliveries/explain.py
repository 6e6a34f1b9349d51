"""What became of one message: raw deliveries, applied, events, plugins, attempts, statuses, each with its time."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection, Database
from core.db.scope import current_viewer, tenant_scope
from core.errors import NotFound

Hearing = Callable[[UUID, str], Sequence[tuple[str, str]]]
"""(plugin, hook) of everybody in this tenant who hears events of this type."""
Step = dict[str, Any]

_STAGES: Final = ("written", "received", "applied", "quarantined", "event", "plugin", "media", "attempt", "status")
_EMPTY: Final[Step] = {
    "outcome": "", "what": "", "detail": None, "delivery_id": None, "batch": None, "seq": None, "plugin": None,
    "hook": None, "attempt": None, "http_status": None, "quarantine_id": None,
}  # fmt: skip
_MOST: Final = 500
_LAST: Final = datetime.max.replace(tzinfo=UTC)
_WITHIN_ITS_SECOND: Final = timedelta(microseconds=999_999)

_VISIBLE: Final = "select id from messages where {}"
_BY_WAMID: Final = """wamid = ${} and tenant_id = ${} and phone_number_id = any(array(
    select phone_number_id from accounts where tenant_id = ${}))"""
_MESSAGE: Final = """select m.*, a.display_phone_number, a.verified_name,
    (select u.name from memberships u where u.tenant_id = m.tenant_id and u.user_id = m.author_id) as author_name
from messages m join accounts a on a.tenant_id = m.tenant_id and a.id = m.account_id
where m.tenant_id = $1 and m.id = $2"""
# A message that was sent twice has a wamid for each attempt; deliveries may speak of any.
_WAMIDS: Final = """select wamid from send_attempts where tenant_id = $1 and message_id = $2 and wamid is not null"""
_TRACES: Final = """select t.*, exists (select from parked_statuses p where p.tenant_id = t.tenant_id
        and p.wamid = t.wamid and p.status = t.what) as parked
from journal_traces t where t.wamid = any($1::text[]) and t.tenant_id = $2 order by t.delivery_id limit $3"""
_ASIDE: Final = """select * from quarantine where wamid = any($1::text[]) and ({owner}) order by id limit $2"""
_EVENTS: Final = """select seq, type, created_at from event_log
where tenant_id = $1 and conversation_id = $2 and created_at >= $3::timestamptz - interval '1 minute'
    and payload #>> '{message,id}' = $4 order by seq limit $5"""
_UNNUMBERED: Final = """select null as seq, type, created_at from event_outbox
where tenant_id = $1 and conversation_id = $2 and payload #>> '{message,id}' = $3 order by id limit $4"""
_CURSORS: Final = "select plugin, seq from plugin_cursors where tenant_id = $1"
_HEARD: Final = "select seq, plugin, at from observations where tenant_id = $1 and seq = any($2::bigint[])"
_FAILURES: Final = """select seq, plugin, hook, traceback, created_at, replayed_at from plugin_failures
where tenant_id = $1 and seq = any($2::bigint[]) order by created_at"""
_ATTEMPTS: Final = "select * from send_attempts where tenant_id = $1 and message_id = $2 order by number, started_at"
_FILES: Final = """select * from attachments where tenant_id = $1 and message_id = $2 order by id limit $3"""
_OWNERS: Final = """select tenant_id from journal_traces where wamid = $1 union
select a.tenant_id from accounts a join messages m on m.tenant_id = a.tenant_id
    and m.phone_number_id = a.phone_number_id and m.wamid = $1"""
_STATUSES: Final = ("sent", "delivered", "read", "played", "failed")


def nobody_hears(_tenant_id: UUID, _type: str) -> Sequence[tuple[str, str]]:
    """Where no plugins are loaded."""
    return ()


async def explain_message(db: Database, tenant_id: UUID, message_id: UUID, hearing: Hearing) -> dict[str, Any]:
    """As far as the viewer in scope sees the message. Raises NotFound."""
    if not await _sees(db, tenant_id, "id = $1", message_id):
        raise _unknown()
    return await _explained(db, tenant_id, message_id, None, hearing)


async def explain_wamid(db: Database, tenant_id: UUID, wamid: str, hearing: Hearing) -> dict[str, Any]:
    """Also of what is not in the ledger: set aside, or a status of a message that was never ours. Raises NotFound."""
    async with db.system.acquire() as connection:
        message_id = await connection.fetchval(
            f"select id from messages where {_BY_WAMID.format(1, 2, 2)}", wamid, tenant_id)  # noqa: S608 - constants
    viewer = current_viewer()
    if message_id is not None:
        return await explain_message(db, tenant_id, message_id, hearing)
    if viewer is not None and viewer.sees != "all":
        raise _unknown()
    found = await _explained(db, tenant_id, None, wamid, hearing)
    if not found["steps"]:
        raise _unknown()
    return found


async def owners_of(db: Database, wamid: str) -> list[UUID]:
    """The tenants that deliveries of this wamid, or a message of it, belong to."""
    return [row["tenant_id"] for row in await db.system.fetch(_OWNERS, wamid)]


async def name_of(db: Database, tenant_id: UUID) -> dict[str, Any] | None:
    row = await db.system.fetchrow("select id, slug from tenants where id = $1", tenant_id)
    return dict(row) if row else None


async def set_aside_unowned(db: Database, wamid: str) -> list[Step]:
    """What is in the quarantine and belongs to nobody yet."""
    async with db.system.acquire() as connection:
        return await _quarantined(connection, [wamid], None)


async def _sees(db: Database, tenant_id: UUID, condition: str, *values: object) -> bool:
    with tenant_scope(tenant_id):
        async with db.tenant() as connection:
            return bool(await connection.fetchval(_VISIBLE.format(condition), *values))


def _unknown() -> NotFound:
    return NotFound("There is no such message.")


async def _explained(db: Database, tenant_id: UUID, message_id: UUID | None, wamid: str | None,
                     hearing: Hearing) -> dict[str, Any]:  # fmt: skip
    async with db.system_transaction() as connection:
        message = await connection.fetchrow(_MESSAGE, tenant_id, message_id) if message_id else None
        wamids = await _wamids(connection, message, wamid)
        steps = await _deliveries(connection, tenant_id, message, wamids)
        steps += await _quarantined(connection, wamids, tenant_id)
        if message is not None:
            steps += [*_written(message), *await _attempts(connection, message), *_statuses(message)]
            steps += await _files(connection, message)
            steps += await _events(connection, message, hearing)
    outbound = message is not None and message["direction"] == "outbound"
    steps.sort(key=lambda step: _order(step, outbound))
    return {"message": _shown(message) if message else None, "wamid": wamids[0] if wamids else None, "steps": steps}


def _order(step: Step, outbound: bool) -> tuple[datetime, int, int]:
    """By time; what happened in one transaction, in the order of the road. What has no time yet comes last.

    Meta tells statuses by the second: of an answer of ours, such a one stands at the second's end, or it would have
    been sent before it was written.
    """
    at = step["at"] or _LAST
    if outbound and step["stage"] == "status" and at.microsecond == 0 and step["at"]:
        at += _WITHIN_ITS_SECOND
    return at, _STAGES.index(step["stage"]), step["seq"] or 0


async def _wamids(connection: Connection, message: Any, wamid: str | None) -> list[str]:
    if message is None:
        return [wamid] if wamid else []
    rows = await connection.fetch(_WAMIDS, message["tenant_id"], message["id"])
    return list(dict.fromkeys([one for one in (message["wamid"], *(row["wamid"] for row in rows)) if one]))


def _shown(message: Any) -> dict[str, Any]:
    return {
        "id": message["id"], "conversation_id": message["conversation_id"], "wamid": message["wamid"],
        "direction": message["direction"], "type": message["type"], "status": message["status"], "at": message["at"],
        "account": {"display_phone_number": message["display_phone_number"], "name": message["verified_name"]},
        "author": message["author_name"], "author_kind": message["author_kind"],
    }  # fmt: skip


def _step(stage: str, at: datetime | None, **told: Any) -> Step:
    return {"stage": stage, "at": at, **_EMPTY, **told}


def _written(message: Any) -> list[Step]:
    if message["direction"] == "inbound":
        return []
    return [_step("written", message["queued_at"] or message["created_at"], what=message["author_kind"],
                  outcome="queued", detail=message["author_name"])]  # fmt: skip


async def _deliveries(connection: Connection, tenant_id: UUID, message: Any, wamids: Sequence[str]) -> list[Step]:
    """Twice for each: when it was received, and when and by which batch it was applied."""
    steps = []
    for trace in await connection.fetch(_TRACES, wamids, tenant_id, _MOST):
        about = {"delivery_id": trace["delivery_id"], "what": f"{trace['kind']} {trace['what']}"}
        steps.append(_step("received", trace["received_at"], outcome="journalled", **about))
        outcome = _became(trace, message)
        steps.append(_step("applied", trace["applied_at"], outcome=outcome, batch=trace["batch"], **about))
    return steps


def _became(trace: Any, message: Any) -> str:
    if trace["outcome"] == "quarantined":
        return "quarantined"
    if trace["kind"] == "message":
        return "stored" if message is not None and message["delivery_id"] == trace["delivery_id"] else "double"
    if trace["kind"] == "status":
        return "parked" if trace["parked"] else "ranked" if message is not None else "kept"
    return "told"


async def _quarantined(connection: Connection, wamids: Sequence[str], tenant_id: UUID | None) -> list[Step]:
    owner = "tenant_id = $3" if tenant_id else "tenant_id is null"
    rows = await connection.fetch(_ASIDE.format(owner=owner), wamids, _MOST, *([tenant_id] if tenant_id else []))
    steps = []
    for row in rows:
        about = {"delivery_id": row["delivery_id"], "quarantine_id": row["id"], "what": row["path"]}
        steps.append(_step("quarantined", row["created_at"], outcome="set_aside", detail=row["reason"], **about))
        if closed := row["replayed_at"] or row["dismissed_at"]:
            outcome = "replayed" if row["replayed_at"] else "dismissed"
            steps.append(_step("quarantined", closed, outcome=outcome, detail=row["note"], **about))
    return steps


async def _attempts(connection: Connection, message: Any) -> list[Step]:
    """The lane is the number's."""
    steps = []
    for row in await connection.fetch(_ATTEMPTS, message["tenant_id"], message["id"]):
        about = {"attempt": row["number"], "what": message["display_phone_number"]}
        steps.append(_step("attempt", row["started_at"], outcome="posted", **about))
        if row["finished_at"] or row["state"] != "sending":
            steps.append(_step("attempt", row["finished_at"], outcome=row["state"], http_status=row["http_status"],
                               detail=_told(row["error"]) or row["wamid"], **about))  # fmt: skip
    return steps


async def _files(connection: Connection, message: Any) -> list[Step]:
    """A customer's file waits to be fetched, then is stored or given up; ours is stored from the start."""
    steps = []
    for row in await connection.fetch(_FILES, message["tenant_id"], message["id"], _MOST):
        state, began = row["state"], row["created_at"]
        if message["direction"] == "inbound":
            steps.append(_step("media", began, what=row["kind"], outcome="fetching"))
            if state == "pending" and row["attempts"]:
                steps.append(_step("media", row["tried_at"], what=row["kind"], outcome="tried_again",
                                   attempt=row["attempts"], detail=row["error"]))  # fmt: skip
        if state != "pending":
            steps.append(_step("media", row["settled_at"] or began, what=row["kind"], outcome=state,
                               attempt=row["attempts"] or None, detail=row["failure"]))  # fmt: skip
    return steps


def _statuses(message: Any) -> list[Step]:
    """By Meta's clock; each status's first time."""
    if message["direction"] == "inbound":
        return [_step("status", message["at"], what="sent by the customer", outcome=message["status"])]
    return [_step("status", at, what=status, outcome=status,
                  detail=_told(message["error"]) if status == "failed" else None)
            for status in _STATUSES if (at := message[f"{status}_at"])]  # fmt: skip


def _told(error: Any) -> str | None:
    """What Meta answered, as the screens show it."""
    found = error if isinstance(error, dict) else {}
    return ": ".join(str(found[name]) for name in ("code", "cause", "title") if found.get(name)) or None


async def _events(connection: Connection, message: Any, hearing: Hearing) -> list[Step]:
    tenant_id, about = message["tenant_id"], (message["tenant_id"], message["conversation_id"])
    rows = list(await connection.fetch(_EVENTS, *about, message["created_at"], str(message["id"]), _MOST))
    rows += await connection.fetch(_UNNUMBERED, *about, str(message["id"]), _MOST)
    numbers = [row["seq"] for row in rows if row["seq"] is not None]
    cursors = {row["plugin"]: row["seq"] for row in await connection.fetch(_CURSORS, tenant_id)}
    heard = {(row["seq"], row["plugin"]): row["at"] for row in await connection.fetch(_HEARD, tenant_id, numbers)}
    failures: dict[tuple[int, str, str], Any] = {
        (row["seq"], row["plugin"], row["hook"]): row for row in await connection.fetch(_FAILURES, tenant_id, numbers)}
    steps = []
    for row in rows:
        steps.append(_step("event", row["created_at"], seq=row["seq"], what=row["type"],
                           outcome="numbered" if row["seq"] is not None else "waiting"))  # fmt: skip
        known = {(plugin, hook) for seq, plugin, hook in failures if seq == row["seq"]}
        for plugin, hook in sorted({*hearing(tenant_id, row["type"]), *known}):
            steps.append(_heard(row["seq"], plugin, hook, failures.get((row["seq"], plugin, hook)),
                                heard.get((row["seq"], plugin)), cursors.get(plugin)))  # fmt: skip
    return steps


def _heard(seq: int | None, plugin: str, hook: str, failure: Any, at: datetime | None, cursor: int | None) -> Step:
    told = {"seq": seq, "plugin": plugin, "hook": hook, "what": f"{plugin}.{hook}"}
    if failure is not None:
        last = failure["traceback"].strip().splitlines()[-1][:300] if failure["traceback"].strip() else None
        outcome = "replayed" if failure["replayed_at"] else "failed"
        return _step("plugin", failure["replayed_at"] or failure["created_at"], outcome=outcome, detail=last, **told)
    if seq is None or cursor is None or cursor < seq:
        return _step("plugin", None, outcome="pending", **told)
    return _step("plugin", at, outcome="handled", **told)
