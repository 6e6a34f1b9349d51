"""A plugin sees what its caller sees: through its context, its own tables and the shared models. Its jobs see all."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
from comptoir_sdk import NotFound

from core.db import models
from core.db.pool import Database
from core.db.scope import Sees, Viewer, tenant_scope, viewer_scope
from core.plugins.host import PluginHost
from plugins.inbox.notes.models import Note
from tests.seed import SeededTenant

from .conftest import KINDS, SEEN, Floor, new_floor

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize("sees", ["all", "team", "own", None])
async def test_a_plugin_sees_what_its_caller_sees(
    sees: Sees | None, db: Database, tenant: SeededTenant, plugins: PluginHost
) -> None:
    floor = await new_floor(db, tenant, sees or "own")
    seen = SEEN[sees] if sees else frozenset(KINDS)
    scope: AbstractContextManager[Any] = viewer_scope(Viewer(floor.me, sees)) if sees else nullcontext()
    with tenant_scope(tenant.id):
        for talk in floor.talks.values():
            await Note.create(conversation_id=talk.id, body="kept", tenant_id=tenant.id, author_name="Hind")
        with scope:
            assert await _through_the_context(plugins, floor) == seen
            assert await _through_the_models(floor) == seen


async def _through_the_context(plugins: PluginHost, floor: Floor) -> set[str]:
    ctx = plugins.contexts(floor.tenant.id, "inbox")
    found = set()
    for kind, talk in floor.talks.items():
        answers = [await _found(ctx.conversations.get(talk.id)), await _found(ctx.messages.get(talk.failed_id)),
                   await _found(ctx.messages.send(talk.id, "Bonjour"))]  # fmt: skip
        assert len(set(answers)) == 1, (kind, answers)
        found |= {kind} if all(answers) else set()
    return found


async def _found(asked: Any) -> bool:
    try:
        await asked
    except NotFound:
        return False
    return True


async def _through_the_models(floor: Floor) -> set[str]:
    conversations = {row.id for row in await models.Conversation.all()}
    messages = {row.conversation_id for row in await models.Message.all()}
    notes = {row["conversation_id"] for row in await Note.all().values("conversation_id")}
    assert conversations == messages == notes
    return {kind for kind, talk in floor.talks.items() if talk.id in conversations}


@pytest.mark.parametrize("sees", ["all", "team", "own"])
async def test_a_plugin_is_told_who_sees_a_conversation_as_the_database_shows_it(
    sees: Sees, db: Database, tenant: SeededTenant, plugins: PluginHost
) -> None:
    floor = await new_floor(db, tenant, sees)
    ctx = plugins.contexts(tenant.id, "inbox")
    for kind, talk in floor.talks.items():
        assert (floor.me in await ctx.members.seeing(talk.id)) == (kind in SEEN[sees]), kind
    ids = {talk.id: kind for kind, talk in floor.talks.items()}
    with tenant_scope(tenant.id), viewer_scope(Viewer(floor.me, sees)):
        assert {ids[one] for one in await ctx.conversations.resources(list(ids))} == SEEN[sees]
        for kind, talk in floor.talks.items():
            assert await _found(ctx.members.seeing(talk.id)) == (kind in SEEN[sees])
    await db.system.execute("update roles set permissions = '{contacts.read}' where key = 'floor'")
    assert floor.me not in await ctx.members.seeing(floor.talks["mine"].id)
