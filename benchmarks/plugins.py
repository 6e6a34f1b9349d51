"""python -m benchmarks.plugins: what an event costs with 0, 10 and 50 idle plugins installed and on.

The three take turns in one run on one database, so a machine that is busy with something else slows all of them: trust
the ratios. Writes benchmarks/PLUGINS.md.
"""

import asyncio
import time
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from statistics import median
from uuid import uuid4

from comptoir_sdk import Draft

from benchmarks.payload import Target, body
from benchmarks.report import Report, load_now
from core.db.migrate import run as migrate
from core.db.pool import Database
from core.db.wake import Wake
from core.embedded.scratch import scratch_postgres
from core.events import log
from core.events.log import Event
from core.events.sequencer import Sequencer
from core.harness import Switches
from core.messaging.intake import Intake
from core.plugins.context import Contexts
from core.plugins.enablement import Enablement
from core.plugins.gate import Gate
from core.plugins.guard import Guard
from core.plugins.hooks import Hooks
from core.plugins.loader import GROUP, load
from core.plugins.locks import PairLocks
from core.plugins.observers import Observers
from tests.seed import SeededTenant, seed_tenant

_COUNTS, _ROUNDS, _DELIVERIES, _WARM = (0, 10, 50), 9, 1_000, 3_000
_TURNS = 20_000
_JOURNAL = """
with written as (
    insert into journal (app_slug, headers, body)
    select $1, '{}', b from unnest($2::bytea[]) d(b) returning id, received_at)
insert into journal_pending (id, received_at) select id, received_at from written
"""
_LATEST = """
select tenant_id, seq, id, position, type, conversation_id, payload, created_at from event_log
where position > $1 order by position
"""


@dataclass
class House:
    """A worker's plugins: so many idle ones, each on for the tenant."""

    gate: Gate
    hooks: Hooks
    observers: Observers
    enablement: Enablement
    seconds: dict[str, list[float]] = field(default_factory=dict)

    @classmethod
    async def of(cls, db: Database, tenant: SeededTenant, count: int) -> "House":
        names = [f"idle_{number:02}" for number in range(count)]
        plugins = load(names, [EntryPoint(name, f"benchmarks.idle:{name}", GROUP) for name in names])
        assert len(plugins.loaded()) == count
        switches = Switches()
        switches.switch_on(tenant.slug, *names)
        gate, guard = Gate(plugins, switches), Guard()
        await gate.refresh(db)
        contexts = Contexts(plugins, gate)
        hooks = Hooks(plugins, gate, guard, contexts)
        observers = Observers(db, plugins, contexts, hooks, guard, PairLocks(db.url))
        return cls(gate, hooks, observers, Enablement(db, plugins, gate))

    def note(self, what: str, seconds: float) -> None:
        self.seconds.setdefault(what, []).append(seconds)


async def measure(report: Report) -> None:
    with scratch_postgres(fsync=True) as server:
        await server.create_database("bench")
        await migrate(server.dsn("bench"))
        db = await Database.open(server.dsn("bench"))
        try:
            tenant = await seed_tenant(db, "bench")
            houses = {count: await House.of(db, tenant, count) for count in _COUNTS}
            await houses[_COUNTS[-1]].enablement.settle()
            await _turns(db, tenant, houses)
        finally:
            await db.close()
    _tell(report, houses)


async def _turns(db: Database, tenant: SeededTenant, houses: dict[int, House]) -> None:
    intake, sequencer = Intake(db, Wake(db.url)), Sequencer(db, Wake(db.url))
    try:
        await _events(db, tenant, intake, sequencer, None, _WARM)
        for turn in range(_ROUNDS):
            # Each begins as often as the others: who comes first finds another cache than who comes last.
            order = [*houses.values()][turn % len(houses):] + [*houses.values()][: turn % len(houses)]
            for house in order:
                events = await _events(db, tenant, intake, sequencer, house, _DELIVERIES)
                await _parts(tenant, house, events[-1])
    finally:
        await intake.close()
        await sequencer.close()


async def _events(db: Database, tenant: SeededTenant, intake: Intake, sequencer: Sequencer, house: House | None,
                  count: int) -> list[Event]:
    """From the journal to the offers that wake plugins, as the worker does it."""
    target = Target("", "", tenant.phone_number_id, tenant.waba_id)
    await db.system.execute(_JOURNAL, tenant.app_slug, [body(target, 212_600_000_000 + n % 300) for n in range(count)])
    async with db.system.acquire() as connection:
        position = await log.last_position(connection)
    began = time.perf_counter()
    while await intake.step() + await sequencer.step():
        pass
    events = [Event(*row) for row in await db.system.fetch(_LATEST, position)]
    if house is not None:
        assert house.observers.offers(events) == []
        house.note("a message, from the journal to its plugins", (time.perf_counter() - began) / count)
    assert len(events) >= count
    return events


async def _parts(tenant: SeededTenant, house: House, event: Event) -> None:
    """What alone could grow with the number of plugins."""
    began = time.perf_counter()
    for _ in range(_TURNS):
        house.observers.offers((event,))
    house.note("one event: whom does it concern", (time.perf_counter() - began) / _TURNS)
    draft = Draft(uuid4(), uuid4(), "text", "Bonjour")
    began = time.perf_counter()
    for _ in range(_TURNS):
        await house.hooks.filter_outbound(tenant.id, draft)
    house.note("one outgoing message: who checks it", (time.perf_counter() - began) / _TURNS)


def _tell(report: Report, houses: dict[int, House]) -> None:
    none = houses[0]
    for what in none.seconds:
        for count, house in houses.items():
            # Each turn against its neighbour of the same turn: the machine changes between turns more than within one.
            ratios = [mine / its for mine, its in zip(house.seconds[what], none.seconds[what], strict=True)]
            figure = median(house.seconds[what]) * 1e6
            report.add(f"{what}, {count} idle plugins", figure, "µs", ratio=figure / median(ratios), of="of none")


def main() -> None:
    report = Report()
    report.add("load of the machine before", load_now(), "processes")
    asyncio.run(measure(report))
    report.add("load of the machine after", load_now(), "processes")
    report.write(Path(__file__).with_name("PLUGINS.md"), "python -m benchmarks.plugins")


if __name__ == "__main__":
    main()
