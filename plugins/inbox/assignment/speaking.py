"""Which language a contact speaks: a conversation names its contact, and the contact says more."""

from dataclasses import replace

from comptoir_sdk import Context, Conversation, NotFound

from plugins.inbox.assignment.models import Rule


async def with_language(ctx: Context, conversation: Conversation) -> Conversation:
    """The same, with the whole contact, where a rule asks for the language."""
    if conversation.contact is None or not await Rule.filter(languages__isnull=False).exists():
        return conversation
    try:
        return replace(conversation, contact=await ctx.contacts.get(conversation.contact.id))
    except NotFound:  # erased, or merged into another, since
        return conversation
