"""Call-backs: whom to call again, when and why. Jinja alone; not a line of JavaScript."""

from typing import Any, ClassVar

from comptoir_sdk import HTML, Channel, Contact, Context, Plugin, Route, _, hookimpl, ui

from acme_callbacks import views
from acme_callbacks.models import Callback


class Callbacks(Plugin):
    name = "acme_callbacks"
    version = "1.0.0"
    sdk = ">=0.1,<1"
    models: ClassVar = ("acme_callbacks.models",)
    migrations = "acme_callbacks.migrations"
    permissions: ClassVar = {"acme_callbacks.write": _("Note call-backs, and mark them as done")}

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [
            Route("/fragments/callbacks_panel", views.show_panel, ("GET",), "contacts.read", query=views.OfContact,
                  responses={200: HTML}),
            Route("/fragments/callbacks_panel", views.change_panel, ("POST",), "acme_callbacks.write",
                  query=views.OfContact, responses={200: HTML}),
            Route("/fragments/callbacks_late", views.show_late, ("GET",), "contacts.read", query=views.OfContact,
                  responses={200: HTML}),
            Route("/fragments/callbacks_day", views.show_day, ("GET",), "contacts.read", responses={200: HTML}),
            Route("/fragments/callbacks_page", views.show_page, ("GET",), "contacts.read", responses={200: HTML}),
            Route("/fragments/callbacks_page", views.change_page, ("POST",), "acme_callbacks.write",
                  responses={200: HTML}),
        ]

    @hookimpl
    def register_panels(self) -> list[ui.Element]:
        return [
            ui.Assets(package="acme_callbacks", templates="templates", locales="locale"),
            ui.Page("callbacks", title=_("Call-backs"), icon="phone", nav="main", order=50, permission="contacts.read",
                    fragment="callbacks_page"),
            ui.Panel("callbacks", slot="conversation.detail", title=_("Call-backs"), permission="contacts.read",
                     fragment="callbacks_panel", refresh_on=("acme_callbacks.changes",), when={"contact.has": "id"}),
            ui.Panel("late", slot="conversation.banner", title=_("Late"), permission="contacts.read",
                     fragment="callbacks_late", refresh_on=("acme_callbacks.changes",), when={"contact.has": "id"}),
            ui.Panel("of_contact", slot="contact.detail", title=_("Call-backs"), permission="contacts.read",
                     fragment="callbacks_panel"),
            ui.Panel("of_message", slot="message.menu", title=_("Call again on"), icon="phone",
                     permission="acme_callbacks.write", fragment="callbacks_panel", when={"contact.has": "id"}),
            ui.Panel("day", slot="dashboard", title=_("Call-backs"), permission="contacts.read",
                     fragment="callbacks_day", refresh_on=("acme_callbacks.changes",)),
        ]

    @hookimpl
    def register_channels(self) -> list[Channel]:
        return [Channel("changes", permission="contacts.read")]

    @hookimpl
    async def provide_personal_data(self, ctx: Context, contact: Contact) -> dict[str, Any]:
        rows = await Callback.filter(contact_id=contact.id).order_by("due")
        return {"callbacks": [{"due": row.due.isoformat(), "why": row.why, "done": row.done} for row in rows]}

    @hookimpl
    async def erase_personal_data(self, ctx: Context, contact: Contact) -> int:
        return await Callback.filter(contact_id=contact.id).delete()


plugin = Callbacks()
