"""`ctx.conversations`: what the kernel's lists and changes are to a plugin, within what the caller of a route sees."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from comptoir_sdk import Conversation, Invalid, Page

from core.audit import acting
from core.db.scope import tenant_scope
from core.messaging import sight
from core.messaging.conversation_list import Filter, list_conversations
from core.messaging.conversations import Change, Standing, Taken, change_within, get_conversation
from core.messaging.labels import Labels, Priority
from core.messaging.tags import brief_tags
from core.plugins import orm
from core.plugins.doors import Doors, found, limited

Status = Literal["open", "snoozed", "closed"]
# By index, for each member asked about: the tenant may have very many open ones.
_COUNT_OPEN: Final = """
select m.id, n.open from unnest($1::uuid[]) m(id) cross join lateral (
    select count(*) as open from conversations v where v.assignee_id = m.id and v.status = 'open') n
"""

_RESOURCES = "select id, resource from conversation_resources where id = any($1)"


@dataclass(frozen=True)
class ConversationDoor(Doors):
    async def get(self, conversation_id: UUID) -> Conversation:
        with tenant_scope(self.tenant_id):
            return Conversation.of(await found(get_conversation(self.db, conversation_id)))

    async def list(self, *, contact_id: UUID | None = None, status: Status | None = None,
                   assignee_id: UUID | None = None, q: str | None = None, limit: int = 50,
                   cursor: str | None = None) -> Page[Conversation]:
        wanted = Filter(status, () if assignee_id is None else (assignee_id,), contact=contact_id, q=q)
        with tenant_scope(self.tenant_id):
            some = (await found(list_conversations(self.db, wanted, limit=limited(limit), cursor=cursor))).read()
        return Page(tuple(Conversation.of(one) for one in some.items), some.next)

    async def resources(self, ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
        with tenant_scope(self.tenant_id):
            async with self.db.tenant() as connection:
                rows = await connection.fetch(_RESOURCES, ids)
        return {row["id"]: row["resource"] for row in rows}

    async def assign(self, conversation_id: UUID, member_id: UUID | None, *, only_if_unassigned: bool = False,
                     instead_of: UUID | None = None, reason: str | None = None) -> Conversation | None:
        wanted = Change(receivers={"assignee": member_id}, only_if_unassigned=only_if_unassigned,
                        instead_of=instead_of, reason=reason)
        try:
            return await found(self._change(conversation_id, wanted))
        except Taken:
            return None

    async def set_team(self, conversation_id: UUID, team_id: UUID | None) -> Conversation:
        return await found(self._change(conversation_id, Change(receivers={"team": team_id})))

    async def move(self, conversation: Conversation, team_id: UUID | None) -> Conversation | None:
        assignee, team = conversation.assignee, conversation.team
        seen = Standing(assignee.id if assignee else None, team.id if team else None, conversation.status)
        try:
            return await found(self._change(conversation.id, Change(receivers={"team": team_id}, only_from=seen)))
        except Taken:
            return None

    async def set_status(self, conversation_id: UUID, status: Status, *,
                         until: datetime | None = None) -> Conversation:
        return await found(self._set_status(conversation_id, status, until))

    async def _set_status(self, conversation_id: UUID, status: Status, until: datetime | None) -> Conversation:
        return await self._change(conversation_id, Change(status, until))

    async def tag(self, conversation_id: UUID, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Conversation:
        return await found(self._tag(conversation_id, tuple(add), tuple(remove)))

    async def _tag(self, conversation_id: UUID, add: Sequence[str], remove: Sequence[str]) -> Conversation:
        with tenant_scope(self.tenant_id):
            async with orm.joined_transaction(self.db) as connection:
                known = {tag["name"].casefold(): UUID(tag["id"]) for tag in await brief_tags(connection)}
        if unknown := [name for name in add if name.casefold() not in known]:
            raise Invalid(f"There is no tag {unknown[0]!r} here: make it first.")
        gone = [known[name.casefold()] for name in remove if name.casefold() in known]
        labels = Labels(add=[known[name.casefold()] for name in add], remove=gone)
        return await self._change(conversation_id, Change(labels=labels))

    async def set_priority(self, conversation_id: UUID, priority: Priority) -> Conversation:
        return await found(self._change(conversation_id, Change(labels=Labels(priority))))

    async def count_open(self, member_ids: Sequence[UUID]) -> Mapping[UUID, int]:
        with tenant_scope(self.tenant_id):
            async with orm.joined_transaction(self.db) as connection:
                rows = await connection.fetch(_COUNT_OPEN, list(member_ids))
        return {row["id"]: row["open"] for row in rows}

    async def _change(self, conversation_id: UUID, wanted: Change) -> Conversation:
        with tenant_scope(self.tenant_id), acting(self.actor()):
            # A savepoint: what is refused leaves the rest of the plugin's transaction as it was.
            async with orm.joined_transaction(self.db) as connection, connection.transaction():
                resource = await change_within(connection, conversation_id, wanted)
                await sight.restore(connection)
        return Conversation.of(resource)
