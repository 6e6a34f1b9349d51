"""What a conversation is labelled with: tags of the tenant's, and a priority."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from core.db.pool import Connection
from core.errors import Invalid

Priority = Literal["none", "low", "normal", "high", "urgent"]
MOST_TAGS: Final = 20

_SAVE: Final = """
update conversations set tag_ids = $2, priority = $3, updated_at = now(), version = version + 1 where id = $1
"""
# Held until the end: whoever deletes one waits, and then finds where it was put.
_THERE: Final = "select id from tags where id = any($1) and deleted_at is null order by id for share"
_NAMES: Final = "select id, name from tags where id = any($1)"


@dataclass(frozen=True, slots=True)
class Labels:
    """What is to change: `tags` are these and no others, `add` and `remove` leave the rest as it is."""

    priority: Priority | None = None
    tags: Sequence[UUID] | None = None
    add: Sequence[UUID] = ()
    remove: Sequence[UUID] = ()

    def __bool__(self) -> bool:
        return self.priority is not None or self.tags is not None or bool(self.add or self.remove)

    def on(self, tags: Sequence[UUID]) -> list[UUID]:
        """The tags after the change, of these before it."""
        kept = tags if self.tags is None else self.tags
        return [tag for tag in dict.fromkeys([*kept, *self.add]) if tag not in self.remove]


async def put_labels(
    connection: Connection, conversation_id: UUID, before: Any, wanted: Labels
) -> list[tuple[str, dict[str, list[Any]]]]:
    """In the caller's transaction, which holds the row `before`. What was done, for the audit log; nothing where all is
    as it was. Raises Invalid for what is no tag here."""
    tags, priority = wanted.on(before["tag_ids"]), wanted.priority or before["priority"]
    if len(tags) > MOST_TAGS:
        raise _wrong(f"A conversation has at most {MOST_TAGS} tags: take one off first.", f"more than {MOST_TAGS}")
    tagged, judged = set(tags) != set(before["tag_ids"]), priority != before["priority"]
    if not tagged and not judged:
        return []
    named = {*(wanted.tags or ()), *wanted.add}
    if named and len(await connection.fetch(_THERE, list(named))) < len(named):
        raise _wrong("One of them is not a tag here: choose among the tags.", "names no tag")
    await connection.execute(_SAVE, conversation_id, tags, priority)
    done: list[tuple[str, dict[str, list[Any]]]] = []
    if tagged:
        done.append(("conversation.tagged", {"tags": await _names(connection, before["tag_ids"], tags)}))
    if judged:
        done.append(("conversation.prioritised", {"priority": [before["priority"], priority]}))
    return done


async def _names(connection: Connection, *tags: Sequence[UUID]) -> list[list[str]]:
    rows = await connection.fetch(_NAMES, [one for some in tags for one in some])
    names = {row["id"]: row["name"] for row in rows}
    return [sorted(names[one] for one in some if one in names) for some in tags]


def _wrong(detail: str, told: str) -> Invalid:
    return Invalid(detail, errors=[{"loc": ["tags"], "msg": told}])
