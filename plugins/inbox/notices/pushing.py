"""The job that tells browsers of which no page is open: what is still unread, to whom may still see it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from comptoir_sdk import Context, Invalid, NotFound

from plugins.inbox.mutes.muting import muted
from plugins.inbox.notices.browsers import forget, subscription
from plugins.inbox.notices.models import Browser, Notice
from plugins.inbox.notices.wishes import KINDS, is_quiet, wishes_of
from plugins.inbox.notices.words import words
from plugins.inbox.presence import screens

_DAY = 86_400


async def push(ctx: Context, member_id: str, conversation_id: str, browser_id: str | None = None) -> None:
    """Nothing when it was read or muted meanwhile, when a page of theirs is in front of them, and in their quiet hours.

    A job for each browser: one whose service is away is tried again, and the others do not ring once more.
    """
    member, conversation = UUID(member_id), UUID(conversation_id)
    unread = Notice.filter(member_id=member, conversation_id=conversation, read_at=None)
    if await muted(conversation, [member], ctx.now()):
        unread = unread.filter(kind="mention")
    wishes = await wishes_of(member)
    wanted = [kind for kind in KINDS if wishes.ways(kind).push]
    notice = await unread.filter(kind__in=wanted).order_by("-id").first() if wanted else None
    if notice is None or is_quiet(ctx, wishes, ctx.now()):
        return
    if (await screens.online(ctx)).get(member) == "online" or not await _sees(ctx, member, conversation):
        return
    shown = (await ctx.conversations.resources([conversation])).get(conversation)
    browsers = await Browser.filter(member_id=member, **({"id": UUID(browser_id)} if browser_id else {}))
    if len(browsers) == 1:
        [browser] = browsers
        await _send(ctx, browser, words(ctx, notice, shown or {}, browser.locale, hide=wishes.hide_content))
        return
    for browser in browsers:
        await ctx.jobs.enqueue("push", key=f"{notice.id}/{browser.id}", member_id=member_id,
                               conversation_id=conversation_id, browser_id=str(browser.id))


async def _sees(ctx: Context, member: UUID, conversation: UUID) -> bool:
    try:
        return member in await ctx.members.seeing(conversation)
    except NotFound:
        return False


async def _send(ctx: Context, browser: Browser, message: Mapping[str, Any]) -> None:
    """Raises Unavailable for what may go better later. A browser that is no more, or takes nothing, is forgotten."""
    told = await subscription(ctx, browser)
    try:
        gone = told is None or not await ctx.push.send(told, message, seconds=_DAY, topic=message["tag"][:32])
    except Invalid:
        gone = True
    if gone:
        await forget(ctx, browser)
