"""One member whose role sees all, their teams' or their own conversations, and conversations of every kind."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest

from core.app import WebProcess
from core.config import Settings
from core.db.migrate import run as migrate
from core.db.pool import Database
from core.db.scope import Sees
from core.http.application import Application
from core.plugins.host import PluginHost
from core.plugins.tables import migrated_apps
from tests.http.callers import Caller, new_member
from tests.http.conftest import Drawer, settings
from tests.http.ledger import Thread, new_message, new_thread
from tests.plugins.installation import Broadcasts, Switches, load_samples, make_host
from tests.realtime.conftest import start
from tests.seed import SeededTenant

__all__ = ["settings", "start"]

PERMISSIONS = ["conversations.read", "conversations.write", "messages.send", "contacts.read", "contacts.write",
               "contacts.delete"]  # fmt: skip
KINDS = ("mine", "mine_elsewhere", "of_my_team", "colleagues_in_my_team", "of_another_team", "colleagues", "nobodys")
SEEN: dict[Sees, frozenset[str]] = {
    "all": frozenset(KINDS),
    "team": frozenset({"mine", "mine_elsewhere", "of_my_team", "colleagues_in_my_team"}),
    "own": frozenset({"mine", "mine_elsewhere"}),
}


@dataclass(frozen=True)
class Talk:
    """A conversation with a message that failed to be sent and a note."""

    thread: Thread
    failed_id: UUID

    @property
    def id(self) -> UUID:
        return self.thread.conversation_id


@dataclass
class Floor:
    """`me` and `colleague` are user ids; `talks` by kind."""

    tenant: SeededTenant
    me: UUID
    email: str
    colleague: UUID
    my_team: UUID
    other_team: UUID
    talks: dict[str, Talk] = field(default_factory=dict)


async def new_talk(db: Database, tenant: SeededTenant, number: int, assignee: UUID | None, team: UUID | None) -> Talk:
    thread = await new_thread(db, tenant, name=f"Salma {number}", phone=f"21266100{number:04}")
    await db.system.execute(
        "update conversations set assignee_id = $2, team_id = $3 where id = $1", thread.conversation_id, assignee, team
    )
    at = await db.system.fetchval("select last_message_at from conversations where id = $1", thread.conversation_id)
    failed = await new_message(db, tenant, thread.conversation_id, thread.contact_id, at, direction="outbound",
                               status="failed", rank=1, author="agent", type="text")  # fmt: skip
    await db.system.execute("update messages set content = jsonb_build_object('body', body) where id = $1", failed)
    return Talk(thread, failed)


async def new_floor(db: Database, tenant: SeededTenant, sees: Sees) -> Floor:
    """The member works in a custom role; a colleague and two teams stand beside them."""
    me, email = await new_member(db, tenant.id, "agent")
    colleague, _ = await new_member(db, tenant.id, "agent")
    await db.system.execute(
        "insert into roles (tenant_id, key, name, permissions, sees) values ($1, 'floor', 'Floor', $2, $3)",
        tenant.id, PERMISSIONS, sees,
    )  # fmt: skip
    await db.system.execute("update memberships set role = 'floor' where user_id = $1", me)
    mine, other = [await new_team(db, tenant, name) for name in ("Mine", "Other")]
    await db.system.execute("insert into team_members values ($1, $2, $3), ($1, $4, $5)", tenant.id, mine, me, other,
                            colleague)  # fmt: skip
    floor = Floor(tenant, me, email, colleague, mine, other)
    placed = [(me, None), (me, other), (None, mine), (colleague, mine), (None, other), (colleague, None), (None, None)]
    for number, (kind, (assignee, team)) in enumerate(zip(KINDS, placed, strict=True)):
        floor.talks[kind] = await new_talk(db, tenant, number, assignee, team)
    return floor


async def new_team(db: Database, tenant: SeededTenant, name: str) -> UUID:
    team: UUID = await db.system.fetchval(
        "insert into teams (tenant_id, name) values ($1, $2) returning id", tenant.id, name
    )
    return team


@pytest.fixture
async def plugins(settings: Settings, tmp_path: Path) -> PluginHost:
    """The inbox, on for both tenants; started with `app`."""
    await migrate(settings.database_url, migrated_apps(load_samples("inbox")))
    switches = Switches({"atlas": {"inbox": {}}, "zagora": {"inbox": {}}})
    return make_host(["inbox"], switches, Broadcasts(), tmp_path)


@pytest.fixture
async def app(settings: Settings, db: Database, plugins: PluginHost) -> AsyncIterator[Application]:
    """A web process with that plugin."""
    process = WebProcess(settings, db, None, Drawer(), plugins, None)
    async with process.app.test_app():
        yield process.app


LogIn = Callable[[Floor], Awaitable[Caller]]


@pytest.fixture
def log_in(app: Application) -> LogIn:
    async def as_member(floor: Floor) -> Caller:
        caller = Caller(app)
        assert (await caller.log_in(floor.email)).status == 200
        return caller

    return as_member
