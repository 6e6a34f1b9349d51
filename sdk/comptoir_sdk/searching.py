"""What is searched for, as a plugin asks its own tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pypika_tortoise.terms import Function as Call
from tortoise.expressions import Function, Q


class _Search(Call):
    def __init__(self, term: Any) -> None:
        super().__init__("search_words", term)


class SearchText(Function):
    """A column as search compares it: without case, accents, tashkeel, and with one spelling of each letter."""

    database_func = _Search


@dataclass(frozen=True)
class SearchQuery:
    """`q` as it was typed; `words` as search compares them, of two letters or more. With `conversation_id` or
    `contact_id`, only what belongs there is asked for. `found` has the ids of the rows that say it, of each table and
    column in the tenant's plugins' `searchable`; with a `conversation_id` or `contact_id` it is empty."""

    q: str
    words: Sequence[str]
    conversation_id: UUID | None = None
    contact_id: UUID | None = None
    found: Mapping[tuple[str, str], Sequence[UUID]] = field(default_factory=dict, repr=False, compare=False)

    def among(self, rows: Any, column: str) -> Any:
        """Those of a model's rows (`Model.filter(…)`) whose column holds all of the words: two letters at the beginning
        of a word, more anywhere. Of a column in `Plugin.searchable` the newest 500, found by index; any other is read
        row by row: filter the rows before, and limit them after."""
        found = self.found.get((rows.model._meta.db_table, column))
        if found is not None:
            return rows.filter(id__in=list(found))
        rows = rows.annotate(searched=SearchText(column))
        for word in self.words:
            inside = Q(searched__contains=word if len(word) > 2 else f" {word}")
            rows = rows.filter(inside if len(word) > 2 else inside | Q(searched__startswith=word))
        return rows
