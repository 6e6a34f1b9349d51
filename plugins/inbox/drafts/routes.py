"""Drafts: kept for one member, and told to that member's other screens alone."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from comptoir_sdk import Context, Forbidden, Invalid, NotFound
from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from plugins.inbox.drafts.models import Draft, id_of
from plugins.inbox.drafts.shapes import DraftFields, DraftQuery, DropQuery
from plugins.inbox.files import hold, let_go, look_over

OLD_DAYS = 30


async def list_drafts(ctx: Context, query: DraftQuery) -> dict[str, Any]:
    """One's own drafts

    The newest first. Nobody else's are ever told.
    """
    mine = Draft.filter(member_id=_member(ctx))
    if query.cursor is not None:
        version, _, after = query.cursor.partition(".")
        mine = mine.filter(Q(version__lt=int(version)) | Q(version=int(version), id__lt=UUID(after)))
    rows = await mine.order_by("-version", "-id").limit(query.limit + 1)
    page = rows[:query.limit]
    return {"items": [resource(one) for one in page],
            "next": f"{page[-1].version}.{page[-1].id}" if len(rows) > len(page) else None}


async def save_draft(ctx: Context, conversation_id: UUID, body: DraftFields) -> dict[str, Any]:
    """Keep what is being written

    The newest wins; what another screen wrote meanwhile is answered as `replaced`.
    """
    member = _member(ctx)
    await ctx.conversations.get(conversation_id)
    try:
        saved, replaced = await _save(ctx, conversation_id, member, body)
    except IntegrityError:  # another screen of the same member began in the same moment
        saved, replaced = await _save(ctx, conversation_id, member, body)
    await _tell(ctx, conversation_id, member, resource(saved), saved.version)
    return {**resource(saved), "replaced": replaced}


async def drop_draft(ctx: Context, conversation_id: UUID, query: DropQuery) -> dict[str, Any]:
    """Forget what was being written

    It was sent, or thought better of; what another screen wrote meanwhile is answered as `replaced`.
    """
    member = _member(ctx)
    await ctx.conversations.get(conversation_id)
    async with ctx.db.transaction():
        gone = await Draft.filter(conversation_id=conversation_id, member_id=member).order_by(
            "version").select_for_update()
        await Draft.filter(id__in=[one.id for one in gone]).delete()
        await let_go(ctx, files_of(gone))
    version = max([_moment(ctx), *(one.version + 1 for one in gone)])
    await _tell(ctx, conversation_id, member, None, version)
    lost = [one.body for one in gone if query.base is not None and one.version > query.base and one.body]
    return {"replaced": "\n".join(lost) or None, "version": version}


def files_of(drafts: Iterable[Draft]) -> set[UUID]:
    return {UUID(file["id"]) for one in drafts for file in one.files or []}


def resource(draft: Draft) -> dict[str, Any]:
    return {"conversation": str(draft.conversation_id), "body": draft.body,
            "reply_to": draft.reply_to and str(draft.reply_to), "files": draft.files, "version": draft.version}


async def _save(ctx: Context, conversation_id: UUID, member: UUID, body: DraftFields) -> tuple[Draft, str | None]:
    async with ctx.db.transaction():
        # More than one where two conversations of a customer became one.
        known = await Draft.filter(conversation_id=conversation_id, member_id=member).order_by(
            "-version").select_for_update()
        [draft, *others] = known or [Draft(id=id_of(conversation_id, member), conversation_id=conversation_id,
                                           member_id=member, body="", version=0)]
        lost = [one.body for one in known if one.version != body.base and one.body not in ("", body.body)]
        before = files_of(known)
        await _hold(ctx, {one.id for one in body.files} - before)
        draft.body, draft.reply_to = body.body, body.reply_to
        draft.files = [file.model_dump(mode="json") for file in body.files]
        draft.version = max(_moment(ctx), draft.version + 1)
        await draft.save(force_create=not known)
        await Draft.filter(id__in=[one.id for one in others]).delete()
        await let_go(ctx, before - files_of([draft]))
    return draft, "\n".join(lost) or None


async def _hold(ctx: Context, files: Iterable[UUID]) -> None:
    """As long as the draft names them: it may be gone on with for longer than a file is kept that nobody sent."""
    for file in files:
        with suppress(NotFound, Invalid):  # it is gone, which is said when it is to be sent
            await hold(ctx, file)


async def forget_old(ctx: Context) -> None:
    """What nobody has gone on with for a month."""
    await Draft.filter(version__lt=int(ctx.days_ago(OLD_DAYS).timestamp() * 1000)).delete()
    await look_over(ctx)


def _member(ctx: Context) -> UUID:
    member = ctx.caller.user_id if ctx.caller else None
    if member is None:
        raise Forbidden("Drafts belong to members: an API key has none.")
    return member


def _moment(ctx: Context) -> int:
    return int(ctx.now().timestamp() * 1000)


async def _tell(ctx: Context, conversation_id: UUID, member: UUID, draft: dict[str, Any] | None, version: int) -> None:
    await ctx.broadcast("drafts", {"conversation": str(conversation_id), "draft": draft, "version": version},
                        member=member)
