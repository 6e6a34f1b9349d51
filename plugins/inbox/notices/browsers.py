"""The browsers that take Web Push for the caller. Where to send it is sealed."""

import hashlib
import json
from typing import Any
from uuid import UUID

from comptoir_sdk import Context, NotFound

from plugins.inbox.notes.mention_routes import me
from plugins.inbox.notices.models import Browser
from plugins.inbox.notices.shapes import NewBrowser

MOST = 20
"""Of one member; the oldest gives way."""


async def public_key(ctx: Context) -> dict[str, Any]:
    """What a browser subscribes with"""
    return {"key": await ctx.push.public_key()}


async def list_browsers(ctx: Context) -> dict[str, Any]:
    """The caller's browsers that are told"""
    return {"items": [_resource(one) for one in await Browser.filter(member_id=me(ctx)).order_by("-id")], "next": None}


async def add_browser(ctx: Context, body: NewBrowser) -> tuple[dict[str, Any], int]:
    """Tell this browser, too

    The same one again replaces what was known of it, also as a colleague's: a browser is one person's at a time.
    """
    fingerprint = hashlib.sha256(body.endpoint.encode()).hexdigest()
    async with ctx.db.transaction():
        same = await Browser.filter(fingerprint=fingerprint)
        others = await Browser.filter(member_id=me(ctx)).exclude(fingerprint=fingerprint).order_by("id")
        for one in [*same, *others[:max(0, len(others) - MOST + 1)]]:
            await forget(ctx, one)
        made = await Browser.create(member_id=me(ctx), fingerprint=fingerprint, locale=body.locale, label=body.label,
                                    tenant_id=ctx.tenant_id)
        told = {"endpoint": body.endpoint, "keys": body.keys.model_dump()}
        await ctx.secrets.set(_name(made), json.dumps(told))
    return _resource(made), 201


async def remove_browser(ctx: Context, browser_id: UUID) -> None:
    """Tell this browser no more"""
    found = await Browser.get_or_none(id=browser_id, member_id=me(ctx))
    if found is None:
        raise NotFound("There is no such browser.")
    async with ctx.db.transaction():
        await forget(ctx, found)


async def subscription(ctx: Context, browser: Browser) -> dict[str, Any] | None:
    kept = await ctx.secrets.get(_name(browser))
    return json.loads(kept) if kept else None


async def forget(ctx: Context, browser: Browser) -> None:
    await ctx.secrets.delete(_name(browser))
    await Browser.filter(id=browser.id).delete()


async def forget_all(ctx: Context, member: UUID) -> None:
    """Of a member whose sessions were ended: which browser it was, nobody says."""
    async with ctx.db.transaction():
        for one in await Browser.filter(member_id=member):
            await forget(ctx, one)


def _name(browser: Browser) -> str:
    return f"push_{browser.id.hex}"


def _resource(browser: Browser) -> dict[str, Any]:
    return {"id": str(browser.id), "label": browser.label, "created_at": browser.created_at.isoformat(),
            "fingerprint": browser.fingerprint}  # fmt: skip
