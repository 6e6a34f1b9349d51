"""Contacts: the people who write to the tenant."""

from typing import Any
from uuid import UUID

from pydantic import Field

from core.auth.access import Permitted
from core.db.scope import require_tenant
from core.http.language import reading_language
from core.http.operation import Api
from core.http.provided import Facts
from core.http.resources import ContactResource, Listing
from core.http.services import services
from core.http.text import Line, Locale, Paging, RequestModel, Text, example
from core.messaging import contacts

_READ, _WRITE, _DELETE = Permitted("contacts.read"), Permitted("contacts.write"), Permitted("contacts.delete")


class ContactQuery(Paging):
    """`q` is the beginning of a name or, when it is all digits, of a phone number."""

    q: Text | None = Field(default=None, max_length=100)


class ContactFields(RequestModel):
    """Give what is known; null clears. The phone with its country code."""

    model_config = example(name="Salma Idrissi", phone="+212 661 000000", locale="fr")

    name: Line | None = None
    phone: Line | None = None
    locale: Locale | None = None

    @property
    def given(self) -> dict[str, str | None]:
        return self.model_dump(exclude_unset=True)


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/contacts", _READ, "List contacts", query=ContactQuery,
               responses={200: Listing[ContactResource]})  # fmt: skip
    async def list_contacts(query: ContactQuery) -> dict[str, Any]:
        """By name."""
        found = await contacts.list_contacts(services().db, limit=query.limit, cursor=query.cursor, q=query.q)
        return found.as_json()

    @api.route("POST", "/contacts", _WRITE, "Create a contact", body=ContactFields, responses={201: ContactResource})
    async def create_contact(body: ContactFields) -> tuple[dict[str, Any], int]:
        """409, with its `contact_id`, when the phone belongs to a contact already."""
        return await contacts.create_contact(services().db, body.given), 201

    @api.route("GET", "/contacts/<uuid:contact_id>", _READ, "One contact", responses={200: ContactResource})
    async def get_contact(contact_id: UUID) -> dict[str, Any]:
        return await contacts.get_contact(services().db, contact_id)

    @api.route("GET", "/contacts/<uuid:contact_id>/facts", _READ, "What plugins know of a contact",
               responses={200: Facts})  # fmt: skip
    async def get_contact_facts(contact_id: UUID) -> dict[str, Any]:
        """In the reader's language, after 300 ms at most; `missing` names the plugins that did not answer in time."""
        contact = await contacts.get_contact(services().db, contact_id)
        return await services().facts(require_tenant(), contact, await reading_language())

    @api.route("PATCH", "/contacts/<uuid:contact_id>", _WRITE, "Change a contact", body=ContactFields,
               responses={200: ContactResource})  # fmt: skip
    async def update_contact(contact_id: UUID, body: ContactFields) -> dict[str, Any]:
        """Only what is given changes."""
        return await contacts.update_contact(services().db, contact_id, body.given)

    @api.route("DELETE", "/contacts/<uuid:contact_id>", _DELETE, "Delete a contact", responses={204: None})
    async def delete_contact(contact_id: UUID) -> None:
        """With its conversations and their messages, for good."""
        await contacts.delete_contact(services().db, contact_id)
