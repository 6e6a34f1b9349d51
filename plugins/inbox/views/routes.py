"""Views that a member keeps, and those shared with the organisation. A view is words about a list: what it shows is
asked of the kernel by whoever looks, within what they see."""

from typing import Any
from uuid import UUID

from comptoir_sdk import Context, Forbidden, Invalid, NotFound, Route
from tortoise.expressions import Q

from plugins.inbox.views import shapes
from plugins.inbox.views.models import View

MANAGE = "inbox.views.manage"
MOST = 50


def routes_of_views() -> list[Route]:
    read = "conversations.read"
    return [
        Route("/views", list_views, ("GET",), read, responses={200: shapes.ViewList}),
        Route("/views", add_view, ("POST",), read, body=shapes.NewView, responses={201: shapes.ViewResource}),
        Route("/views/<uuid:view_id>", get_view, ("GET",), read, responses={200: shapes.ViewResource}),
        Route("/views/<uuid:view_id>", change_view, ("PATCH",), read, body=shapes.ChangedView,
              responses={200: shapes.ViewResource}),
        Route("/views/<uuid:view_id>", remove_view, ("DELETE",), read, responses={204: None}),
    ]  # fmt: skip


async def list_views(ctx: Context) -> dict[str, Any]:
    """Saved views

    One's own, and those shared with the organisation.
    """
    return {"items": [resource(ctx, view) for view in await _seen(ctx)], "next": None}


async def add_view(ctx: Context, body: shapes.NewView) -> tuple[dict[str, Any], int]:
    """Save a view

    Of one's own, or shared.
    """
    _check_may_share(ctx, body.shared)
    views = await _seen(ctx)
    _check_room(views, body.shared)
    view = await View.create(
        tenant_id=ctx.tenant_id, member_id=_caller(ctx), shared=body.shared, name=body.name, colour=body.colour,
        icon=body.icon, wanted=_kept(body.filter), sort=body.sort, position=len(views),
    )  # fmt: skip
    await _place(ctx, view, views, body.position)
    return await _told(ctx, view), 201


async def get_view(ctx: Context, view_id: UUID) -> dict[str, Any]:
    """One view"""
    return resource(ctx, await _one(ctx, view_id))


async def change_view(ctx: Context, view_id: UUID, body: shapes.ChangedView) -> dict[str, Any]:
    """Change a view

    One's own; a shared one needs `inbox.views.manage`.
    """
    view = await _own(ctx, view_id)
    _check_may_share(ctx, body.shared is True)
    if body.shared is not None and body.shared != view.shared:
        _check_room(await _seen(ctx), body.shared)
    for name in ("name", "sort", "shared", "colour", "icon"):
        if (value := getattr(body, name)) is not None:
            setattr(view, name, value)
    if body.filter is not None:
        view.wanted = _kept(body.filter)
    await view.save()
    await _place(ctx, view, [one for one in await _seen(ctx) if one.id != view.id], body.position)
    return await _told(ctx, view)


async def remove_view(ctx: Context, view_id: UUID) -> None:
    """Delete a view

    One's own; a shared one needs `inbox.views.manage`.
    """
    view = await _own(ctx, view_id)
    await view.delete()
    await ctx.broadcast("views", {})


def resource(ctx: Context, view: View) -> dict[str, Any]:
    return {"id": str(view.id), "name": view.name, "filter": view.wanted, "sort": view.sort, "shared": view.shared,
            "mine": view.member_id is not None and view.member_id == _caller(ctx), "colour": view.colour,
            "icon": view.icon, "position": view.position, "created_at": view.created_at.isoformat()}  # fmt: skip


def _kept(wanted: shapes.ViewFilter) -> dict[str, Any]:
    """Only what it says."""
    return wanted.model_dump(mode="json", exclude_defaults=True)


def _caller(ctx: Context) -> UUID | None:
    return ctx.caller.user_id if ctx.caller else None


def _manages(ctx: Context) -> bool:
    return ctx.caller is not None and MANAGE in ctx.caller.permissions


def _check_may_share(ctx: Context, shared: bool) -> None:
    if shared and not _manages(ctx):
        raise Forbidden(f"To share a view with everybody needs the permission {MANAGE}.")
    if not shared and _caller(ctx) is None:
        raise Forbidden("An API key has no views of its own: make it a shared one.")


def _check_room(views: list[View], shared: bool) -> None:
    """Those of everybody and one's own each have their limit."""
    if sum(view.shared == shared for view in views) >= MOST:
        raise Invalid(f"There are {MOST} {'shared views' if shared else 'views of yours'} already: delete one first.")


async def _seen(ctx: Context) -> list[View]:
    mine = Q(shared=True) | Q(member_id=_caller(ctx)) if _caller(ctx) else Q(shared=True)
    return list(await View.filter(mine).order_by("position", "-shared", "id").limit(2 * MOST))


async def _one(ctx: Context, view_id: UUID) -> View:
    view = next((one for one in await _seen(ctx) if one.id == view_id), None)
    if view is None:
        raise NotFound("There is no such view.")
    return view


async def _own(ctx: Context, view_id: UUID) -> View:
    view = await _one(ctx, view_id)
    if view.shared and not _manages(ctx):
        raise Forbidden(f"A shared view is changed with the permission {MANAGE}.")
    return view


async def _place(ctx: Context, view: View, others: list[View], position: int | None) -> None:
    """Among those that the caller sees, shared and own alike."""
    if position is None:
        return
    order = [*others[:position], view, *others[position:]]
    for index, one in enumerate(order):
        if one.position != index and (not one.shared or _manages(ctx)):
            one.position = index
            await one.save(update_fields=["position"])


async def _told(ctx: Context, view: View) -> dict[str, Any]:
    await ctx.broadcast("views", {})
    return resource(ctx, view)
