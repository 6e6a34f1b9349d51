"""`comptoir journal`: find, explain and replay deliveries, and what was set aside, as the operator."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from core.commands.place import Action, Place, Say, act
from core.config import Settings
from core.db.wake import Wake
from core.messaging.deliveries import explain, find, quarantined, replays
from core.messaging.deliveries.replays import Range, Replayer
from core.tenancy.tenants import tenant_by_slug

_FOLLOW_SECONDS = 1.0
_ROW = "{id:<10} {received_at:<27.27} {app:<14} {state:<12} {items}"


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    found = actions.add_parser("find", help="deliveries by wamid, phone or time, newest first")
    found.add_argument("--wamid")
    found.add_argument("--phone", help="in any spelling, or at least four digits of it")
    _span(found, required=False)
    found.add_argument("--tenant", metavar="SLUG")
    found.add_argument("--limit", type=int, default=50)
    explained = actions.add_parser("explain", help="what became of a message, step by step")
    explained.add_argument("wamid")
    replayed = actions.add_parser("replay", help="apply a range once more; what is stored is left alone")
    _span(replayed, required=True)
    replayed.add_argument("--tenant", metavar="SLUG", help="only its items")
    replayed.add_argument("--dry-run", action="store_true", help="say what would happen")
    replayed.add_argument("--here", action="store_true", help="do it in this process, without the workers")
    aside = actions.add_parser("quarantine", help="what was set aside: its reasons, or one of them")
    aside.add_argument("--tenant", metavar="SLUG")
    aside.add_argument("--reason", help="list what has this reason")
    aside.add_argument("--replay", action="store_true", help="apply everything of --reason again, here")


def run(settings: Settings, given: argparse.Namespace, say: Say) -> int:
    """The exit status."""
    return asyncio.run(act(_ACTIONS, settings, given, say))


def _span(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument("--from", dest="since", type=_moment, required=required, metavar="TIME",
                        help="2026-11-25 or 2026-11-25T14:00; UTC unless it says otherwise")  # fmt: skip
    parser.add_argument("--to", dest="until", type=_moment, required=required, metavar="TIME", help="not part of it")


def _moment(told: str) -> datetime:
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{told!r} is no time such as 2026-11-25 or 2026-11-25T14:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def _tenant(place: Place, slug: str | None) -> UUID | None:
    return (await tenant_by_slug(place.db, slug)).id if slug else None


async def _find(place: Place, given: argparse.Namespace, say: Say) -> int:
    wanted = find.Wanted(given.wamid, given.phone, given.since, given.until)
    found = await find.find(place.db, wanted, await _tenant(place, given.tenant), limit=given.limit, cursor=None)
    for one in found.items:
        say(_ROW.format(id=one["id"], received_at=one["received_at"], app=one["app"], state=_state(one),
                        items=_items(one)))  # fmt: skip
    if found.next:
        say(f"… and older ones: narrow it down, or give --limit more than {given.limit}")
    return 0 if found.items else 1


def _state(one: Mapping[str, Any]) -> str:
    return "waiting" if one["waiting"] else f"{one['set_aside']} set aside" if one["set_aside"] else "applied"


def _items(one: Mapping[str, Any]) -> str:
    told = [f"{item['kind']} {item['what']} {item['wamid'] or ''} ({item['tenant']['slug']})" for item in one["items"]]
    more = one["item_count"] - len(told)
    return "; ".join(told) + (f"; {more} more" if more > 0 else "")


async def _explain(place: Place, given: argparse.Namespace, say: Say) -> int:
    """Without the plugins' own list: those that failed or were heard are told."""
    steps = 0
    for tenant_id in await explain.owners_of(place.db, given.wamid):
        name = await explain.name_of(place.db, tenant_id)
        say(f"{name['slug'] if name else tenant_id}:")
        told = await explain.explain_wamid(place.db, tenant_id, given.wamid, explain.nobody_hears)
        steps += _say_steps(told["steps"], say)
    if unowned := await explain.set_aside_unowned(place.db, given.wamid):
        say("nobody's:")
        steps += _say_steps(unowned, say)
    if not steps:
        say(f"nothing is known of {given.wamid}")
    return 0 if steps else 1


def _say_steps(steps: list[explain.Step], say: Say) -> int:
    for step in steps:
        at = step["at"].isoformat(timespec="milliseconds") if step["at"] else "-"
        where = " ".join(f"{name} {step[key]}" for name, key in (
            ("delivery", "delivery_id"), ("batch", "batch"), ("event", "seq"), ("attempt", "attempt"),
            ("HTTP", "http_status")) if step[key] is not None)  # fmt: skip
        told = f"{step['what']} {where} {step['detail'] or ''}"
        say(f"  {at:<30} {step['stage']:<12} {step['outcome']:<10} {told}".rstrip())
    return len(steps)


async def _replay(place: Place, given: argparse.Namespace, say: Say) -> int:
    if given.until <= given.since:
        say("--to must be after --from")
        return 1
    wanted = Range(given.since, given.until, await _tenant(place, given.tenant), given.dry_run)
    begun = await replays.begin(place.db, wanted, "operator")
    say(f"replay {begun['id']}: {begun['total']} deliveries")
    work = _here if given.here else _follow
    told = await work(place, UUID(str(begun["id"])), say)
    would = "would be " if told["dry_run"] else ""
    say(f"{told['state']}: {told['deliveries']} deliveries; {told['stored']} messages {would}stored, {told['changed']} "
        f"{would}changed, {told['told']} other events {would}told, {told['set_aside']} items set aside")  # fmt: skip
    return 0


async def _here(place: Place, replay_id: UUID, say: Say) -> dict[str, Any]:
    wake = Wake(place.db.url)
    try:
        while not await Replayer(place.db, wake).work(replay_id, _FOLLOW_SECONDS):
            await _say_progress(place, replay_id, say)
    finally:
        await wake.close()
    return await replays.get(place.db, replay_id)


async def _follow(place: Place, replay_id: UUID, say: Say) -> dict[str, Any]:
    """The workers do it, and go on when this is interrupted."""
    while (told := await replays.get(place.db, replay_id))["state"] == "running":
        await _say_progress(place, replay_id, say)
        await asyncio.sleep(_FOLLOW_SECONDS)
    return told


async def _say_progress(place: Place, replay_id: UUID, say: Say) -> None:
    told = await replays.get(place.db, replay_id)
    say(f"  {told['deliveries']} of {told['total']}")


async def _quarantine(place: Place, given: argparse.Namespace, say: Say) -> int:
    tenant_id = await _tenant(place, given.tenant)
    if given.replay and not given.reason:
        say("--replay needs --reason: `comptoir journal quarantine` lists them")
        return 1
    if given.replay:
        await quarantined.QuarantineReplayer(place.db).replay(given.reason, tenant_id)
    if given.reason:
        found = await quarantined.list_items(place.db, tenant_id, reason=given.reason, state="open", limit=100,
                                             cursor=None)  # fmt: skip
        for one in found.items:
            say(f"{one['id']:<8} delivery {one['delivery_id']:<10} {one['created_at']:<27.27} {one['item']}")
        say(f"{len(found.items)}{' or more' if found.next else ''} open")
        return 0
    for reason in await quarantined.reasons(place.db, tenant_id):
        say(f"{reason['count']:>7}  {reason['reason']}")
    return 0


_ACTIONS: Mapping[str, Action] = {
    "find": _find, "explain": _explain, "replay": _replay, "quarantine": _quarantine,
}  # fmt: skip
