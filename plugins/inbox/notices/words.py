"""What a locked screen is told. It names and quotes only when its owner lets it."""

from collections.abc import Mapping
from typing import Any, Final

from comptoir_sdk import Context, Text, _

from plugins.inbox.notices.models import Notice

_LONGEST: Final = 160
_WORDS: Final[Mapping[str, Text]] = {
    "assigned": _("A conversation was assigned to you."), "message": _("There is a new message."),
    "mention": _("A note calls you."), "unassigned": _("A new conversation waits for your team."),
    "woken": _("A conversation woke from its snooze."),
    "due_soon": _("A timer runs out soon: a customer waits."),
    "call": _("A customer called, and nobody answered."),
    "late": _("A timer has run out: a customer waits."),
}  # fmt: skip


def words(ctx: Context, notice: Notice, conversation: Mapping[str, Any], locale: str, *, hide: bool) -> dict[str, Any]:
    """A message for the browser's worker; a later one of the same conversation takes its place."""
    translate = ctx.translator(locale)
    last = (conversation.get("last_message") or {}) if notice.kind in ("message", "unassigned") else {}
    kind = "call" if notice.kind == "message" and last.get("type") == "call" else notice.kind
    told: dict[str, Any] = {"title": ctx.tenant.name, "body": translate(_WORDS[kind].id), "lang": locale,
            "url": f"/inbox/{notice.conversation_id}", "tag": notice.conversation_id.hex, "count": notice.count}
    if hide:
        return told
    said = None if last.get("type") == "call" else last.get("preview")
    return {**told, "title": _name(conversation) or told["title"], "body": (said or told["body"])[:_LONGEST]}


def _name(conversation: Mapping[str, Any]) -> str | None:
    contact, group = conversation.get("contact"), conversation.get("group")
    return (group or {}).get("subject") or (contact or {}).get("name")
