"""A plugin that keeps something on people and has something to say of them; how well it does is set by the test."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from comptoir_sdk import (
    Command,
    Contact,
    Context,
    Conversation,
    Fact,
    Invalid,
    Plugin,
    SearchHit,
    SearchQuery,
    Suggestion,
    _,
    hookimpl,
)

TOKEN = "api_token"


@dataclass
class Memory:
    notes: dict[Any, int] = field(default_factory=dict)
    """Rows on each contact."""
    texts: dict[Any, str] = field(default_factory=dict)
    """What is found, by contact."""
    failures: int = 0
    """How often the next calls fail."""
    calls: list[str] = field(default_factory=list)

    def fail(self) -> None:
        if self.failures > 0:
            self.failures -= 1
            raise RuntimeError("the archive is locked")


memory = Memory()


async def count(ctx: Context, *, of: str = "notes", most: int = 10) -> dict[str, Any]:
    """How many notes there are."""
    return {"tenant": ctx.tenant.slug, of: min(sum(memory.notes.values()), most)}


async def refuse(ctx: Context, *, why: str) -> None:
    raise Invalid(f"Not today: {why}.")


async def crash(ctx: Context) -> None:
    raise RuntimeError("the drawer is stuck")


class Keeps(Plugin):
    name, version, sdk = "keeps", "1.0", ">=0.1,<1"
    memory: ClassVar = memory

    @hookimpl
    def register_commands(self) -> list[Command]:
        return [Command("count", count, _("Count the notes")), Command("refuse", refuse), Command("crash", crash)]

    @hookimpl
    async def provide_contact_facts(self, ctx: Context, contact: Contact) -> list[Fact]:
        memory.fail()
        return [Fact(_("Notes"), str(memory.notes.get(contact.id, 0)), f"/contacts/{contact.id}")]

    @hookimpl
    async def provide_suggestions(self, ctx: Context, conversation: Conversation) -> list[Suggestion]:
        memory.fail()
        return [Suggestion(f"Salam {conversation.contact.name if conversation.contact else ''}", _("a greeting"))]

    @hookimpl
    async def provide_search(self, ctx: Context, query: SearchQuery) -> list[SearchHit]:
        memory.fail()
        return [SearchHit(text, _("Notes"), contact_id=contact) for contact, text in memory.texts.items()]

    @hookimpl
    async def provide_personal_data(self, ctx: Context, contact: Contact) -> dict[str, Any]:
        memory.calls.append("provide")
        memory.fail()
        return {"notes": memory.notes.get(contact.id, 0), "at": ctx.now()}

    @hookimpl
    async def erase_personal_data(self, ctx: Context, contact: Contact) -> int:
        memory.calls.append("erase")
        memory.fail()
        return memory.notes.pop(contact.id, 0)


class Reliable(Plugin):
    """Erases at once, and remembers how often it was asked."""

    name, sdk = "reliable", ">=0.1,<1"
    asked: ClassVar[list[Any]] = []

    @hookimpl
    async def erase_personal_data(self, ctx: Context, contact: Contact) -> int:
        self.asked.append(contact.id)
        return 1


keeps, reliable = Keeps(), Reliable()
