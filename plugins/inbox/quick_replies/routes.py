"""Quick replies: the organisation's, and each member's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from comptoir_sdk import Attachment, Context, Forbidden, Invalid, NotFound
from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from plugins.inbox.files import hold, let_go
from plugins.inbox.quick_replies.models import QuickReply
from plugins.inbox.quick_replies.shapes import QuickReplyFields, QuickReplyQuery

SHARE = "inbox.quick_replies.manage"
MOST = 500


async def list_quick_replies(ctx: Context, query: QuickReplyQuery) -> dict[str, Any]:
    """Quick replies

    The organisation's and one's own, in the order in which they were made.
    """
    seen = QuickReply.filter(_mine(ctx))
    if query.cursor is not None:
        seen = seen.filter(id__gt=query.cursor)
    rows = await seen.order_by("id").limit(query.limit + 1)
    page = rows[:query.limit]
    return {"items": [resource(one) for one in page], "next": str(page[-1].id) if len(rows) > len(page) else None}


async def add_quick_reply(ctx: Context, body: QuickReplyFields) -> tuple[dict[str, Any], int]:
    """Make a quick reply

    A shared one takes the permission `inbox.quick_replies.manage`.
    """
    _check_may(ctx, body.shared)
    made = QuickReply(tenant_id=ctx.tenant_id)
    with _taken_meanwhile():
        async with ctx.db.transaction():
            await _check_free(ctx, body)
            await _write(ctx, made, body)
    await _tell(ctx, made, made.owner_id)
    return resource(made), 201


async def change_quick_reply(ctx: Context, reply_id: UUID, body: QuickReplyFields) -> dict[str, Any]:
    """Change a quick reply

    The whole of it. To share one's own, or to take one back from everybody, takes `inbox.quick_replies.manage`.
    """
    found = await _find(ctx, reply_id)
    before = found.owner_id
    _check_may(ctx, body.shared or before is None)
    with _taken_meanwhile():
        async with ctx.db.transaction():
            await _check_free(ctx, body, but=reply_id)
            await _write(ctx, found, body)
    await _tell(ctx, found, before)
    return resource(found)


async def remove_quick_reply(ctx: Context, reply_id: UUID) -> None:
    """Delete a quick reply

    What was sent with it stays.
    """
    found = await _find(ctx, reply_id)
    _check_may(ctx, found.owner_id is None)
    async with ctx.db.transaction():
        await found.delete()
        await let_go(ctx, {UUID(file["id"]) for file in found.files})
    await _tell(ctx, found, found.owner_id)


async def forget_of(ctx: Context, member: UUID) -> None:
    """Their own, in the caller's transaction."""
    own = await QuickReply.filter(owner_id=member)
    await QuickReply.filter(owner_id=member).delete()
    await let_go(ctx, {UUID(file["id"]) for one in own for file in one.files})


def resource(reply: QuickReply) -> dict[str, Any]:
    return {"id": str(reply.id), "shortcut": reply.shortcut, "title": reply.title, "body": reply.body,
            "language": reply.language, "files": reply.files, "shared": reply.owner_id is None,
            "updated_at": reply.updated_at.isoformat()}


def _mine(ctx: Context) -> Q:
    member = ctx.caller.user_id if ctx.caller else None
    return Q(owner_id__isnull=True) if member is None else Q(owner_id__isnull=True) | Q(owner_id=member)


async def _find(ctx: Context, reply_id: UUID) -> QuickReply:
    found = await QuickReply.get_or_none(_mine(ctx), id=reply_id)
    if found is None:
        raise NotFound("There is no such quick reply.")
    return found


def _check_may(ctx: Context, shared: bool) -> None:
    caller = ctx.caller
    if shared and (caller is None or SHARE not in caller.permissions):
        raise Forbidden("Shared quick replies are for those whose role has inbox.quick_replies.manage: make it one of "
                        "your own, or ask an administrator.")
    if not shared and (caller is None or caller.user_id is None):
        raise Invalid("An API key has no quick replies of its own: make it a shared one.", shared="must be true")


async def _check_free(ctx: Context, body: QuickReplyFields, but: UUID | None = None) -> None:
    """One shortcut has one reply in each language, among the shared and among one's own."""
    if but is None and await QuickReply.filter(_mine(ctx)).count() >= MOST:
        raise Invalid("There are 500 quick replies already, and nobody finds more: delete some first.")
    member = None if body.shared or ctx.caller is None else ctx.caller.user_id
    owner = Q(owner_id__isnull=True) if member is None else Q(owner_id=member)
    language = Q(language__isnull=True) if body.language is None else Q(language=body.language)
    twins = await QuickReply.filter(owner, language, shortcut__iexact=body.shortcut)
    if any(one.id != but for one in twins):
        raise _taken()


def _taken() -> Invalid:
    return Invalid("This shortcut is taken: choose another one, or another language.", shortcut="is taken")


@contextmanager
def _taken_meanwhile() -> Iterator[None]:
    """By one that was made in the same moment."""
    try:
        yield
    except IntegrityError:
        raise _taken() from None


async def _write(ctx: Context, reply: QuickReply, body: QuickReplyFields) -> None:
    if not body.body and not body.files:
        raise Invalid("A quick reply has words or a file.", body="write something, or add a file")
    caller, before = ctx.caller, {UUID(file["id"]) for file in reply.files or []}
    reply.shortcut, reply.title, reply.body, reply.language = body.shortcut, body.title, body.body, body.language
    reply.owner_id = None if body.shared or caller is None else caller.user_id
    wanted = list(dict.fromkeys(body.files))
    await reply.save()  # as whose it is now, its files are held
    reply.files = [_file(await hold(ctx, one, shared=reply.owner_id is None)) for one in wanted]
    await reply.save()
    await let_go(ctx, before - set(wanted))


def _file(attachment: Attachment) -> dict[str, Any]:
    return {"id": str(attachment.id), "kind": attachment.kind, "filename": attachment.filename,
            "size": attachment.size}


async def _tell(ctx: Context, reply: QuickReply, before: UUID | None) -> None:
    """Everybody's screens, or those of its one owner."""
    for_all = reply.owner_id is None or before is None
    await ctx.broadcast("quick_replies", {"id": str(reply.id)}, member=None if for_all else reply.owner_id)
