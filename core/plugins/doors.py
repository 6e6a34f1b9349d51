"""The parts of a context: each is bound to one tenant and one plugin, and checks what it is given."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from comptoir_sdk import Contact, Conversation, Invalid, Message, NotFound, Outgoing

from core import audit, errors
from core.audit import Actor, acting, current_actor
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.egress import Egress, Timeouts
from core.jobs.queue import enqueue
from core.messaging.contacts import get_contact
from core.messaging.conversations import get_conversation
from core.messaging.gate import Author, Draft, Submitted
from core.plugins import orm
from core.storage import Storage
from core.storage.keys import checked

Submit = Callable[[Draft, Author], Awaitable[Submitted]]
"""The send gate, with its filters (`core.messaging.gate.submit`)."""


@dataclass(frozen=True)
class Doors:
    """Where all doors of one context lead."""

    db: Database
    tenant_id: UUID
    plugin: str


class ModelDatabase:
    def transaction(self) -> Any:
        return orm.transaction()


@dataclass(frozen=True)
class ContactDoor(Doors):
    async def get(self, contact_id: UUID) -> Contact:
        with tenant_scope(self.tenant_id):
            return Contact.of(await _found(get_contact(self.db, contact_id)))


@dataclass(frozen=True)
class ConversationDoor(Doors):
    async def get(self, conversation_id: UUID) -> Conversation:
        with tenant_scope(self.tenant_id):
            return Conversation.of(await _found(get_conversation(self.db, conversation_id)))


_MESSAGE = """
select r.resource, m.contact_id from message_resources r
join messages m on m.tenant_id = r.tenant_id and m.id = r.id where r.id = $1
"""


@dataclass(frozen=True)
class MessageDoor(Doors):
    submit: Submit

    async def get(self, message_id: UUID) -> Message:
        with tenant_scope(self.tenant_id):
            async with self.db.tenant() as connection:
                row = await connection.fetchrow(_MESSAGE, message_id)
        if row is None:
            raise NotFound("There is no such message.")
        return Message.of(row["resource"], row["contact_id"])

    async def send(self, conversation_id: UUID, message: str | Outgoing, *, id: UUID | None = None) -> Message:
        told = Outgoing.text(message) if isinstance(message, str) else message
        draft = Draft(conversation_id, id=id, type=told.type, content=told.content, reply_to=told.reply_to)
        try:
            with tenant_scope(self.tenant_id):
                done = await self.submit(draft, Author("automation"))
        except errors.NotFound as error:
            raise NotFound(error.detail) from error
        except errors.Problem as error:
            raise Invalid(error.detail) from error
        return await self.get(UUID(str(done.message["id"])))


@dataclass(frozen=True)
class JobDoor(Doors):
    max_attempts: Mapping[str, int]
    """The plugin's own jobs, by name."""

    async def enqueue(self, name: str, *, key: str | None = None, run_at: datetime | None = None, **args: Any) -> UUID:
        if name not in self.max_attempts:
            raise LookupError(f"{self.plugin} registers no job {name!r}; it has {sorted(self.max_attempts)}")
        with tenant_scope(self.tenant_id):
            async with orm.joined_transaction(self.db) as connection:
                return await enqueue(connection, self.tenant_id, self.plugin, name, args, key=key, run_at=run_at,
                                     max_attempts=self.max_attempts[name])


_WORD = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class AuditDoor(Doors):
    async def record(self, action: str, subject_kind: str, subject_id: object = None,
                     changes: Mapping[str, Any] | None = None) -> None:
        if not _WORD.fullmatch(action) or not _WORD.fullmatch(subject_kind):
            raise Invalid("An audit action and its subject's kind are lower-case words, as in pin_added.")
        caller = current_actor()
        # In a job or an observer nobody asked: the plugin acts by itself.
        actor = Actor("plugin", self.plugin) if caller.kind == "system" else caller
        with tenant_scope(self.tenant_id), acting(actor):
            async with orm.joined_transaction(self.db) as connection:
                await audit.record(connection, f"{self.plugin}.{action}", subject_kind, subject_id, changes)


@dataclass(frozen=True)
class StorageDoor(Doors):
    store: Storage

    async def put(self, key: str, data: bytes, *, content_type: str = "application/octet-stream") -> None:
        await self.store.put(self._key(key), data, content_type)

    async def get(self, key: str) -> bytes:
        try:
            return await self.store.get(self._key(key))
        except errors.NotFound as error:
            raise NotFound(f"There is no object {key!r}.") from error

    async def delete(self, key: str) -> None:
        await self.store.delete(self._key(key))

    def _key(self, key: str) -> str:
        # A key is the plugin's, but its parts may come from a customer: it must not climb into another's objects.
        try:
            return checked(f"plugins/{self.tenant_id}/{self.plugin}/{key}")
        except ValueError as error:
            raise Invalid(str(error)) from None


@dataclass(frozen=True)
class WebAnswer:
    status_code: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True)
class HttpDoor:
    egress: Egress

    async def request(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, json: Any = None,
                      content: bytes | None = None, timeout: float = 10) -> WebAnswer:
        answer = await self.egress.request(method, url, headers=dict(headers or {}), json=json, content=content,
                                           timeouts=Timeouts(total=timeout))
        return WebAnswer(answer.status, answer.headers, answer.body)


async def _found(resource: Awaitable[Mapping[str, Any]]) -> Mapping[str, Any]:
    try:
        return await resource
    except errors.NotFound as error:
        raise NotFound(error.detail) from error
