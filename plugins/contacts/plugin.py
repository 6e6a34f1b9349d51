"""Contacts: the address book's screen, and attributes of a tenant's own beside each contact."""

from typing import Any, ClassVar

from comptoir_sdk import HTML, Channel, Contact, Context, Plugin, Route, SearchHit, SearchQuery, _, hookimpl, ui

from plugins.contacts import fields, routes, shapes


class Contacts(Plugin):
    name = "contacts"
    version = "1.0.0"
    sdk = ">=0.1,<1"
    models: ClassVar = ("plugins.contacts.models",)
    migrations = "plugins.contacts.migrations"
    contact_fields = "contacts_attribute"
    searchable: ClassVar = {"contacts_attribute": "value"}

    @hookimpl
    def register_routes(self) -> list[Route]:
        attributes = "/contacts/<uuid:contact_id>/attributes"
        return [
            Route(attributes, routes.list_attributes, ("GET",), "contacts.read", responses={200: shapes.AttributeList}),
            Route(attributes, routes.set_attributes, ("PUT",), "contacts.write", body=shapes.Attributes,
                  responses={200: shapes.AttributeList}),
            Route("/fields", fields.list_fields, ("GET",), "contacts.read", responses={200: shapes.FieldList}),
            Route("/fields/values", fields.list_values, ("GET",), "contacts.read", query=shapes.OfKey,
                  responses={200: shapes.ValueList}),
            Route("/fragments/contacts_panel", routes.show_panel, ("GET",), "contacts.read", query=shapes.OfContact,
                  responses={200: HTML}),
            Route("/fragments/contacts_panel", routes.change_panel, ("POST",), "contacts.write",
                  query=shapes.OfContact, responses={200: HTML}),
        ]

    @hookimpl
    def register_channels(self) -> list[Channel]:
        return [Channel("fields", permission="contacts.read")]

    @hookimpl
    def register_panels(self) -> list[ui.Element]:
        return [
            ui.Assets(package="plugins.contacts", static="static", templates="templates", locales="locale"),
            ui.Page("contacts", title=_("Contacts"), icon="users", nav="main", order=20,
                    permission="contacts.read", element="contacts-page", module="page.js"),
            ui.Panel("contact", slot="conversation.detail", title=_("Contact"), order=10, permission="contacts.read",
                     fragment="contacts_panel", refresh_on=("contact.saved",), when={"contact.has": "id"}),
        ]

    @hookimpl
    async def provide_search(self, ctx: Context, query: SearchQuery) -> list[SearchHit]:
        from plugins.contacts.searching import find_attributes

        return await find_attributes(ctx, query)

    @hookimpl
    async def provide_personal_data(self, ctx: Context, contact: Contact) -> dict[str, Any]:
        return {"attributes": await routes.attributes_of(contact.id)}

    @hookimpl
    async def erase_personal_data(self, ctx: Context, contact: Contact) -> int:
        from plugins.contacts.models import Attribute

        return await Attribute.filter(contact_id=contact.id).delete()


plugin = Contacts()
