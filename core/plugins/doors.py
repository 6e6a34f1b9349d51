"""The parts of a context: each is bound to one tenant and one plugin, and checks what it is given."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from comptoir_sdk import Contact, Invalid, Message, NotFound, Outgoing, Page

from core import audit, errors
from core.audit import Actor, acting, current_actor
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.egress import Egress, Timeouts
from core.jobs.queue import enqueue
from core.messaging.contacts import get_contact, list_contacts
from core.messaging.gate import Author, Draft, Submitted
from core.messaging.page import MAX_LIMIT, by_time
from core.messaging.page import page as page_of
from core.messaging.search.messages import find_messages
from core.messaging.search.question import Question
from core.plugins import orm
from core.secrets import Place, Vault
from core.storage import Storage
from core.storage.keys import checked

T = TypeVar("T")
Submit = Callable[[Draft, Author], Awaitable[Submitted]]
"""The send gate, with its filters (`core.messaging.gate.submit`)."""


@dataclass(frozen=True)
class Doors:
    """Where all doors of one context lead."""

    db: Database
    tenant_id: UUID
    plugin: str

    def actor(self) -> Actor:
        """Who does what is done. In a job or an observer nobody asked: the plugin acts by itself."""
        caller = current_actor()
        return Actor("plugin", self.plugin) if caller.kind == "system" else caller


class ModelDatabase:
    def transaction(self) -> Any:
        return orm.transaction()


@dataclass(frozen=True)
class ContactDoor(Doors):
    async def get(self, contact_id: UUID) -> Contact:
        with tenant_scope(self.tenant_id):
            return Contact.of(await found(get_contact(self.db, contact_id)))

    async def list(self, *, q: str | None = None, limit: int = 50, cursor: str | None = None) -> Page[Contact]:
        with tenant_scope(self.tenant_id):
            some = await found(list_contacts(self.db, limit=limited(limit), cursor=cursor, q=q))
        return Page(tuple(Contact.of(one) for one in some.items), some.next)


_MESSAGE = """
select r.resource, m.contact_id from message_resources r
join messages m on m.tenant_id = r.tenant_id and m.id = r.id where r.id = $1
"""
_THESE = """
select r.id, r.resource, m.contact_id from message_resources r
join messages m on m.tenant_id = r.tenant_id and m.id = r.id where r.id = any ($1::uuid[])
"""
_MESSAGES = """
select m.id, m.at, m.contact_id, r.resource from messages m
join message_resources r on r.tenant_id = m.tenant_id and r.id = m.id
where m.conversation_id = $1 and ($3::timestamptz is null or (m.at, m.id) < ($3, $4))
order by m.at desc, m.id desc limit $2
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

    async def list(self, conversation_id: UUID, *, limit: int = 50, cursor: str | None = None) -> Page[Message]:
        with tenant_scope(self.tenant_id):
            rows = await found(self._rows(conversation_id, limited(limit) + 1, cursor))
        return Page(tuple(Message.of(row["resource"], row["contact_id"]) for row in rows[:limit]),
                    page_of(rows, limit, "at", "id").next)

    async def search(self, q: str, *, conversation_id: UUID | None = None, limit: int = 50,
                     cursor: str | None = None) -> Page[Message]:
        question = Question(q, conversation=conversation_id)
        with tenant_scope(self.tenant_id):
            hits = await found(find_messages(self.db, question, limit=limited(limit), cursor=cursor))
            ids = [hit["message"]["id"] for hit in hits.items]
            async with self.db.tenant() as connection:
                rows = {str(row["id"]): row for row in await connection.fetch(_THESE, ids)}
        return Page(tuple(Message.of(rows[one]["resource"], rows[one]["contact_id"]) for one in ids if one in rows),
                    hits.next)

    async def _rows(self, conversation_id: UUID, most: int, cursor: str | None) -> Sequence[Any]:
        moment, after = by_time(cursor)
        async with self.db.tenant() as connection:
            if not await connection.fetchval("select true from conversations where id = $1", conversation_id):
                raise errors.NotFound("There is no such conversation.")
            rows: Sequence[Any] = await connection.fetch(_MESSAGES, conversation_id, most, moment, after)
            return rows

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

    async def enqueue(self, name: str, *, key: str | None = None, run_at: datetime | None = None,
                      delay: timedelta | None = None, **args: Any) -> UUID:
        if name not in self.max_attempts:
            raise LookupError(f"{self.plugin} registers no job {name!r}; it has {sorted(self.max_attempts)}")
        if delay is not None:
            run_at = (run_at or datetime.now(UTC)) + delay
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
        with tenant_scope(self.tenant_id), acting(self.actor()):
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

    async def keys(self, folder: str) -> AsyncIterator[str]:
        whole = self._key(folder)
        mine = whole[:len(whole) - len(folder)]
        async for key in self.store.keys(whole):
            yield key.removeprefix(mine)

    def _key(self, key: str) -> str:
        # A key is the plugin's, but its parts may come from a customer: it must not climb into another's objects.
        try:
            return checked(f"plugins/{self.tenant_id}/{self.plugin}/{key}")
        except ValueError as error:
            raise Invalid(str(error)) from None


_LONGEST_SECRET = 16 * 1024
_SEALED = """
select s.value_sealed, k.wrapped from plugin_secrets s
left join data_keys k on k.tenant_id = s.tenant_id and k.purpose = 'seal'
where s.plugin = $1 and s.name = $2
"""
_SEAL = """
insert into plugin_secrets (tenant_id, plugin, name, value_sealed) values ($1, $2, $3, $4)
on conflict (tenant_id, plugin, name) do update set value_sealed = excluded.value_sealed, updated_at = now()
"""

_FORGET = "delete from plugin_secrets where plugin = $1 and name = $2"


@dataclass(frozen=True)
class SecretDoor(Doors):
    vault: Vault

    async def get(self, name: str) -> str | None:
        place = self._place(name)
        with tenant_scope(self.tenant_id):
            async with orm.joined_transaction(self.db) as connection:
                row = await connection.fetchrow(_SEALED, self.plugin, name)
        return None if row is None else self.vault.open_with(row["wrapped"], row["value_sealed"], place)

    async def set(self, name: str, value: str) -> None:
        place = self._place(name)
        if not isinstance(value, str) or not 0 < len(value.encode()) <= _LONGEST_SECRET:
            raise Invalid("A secret is a text of at most 16 KiB.")
        with tenant_scope(self.tenant_id):
            async with orm.joined_transaction(self.db) as connection:
                sealed = await self.vault.seal(connection, value, place)
                await connection.execute(_SEAL, self.tenant_id, self.plugin, name, sealed)

    async def delete(self, name: str) -> None:
        self._place(name)
        with tenant_scope(self.tenant_id):
            async with orm.joined_transaction(self.db) as connection:
                await connection.execute(_FORGET, self.plugin, name)

    def _place(self, name: str) -> Place:
        if not isinstance(name, str) or not _WORD.fullmatch(name):
            raise Invalid("The name of a secret is a lower-case word, as in api_token.")
        return Place(self.tenant_id, "plugin_secrets", f"{self.plugin}/{name}", "value")


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


async def found(resource: Awaitable[T]) -> T:
    try:
        return await resource
    except errors.NotFound as error:
        raise NotFound(error.detail) from error
    except errors.Invalid as error:
        raise Invalid(error.detail) from error


def limited(limit: int) -> int:
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid(f"A page has 1 to {MAX_LIMIT} items.")
    return limit
