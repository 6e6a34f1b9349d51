"""Uploaded files that quick replies and drafts name: held as long as one of them does. It is one file with one hold."""

from collections.abc import Iterable
from uuid import UUID

from comptoir_sdk import Attachment, Context

from plugins.inbox.drafts.models import Draft
from plugins.inbox.quick_replies.models import QuickReply


async def hold(ctx: Context, file: UUID, *, shared: bool = False) -> Attachment:
    """Everybody's while everybody's reply sends it, too. In the caller's transaction. Raises as `Attachments.get`."""
    everybodys = QuickReply.filter(owner_id=None, files__contains=[{"id": str(file)}])
    return await ctx.attachments.hold(file, shared=shared or await everybodys.exists())


async def let_go(ctx: Context, files: Iterable[UUID]) -> None:
    """What nothing names any more. In the caller's transaction, after the change."""
    for file in files:
        if not await _is_named(file):
            await ctx.attachments.release(file)


async def discard(ctx: Context, files: Iterable[UUID]) -> None:
    """As `let_go`; and what nobody has sent is forgotten at once."""
    for file in files:
        if not await _is_named(file):
            await ctx.attachments.discard(file)


async def look_over(ctx: Context) -> None:
    """What was named by what went without a word: a deleted conversation takes its drafts along."""
    async with ctx.db.transaction():
        await let_go(ctx, await ctx.attachments.held())


async def _is_named(file: UUID) -> bool:
    wanted = [{"id": str(file)}]
    return await QuickReply.filter(files__contains=wanted).exists() or await Draft.filter(
        files__contains=wanted).exists()
