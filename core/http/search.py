"""Search: messages by what they say, contacts and groups by what they are called, and what plugins keep."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from quart import g

from core.auth.access import Permitted
from core.auth.principal import Principal
from core.db.scope import require_tenant
from core.errors import Invalid
from core.http.language import reading_language
from core.http.operation import Api
from core.http.search_models import SearchResults
from core.http.services import services
from core.http.text import Moment, Paging, Text
from core.messaging.search.messages import find_messages
from core.messaging.search.names import find_names
from core.messaging.search.question import Kind, Question

_MOST_NAMES = 8


class SearchQuery(Paging):
    """`q` is any part of words, two letters at least, in any spelling: without accents or tashkeel, any alef, Latin or
    Arabic digits; a phone with or without its country code. All of its words must be there. `from` is who wrote;
    `member` a colleague's id; `tag` one of the conversation's. The filters beside `q` are of messages. With a `cursor`,
    messages alone are answered."""

    q: Text = Field(min_length=1, max_length=200)
    within: Literal["all", "names", "messages", "plugins"] = Field(default="all", alias="in")
    conversation: UUID | None = None
    contact: UUID | None = None
    account: UUID | None = None
    side: Literal["customer", "colleague", "me"] | None = Field(default=None, alias="from")
    member: UUID | None = None
    since: Moment | None = None
    until: Moment | None = None
    kind: Kind | None = None
    tag: UUID | None = None

    @property
    def question(self) -> Question:
        member = _me() if self.side == "me" else self.member
        side = None if self.side == "me" else self.side
        return Question(self.q, self.conversation, self.contact, self.account, side, member, self.since, self.until,
                        self.kind, self.tag)  # fmt: skip

    def wants(self, what: str) -> bool:
        """With a filter of messages nothing else is asked for: a name has no kind and no author."""
        if what == "messages" or self.within != "all":
            return self.within in ("all", what)
        of_messages = self.cursor, self.account, self.side, self.member, self.since, self.until, self.kind, self.tag
        within = (self.conversation, self.contact) if what == "names" else ()
        return not any(given is not None for given in (*of_messages, *within))


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/search", Permitted("conversations.read"), "Search", query=SearchQuery,
               responses={200: SearchResults}, limit="search", problems=(503,), tags=("Search",))  # fmt: skip
    async def search(query: SearchQuery) -> dict[str, Any]:
        """What the caller may see, the newest messages first. `ranges` are the places of the words in a text,
        `[from, to)` in characters, never HTML. `missing` names the plugins that did not answer in time.

        A page of messages may be short and still have a `next`: the search had taken long enough, and goes on there.
        422: too few letters. 503: the database took too long."""
        db, principal = services().db, g.principal
        found: dict[str, Any] = {"conversations": [], "contacts": [], "messages": {"items": [], "next": None},
                                 "plugins": {"items": [], "missing": []}}  # fmt: skip
        if query.wants("messages"):
            page = await find_messages(db, query.question, limit=query.limit, cursor=query.cursor)
            found["messages"] = {"items": page.items, "next": page.next}
        if query.wants("names"):
            found |= await find_names(db, query.q, limit=_MOST_NAMES, contacts=_may_meet(principal))
        if query.wants("plugins"):
            told = await services().search(require_tenant(), query.question, await reading_language())
            items = [item for item in told["items"] if item["contact_id"] is None or _may_meet(principal)]
            found["plugins"] = {**told, "items": items}
        return found


def _may_meet(principal: Principal) -> bool:
    return "contacts.read" in principal.permissions


def _me() -> UUID:
    principal: Principal = g.principal
    if principal.user_id is None:
        raise Invalid("An API key is nobody's me: name a member's id.",
                      errors=[{"loc": ["from"], "msg": "not a member"}])  # fmt: skip
    return principal.user_id
