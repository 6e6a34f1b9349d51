"""What quick replies add to the plugin."""

from typing import Final

from comptoir_sdk import Channel, Route, _, ui

from plugins.inbox.quick_replies import routes, shapes

MODELS: Final = ("plugins.inbox.quick_replies.models",)
PERMISSIONS: Final = {routes.SHARE: _("Change the quick replies that everybody has")}
_ONE: Final = "/quick-replies/<uuid:reply_id>"
ROUTES: Final = (
    Route("/quick-replies", routes.list_quick_replies, ("GET",), "messages.send", query=shapes.QuickReplyQuery,
          responses={200: shapes.QuickReplyList}),
    Route("/quick-replies", routes.add_quick_reply, ("POST",), "messages.send", body=shapes.QuickReplyFields,
          responses={201: shapes.QuickReplyResource}),
    Route(_ONE, routes.change_quick_reply, ("PUT",), "messages.send", body=shapes.QuickReplyFields,
          responses={200: shapes.QuickReplyResource}),
    Route(_ONE, routes.remove_quick_reply, ("DELETE",), "messages.send", responses={204: None}),
)  # fmt: skip
CHANNELS: Final = (Channel("quick_replies", permission="messages.send"),)
PIECES: Final = (
    ui.Page("quick_replies", title=_("Quick replies"), icon="zap", nav="settings", section=_("Inbox"), order=25,
            permission="messages.send", element="inbox-quick-replies", module="quick-replies/page.js"),
)  # fmt: skip
