"""What plugins find, as the API tells of it: marked, and no more of it than the caller may see."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from comptoir_sdk import SearchHit, SearchQuery
from comptoir_sdk.translation import translated_by

from core.db.pool import Database
from core.messaging.search.folding import fold
from core.messaging.search.question import Question, terms_of_text
from core.messaging.search.snippets import snippet
from core.messaging.search.tables import find_rows
from core.plugins.hooks import Hooks, Told
from core.plugins.texts import Texts

_LONGEST_TITLE: Final = 200
# Under row-level security: what is hidden from the caller is not there.
_SEEN: Final = """select v.id, v.kind, v.status, v.account_id, v.contact_id,
    coalesce(c.display_name, g.subject, '') as name
from conversations v left join contacts c on c.tenant_id = v.tenant_id and c.id = v.contact_id
left join groups g on g.tenant_id = v.tenant_id and g.conversation_id = v.id where v.id = any ($1)"""
_KNOWN: Final = "select id from contacts where id = any ($1)"


class Finders:
    """Asks all of a tenant's plugins that implement `provide_search`."""

    def __init__(self, hooks: Hooks, texts: Texts, searchable: Callable[[UUID], Mapping[str, str]]) -> None:
        self._hooks, self._texts, self._searchable = hooks, texts, searchable

    async def search(self, db: Database, tenant_id: UUID, question: Question, locale: str) -> dict[str, Any]:
        """`{items, missing}`. Raises Invalid for too few letters."""
        terms = terms_of_text(fold(question.q).words)
        words, found = terms.words, dict[tuple[str, str], Sequence[UUID]]()
        if question.conversation is None and question.contact is None:  # of one there are few rows, found by its id
            columns = self._searchable(tenant_id)
            rows = await find_rows(db, list(columns), terms)
            found = {(table, columns[table]): ids for table, ids in rows.items()}
        query = SearchQuery(question.q, tuple(words), question.conversation, question.contact, found)
        told, missing = await self._hooks.search(tenant_id, query, locale)
        hits = [(one, hit) for one in told for hit in one.value]
        seen, known = await _sight(db, [hit for _, hit in hits])
        shown = [self._shown(one, hit, seen, words, locale) for one, hit in hits if _may_show(hit, seen, known)]
        return {"items": [item for item in shown if item is not None], "missing": missing}

    def _shown(self, told: Told, hit: SearchHit, seen: dict[UUID, Any], words: Sequence[str],
               locale: str) -> dict[str, Any] | None:
        said = snippet(fold(hit.text), hit.text, words)
        if said is None:  # it does not say so
            return None
        with translated_by(self._texts.translator(told.plugin, locale)):
            title = str(hit.title)[:_LONGEST_TITLE]
        return {
            "plugin": told.plugin, "title": title, "icon": hit.icon, "snippet": said, "at": hit.at,
            "conversation": dict(seen[hit.conversation_id]) if hit.conversation_id else None,
            "contact_id": hit.contact_id, "url": hit.url,
        }  # fmt: skip


async def _sight(db: Database, hits: Sequence[SearchHit]) -> tuple[dict[UUID, Any], set[UUID]]:
    async with db.tenant() as connection:
        seen = await connection.fetch(_SEEN, [hit.conversation_id for hit in hits if hit.conversation_id])
        known = await connection.fetch(_KNOWN, [hit.contact_id for hit in hits if hit.contact_id])
    return {row["id"]: row for row in seen}, {row["id"] for row in known}


def _may_show(hit: SearchHit, seen: dict[UUID, Any], known: set[UUID]) -> bool:
    return (hit.conversation_id is None or hit.conversation_id in seen) and (
        hit.contact_id is None or hit.contact_id in known)
