"""python -m benchmarks.inbox [SIZE …]: what the inbox asks for most, with ten thousand messages, and with a million.

Each figure is of one answer of the server's: the statements, their rows read into Python and the page put together,
without HTTP: processor time (ours and the database's), and the median on the clock. All sizes are tenants of one
database, asked in turn. A ratio is to the smallest whose page is as full. Writes benchmarks/INBOX.md.
To measure something else, add a line to `ASKED`.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.inbox_world import FIELDS, World, connect, fill, furnish, settle
from benchmarks.processor import spent
from benchmarks.report import Report, load_now
from core.db.migrate import run as migrate
from core.db.pool import Database
from core.db.scope import Sees, Viewer, tenant_scope, viewer_scope
from core.embedded.scratch import scratch_postgres
from core.messaging.conversation_counts import count_conversations
from core.messaging.conversation_list import Filter, Sort, list_conversations
from core.messaging.messages import list_messages

SIZES, _TURNS, _ROUNDS, _PAGE = (10_000, 100_000, 1_000_000), 4, 10, 50
Asked = Callable[[Database, World], Awaitable[Any]]


def _list(filtered: Callable[[World], Filter], sort: Sort = "latest") -> Asked:
    return lambda db, world: list_conversations(db, filtered(world), limit=_PAGE, sort=sort)


def _kept(key: str, value: str) -> Asked:
    return lambda db, _: list_conversations(db, Filter(field=(key, value)), limit=_PAGE, fields=[FIELDS])


def _second_page(db: Database, world: World) -> Awaitable[Any]:
    async def both() -> Any:
        first = await list_conversations(db, Filter("closed"), limit=_PAGE)
        second = await list_conversations(db, Filter("closed"), limit=_PAGE, cursor=first.next)
        return [*first.items, *second.items]

    return both()


def _tabs(db: Database, world: World) -> Awaitable[Any]:
    me = [world.tenant.agent_id]
    return count_conversations(db, [Filter("open", me), Filter("open", ["none"]), Filter("open"), Filter("snoozed"),
                                    Filter("closed")])  # fmt: skip


ASKED: Mapping[str, tuple[Sees, Asked]] = {
    "list: open": ("all", _list(lambda w: Filter("open"))),
    "list: of every state": ("all", _list(lambda w: Filter())),
    "list: closed, two pages": ("all", _second_page),
    "list: open and mine": ("all", _list(lambda w: Filter("open", [w.tenant.agent_id]))),
    "list: open and nobody's": ("all", _list(lambda w: Filter("open", ["none"]))),
    "list: of two members or nobody": ("all", _list(lambda w: Filter(
        None, [w.tenant.agent_id, w.tenant.owner_id, "none"]))),
    "list: of a team": ("all", _list(lambda w: Filter(team=w.team))),
    "list: a tag of a quarter": ("all", _list(lambda w: Filter(tags=[w.often]))),
    "list: a rare tag": ("all", _list(lambda w: Filter(tags=[w.rare]))),
    "list: a rare tag, open, unread": ("all", _list(lambda w: Filter("open", tags=[w.rare], unread=True))),
    "list: urgent or high": ("all", _list(lambda w: Filter(priorities=["urgent", "high"]))),
    "list: unread": ("all", _list(lambda w: Filter(unread=True))),
    "list: of a number": ("all", _list(lambda w: Filter(account=w.tenant.account_id))),
    "list: window closes within 2 h": ("all", _list(lambda w: Filter(window_within=timedelta(hours=2)))),
    "list: waiting for more than an hour": ("all", _list(lambda w: Filter(waiting_longer=timedelta(hours=1)))),
    "list: longest waiting first": ("all", _list(lambda w: Filter(), "waiting")),
    "list: mine, longest waiting first": ("all", _list(lambda w: Filter("open", [w.tenant.agent_id]), "waiting")),
    "list: a field of every third contact": ("all", _kept("city", "fes")),
    "list: a field of 500 contacts, far down": ("all", _kept("quiet", "longest")),
    "list: a field of 2,000 contacts, far down": ("all", _kept("quieter", "long")),
    "list: a field of 10,000 contacts (3,333 at 10,000 messages), far down": ("all", _kept("old", "yes")),
    "list: open, of who sees their team's": ("team", _list(lambda w: Filter("open"))),
    "list: open, of who sees their own": ("own", _list(lambda w: Filter("open"))),
    "counts of the five tabs": ("all", _tabs),
    "counts of the five tabs, of who sees their own": ("own", _tabs),
    "open: the first page of a thread": ("all", lambda db, w: list_messages(db, w.thread, limit=_PAGE)),
}


async def measure(report: Report, sizes: tuple[int, ...]) -> None:
    with scratch_postgres(fsync=True) as server:
        await server.create_database("bench")
        dsn = server.dsn("bench")
        await migrate(dsn)
        db, owner = await Database.open(dsn), await connect(dsn)
        try:
            await furnish(owner)
            worlds = [await fill(db, owner, size) for size in sizes]
            await settle(owner)
            for name, (sees, asked) in ASKED.items():
                await _compare(report, db, owner, worlds, name, sees, asked)
        finally:
            await owner.close()
            await db.close()


async def _compare(report: Report, db: Database, owner: Any, worlds: list[World], name: str, sees: Sees,
                   asked: Asked) -> None:  # fmt: skip
    taken: dict[int, list[float]] = {world.messages: [] for world in worlds}
    used, rows = dict.fromkeys(taken, 0.0), dict.fromkeys(taken, 0)
    for turn in range(-1, _TURNS):
        for world in worlds:
            with tenant_scope(world.tenant.id), viewer_scope(Viewer(world.tenant.agent_id, sees)):
                before, times = await spent(owner), [await _timed(asked, db, world) for _ in range(_ROUNDS)]
                spending = await spent(owner) - before
                rows[world.messages] = _rows(await asked(db, world))
            if turn >= 0:  # the first prepares statements
                used[world.messages] += 1000 * spending / _TURNS / _ROUNDS
                taken[world.messages] += times
    first = next(used[size] for size in used if rows[size] == max(rows.values()))
    for size, processor in used.items():
        full = rows[size] == max(rows.values())
        report.add(f"{name}: {size:,} messages ({rows[size]:,} rows)", processor, "ms",
                   ratio=first if full else None, of="of the first")  # fmt: skip
        report.add("&nbsp;&nbsp;on the clock", statistics.median(taken[size]), "ms")


def _rows(answer: Any) -> int:
    """Shown, or counted."""
    told = getattr(answer, "items", answer)
    return sum(one if isinstance(one, int) else 1 for one in told)


async def _timed(asked: Asked, db: Database, world: World) -> float:
    began = time.perf_counter()
    await asked(db, world)
    return 1000 * (time.perf_counter() - began)


async def main() -> None:
    report = Report()
    report.add("load of the machine before", load_now(), "processes")
    await measure(report, tuple(int(size) for size in sys.argv[1:]) or SIZES)
    report.add("load of the machine after", load_now(), "processes")
    report.write(Path(__file__).with_name("INBOX.md"), "python -m benchmarks.inbox")


if __name__ == "__main__":
    asyncio.run(main())
