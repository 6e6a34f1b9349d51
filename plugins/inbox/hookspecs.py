"""Hooks that the inbox offers to other plugins."""

from datetime import datetime

from comptoir_sdk import Context, Conversation, hookspec, offered


@hookspec
@offered(timeout=5)
async def on_timer_due_soon(ctx: Context, conversation: Conversation, kind: str, due_at: datetime) -> None:
    """A customer is to be answered (`first_response`) or helped (`resolution`) until `due_at`, which is near."""


@hookspec
@offered(timeout=5)
async def on_timer_breached(ctx: Context, conversation: Conversation, kind: str, due_at: datetime) -> None:
    """`due_at` has passed, and nobody has answered the customer, or closed the conversation."""
