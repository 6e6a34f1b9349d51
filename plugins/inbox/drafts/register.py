"""What drafts add to the plugin."""

from typing import Any, Final

from comptoir_sdk import Channel, Contact, Job, Route

from plugins.inbox.drafts import routes, shapes

MODELS: Final = ("plugins.inbox.drafts.models",)
_ONE: Final = "/conversations/<uuid:conversation_id>/draft"
ROUTES: Final = (
    Route("/drafts", routes.list_drafts, ("GET",), "messages.send", query=shapes.DraftQuery,
          responses={200: shapes.DraftList}),
    Route(_ONE, routes.save_draft, ("PUT",), "messages.send", body=shapes.DraftFields,
          responses={200: shapes.SavedDraft}),
    Route(_ONE, routes.drop_draft, ("DELETE",), "messages.send", query=shapes.DropQuery,
          responses={200: shapes.DroppedDraft}),
)  # fmt: skip
CHANNELS: Final = (Channel("drafts", permission="messages.send"),)
JOBS: Final = (Job("forget_old_drafts", routes.forget_old, cron="12 4 * * *"),)


async def personal_data(contact: Contact) -> dict[str, Any]:
    """What anybody has begun to write to them."""
    from plugins.inbox.drafts.models import Draft

    found = await Draft.filter(conversation__contact_id=contact.id).order_by("version")
    return {"drafts": [{"conversation": str(one.conversation_id), "body": one.body, "version": one.version}
                       for one in found]}  # fmt: skip
