"""What plugins provide to screens, as the API tells of it: facts beside a contact, answers to choose from."""

from typing import Any
from uuid import UUID

from comptoir_sdk import Contact, Conversation, Fact, Suggestion
from comptoir_sdk.translation import translated_by

from core.plugins.hooks import Hooks, Told
from core.plugins.texts import Texts

PROVIDERS = {"facts": "provide_contact_facts", "suggestions": "provide_suggestions"}
_LONGEST_FACT, _LONGEST_SUGGESTION = 500, 4096


class Provided:
    """`facts` and `suggestions` name the plugins whose answer is missing: they failed, or were late."""

    def __init__(self, hooks: Hooks, texts: Texts) -> None:
        self._hooks, self._texts = hooks, texts

    def kinds(self, tenant_id: UUID) -> list[str]:
        """Which of both some plugin of the tenant provides: the others need not be asked for."""
        return [kind for kind, hook in PROVIDERS.items() if self._hooks.anybody(tenant_id, hook)]

    async def facts(self, tenant_id: UUID, contact: Any, locale: str) -> dict[str, Any]:
        told, missing = await self._hooks.contact_facts(tenant_id, Contact.of(contact), locale)
        return {"items": [item for one in told for item in self._shown(one, locale, _fact)], "missing": missing}

    async def suggestions(self, tenant_id: UUID, conversation: Any, locale: str) -> dict[str, Any]:
        told, missing = await self._hooks.suggestions(tenant_id, Conversation.of(conversation), locale)
        return {"items": [item for one in told for item in self._shown(one, locale, _suggestion)], "missing": missing}

    def _shown(self, told: Told, locale: str, show: Any) -> list[dict[str, Any]]:
        with translated_by(self._texts.translator(told.plugin, locale)):
            return [{"plugin": told.plugin, **show(one)} for one in told.value]


def _fact(fact: Fact) -> dict[str, Any]:
    return {"label": str(fact.label), "value": str(fact.value)[:_LONGEST_FACT], "url": fact.url}


def _suggestion(suggestion: Suggestion) -> dict[str, Any]:
    return {"body": str(suggestion.body)[:_LONGEST_SUGGESTION], "why": str(suggestion.why)}
